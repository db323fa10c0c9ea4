package modules_test

import "testing"

func TestItertoolsAsCPython(t *testing.T) {
	compare(t, `
		list(itertools.accumulate([1, 2, 3, 4]))
		list(itertools.accumulate([1, 2, 3, 4], max))
		list(itertools.accumulate([1, 2, 3], lambda a, b: a * b, initial=100))
		list(itertools.accumulate([], initial=5))
		list(itertools.accumulate([]))
		list(itertools.accumulate(['a', 'b', 'c']))
		list(itertools.accumulate([1, 'a']))
		list(itertools.accumulate([1, 2], None, initial=None))
		itertools.accumulate()
		itertools.accumulate(1)
		itertools.accumulate([1], None, 2, 3, 4)
		itertools.accumulate([1], None, 2)
		itertools.accumulate([1], x=1)
		itertools.accumulate(initial=1)
		list(itertools.chain('ab', [1], (), range(2)))
		list(itertools.chain())
		list(itertools.chain.from_iterable(['ab', 'c']))
		list(itertools.chain.from_iterable([[1], 2]))
		list(itertools.chain.from_iterable(itertools.chain([[1], [2]], [[3]])))
		list(itertools.chain(1))
		itertools.chain(x=1)
		itertools.chain.from_iterable()
		itertools.chain.from_iterable(1)
		itertools.chain.from_iterable(x=1)
		[c := itertools.chain([1], 2, [3]), next(c), [next(c, 'end') for _ in 'a']]
		list(itertools.combinations('ABCD', 2))
		list(itertools.combinations(range(4), 3))
		list(itertools.combinations(range(4), 4))
		list(itertools.combinations(range(4), 5))
		list(itertools.combinations(range(4), 0))
		list(itertools.combinations([], 0))
		len(list(itertools.combinations(range(12), 6)))
		itertools.combinations()
		itertools.combinations([1])
		itertools.combinations([1], 1, 1)
		itertools.combinations(1, 1)
		itertools.combinations([1], -1)
		itertools.combinations([1], 'a')
		itertools.combinations([1], 10**30)
		itertools.combinations([1], 1.0)
		itertools.combinations([1], q=1)
		itertools.combinations(1, 'a')
		itertools.combinations(1, -1)
		list(itertools.combinations(iterable=[1], r=1))
		list(itertools.combinations_with_replacement('ABC', 2))
		list(itertools.combinations_with_replacement('AB', 4))
		list(itertools.combinations_with_replacement('', 0))
		list(itertools.combinations_with_replacement('', 2))
		list(itertools.combinations_with_replacement([1], 3))
		itertools.combinations_with_replacement([1], -1)
		itertools.combinations_with_replacement()
		list(itertools.permutations('ABC'))
		list(itertools.permutations('ABCD', 2))
		list(itertools.permutations(range(3), 0))
		list(itertools.permutations(range(3), 4))
		list(itertools.permutations([]))
		list(itertools.permutations([1, 2, 3, 4], r=3))
		list(itertools.permutations([1, 2], None))
		list(itertools.permutations([1], True))
		len(set(itertools.permutations(range(6))))
		itertools.permutations()
		itertools.permutations([1], -1)
		itertools.permutations([1], 'a')
		itertools.permutations([1], 1.5)
		itertools.permutations([1], 10**30)
		itertools.permutations([1], 1, 2)
		list(itertools.compress('ABCDEF', [1, 0, 1, 0, 1, 1]))
		list(itertools.compress('ABCDEF', [1, 1]))
		list(itertools.compress('A', [0, 1, 1]))
		list(itertools.compress(data=[1], selectors=[1]))
		itertools.compress()
		itertools.compress([1])
		itertools.compress(1, 2)
		itertools.compress([1], 2)
		itertools.compress([1], [2], [3])
		[d := iter('abc'), list(itertools.compress(d, [1])), list(d)][1:]
		itertools.count()
		itertools.count(1, 2)
		itertools.count('a')
		itertools.count(1, 'a')
		itertools.count(1.5)
		itertools.count(1, 1)
		itertools.count(1, 1.0)
		itertools.count(1, True)
		itertools.count(1.5, True)
		itertools.count(True)
		itertools.count(step=2)
		itertools.count(1, 0)
		itertools.count(10**30)
		itertools.count(1, 2, 3)
		itertools.count(1, step=-1)
		itertools.count(x=1)
		itertools.count(1j)
		itertools.count([])
		itertools.count(None)
		list(itertools.islice(itertools.count(2.5, 0.5), 4))
		list(itertools.islice(itertools.count(1j, 2), 3))
		list(itertools.islice(itertools.count(2**63 - 2), 4))
		list(itertools.islice(itertools.count(2**63 - 3, 2), 4))
		list(itertools.islice(itertools.count(-2**63, -1), 2))
		[x := itertools.count(2**63 - 2), next(x), x, next(x), x, next(x), x]
		list(zip(itertools.count(10), 'ab'))
		list(itertools.islice(itertools.cycle('abc'), 7))
		list(itertools.cycle([]))
		[c := itertools.cycle([1, 2]), next(c), next(c), next(c)][1:]
		itertools.cycle()
		itertools.cycle(1)
		itertools.cycle([1], 2)
		itertools.cycle(x=[1])
		list(itertools.dropwhile(lambda x: x < 3, [1, 2, 3, 1, 4]))
		list(itertools.dropwhile(bool, [1, 1]))
		itertools.dropwhile()
		itertools.dropwhile(1)
		itertools.dropwhile(1, 2)
		list(itertools.dropwhile(1, [2]))
		itertools.dropwhile(1, [2], 3)
		itertools.dropwhile(x=1)
		list(itertools.takewhile(lambda x: x < 3, [1, 2, 3, 1, 4]))
		[i := iter([1, 5, 1]), w := itertools.takewhile(lambda x: x < 3, i), list(w), list(w), list(i)][2:]
		itertools.takewhile(1, 2)
		list(itertools.takewhile(1, [2]))
		list(itertools.filterfalse(lambda x: x % 2, range(7)))
		list(itertools.filterfalse(None, [0, 1, '', 'a']))
		list(itertools.filterfalse(bool, [0, 1, '', 'a']))
		itertools.filterfalse(1, 2)
		list(itertools.filterfalse(1, [2]))
		itertools.filterfalse()
		list(itertools.starmap(pow, [(2, 5), (3, 2), [10, 3]]))
		list(itertools.starmap(max, ['ab', range(3)]))
		list(itertools.starmap(max, [2]))
		list(itertools.starmap(1, [[2]]))
		list(itertools.starmap(pow, [(1,)]))
		itertools.starmap(1)
		itertools.starmap(1, 2)
		itertools.starmap(1, [[2]], 3)
		itertools.starmap(a=1)
		[(k, list(g)) for k, g in itertools.groupby('AAAABBBCCDAA')]
		[(k, list(g)) for k, g in itertools.groupby([1, 3, 2, 4, 5], key=lambda x: x % 2)]
		[k for k, g in itertools.groupby('AAAABBBCCDAA')]
		[(k, next(g)) for k, g in itertools.groupby('AAAABBBCCDAA')]
		[list(g) for k, g in list(itertools.groupby('AAB'))]
		[g := itertools.groupby('AAB'), a := next(g), next(a[1]), b := next(g), list(a[1]), list(b[1]), next(g, 'end')][4:]
		[n := float('nan'), [(k, len(list(g))) for k, g in itertools.groupby([n, n, float('nan')])]]
		list(itertools.groupby([]))
		itertools.groupby()
		itertools.groupby(1)
		itertools.groupby([1], 1, 1)
		itertools.groupby([1], kay=1)
		list(itertools.groupby([1], key=1))
		{k: sum(v for _, v in g) for k, g in itertools.groupby(sorted([('a', 1), ('b', 2), ('a', 3)]), key=lambda p: p[0])}
		list(itertools.islice('ABCDEFG', 2))
		list(itertools.islice('ABCDEFG', 2, 4))
		list(itertools.islice('ABCDEFG', 2, None))
		list(itertools.islice('ABCDEFG', 0, None, 2))
		list(itertools.islice('ABCDEFG', None))
		list(itertools.islice('ABCDEFG', None, None, None))
		list(itertools.islice('ABCDEFG', 1, 6, 3))
		list(itertools.islice('ABCDEFG', True))
		list(itertools.islice('ABC', 5, 2))
		list(itertools.islice('ABC', 0))
		[i := iter('ABCDEF'), list(itertools.islice(i, 1, 3)), list(i)][1:]
		[i := iter('ABCDEF'), list(itertools.islice(i, 3, 2)), list(i)][1:]
		[i := iter('ABCDEFGHIJ'), list(itertools.islice(i, 1, 5, 3)), list(i)][1:]
		itertools.islice()
		itertools.islice([1])
		itertools.islice([1], 1, 2, 3, 4)
		itertools.islice(1, 1)
		itertools.islice([1], -1)
		itertools.islice([1], -2)
		itertools.islice([1], 'a')
		itertools.islice([1], -1, 2)
		itertools.islice([1], 1, -1)
		itertools.islice([1], 1, -2)
		itertools.islice([1], 1, 2, 0)
		itertools.islice([1], 1, 2, -1)
		itertools.islice([1], 1, 2, 'a')
		itertools.islice([1], 'a', 2)
		itertools.islice([1], 'a', 'b')
		itertools.islice([1], 1, 'a')
		itertools.islice([1], 10**30)
		itertools.islice([1], 1.0)
		itertools.islice([1], 0, 10**30)
		itertools.islice([1], 10**30, 1)
		itertools.islice([1], 0, 1, 10**30)
		itertools.islice([1], x=1)
		itertools.islice(1, 'a')
		list(itertools.pairwise('ABCD'))
		list(itertools.pairwise('A'))
		list(itertools.pairwise(''))
		[b - a for a, b in itertools.pairwise([1, 4, 9])]
		itertools.pairwise()
		itertools.pairwise(1)
		itertools.pairwise([1], 2)
		itertools.pairwise(x=1)
		list(itertools.product('AB', [1, 2, 3]))
		list(itertools.product('AB', repeat=2))
		list(itertools.product('AB', 'C', repeat=2))
		list(itertools.product())
		list(itertools.product(repeat=3))
		list(itertools.product('AB', repeat=0))
		list(itertools.product('AB', ''))
		list(itertools.product(['a'], range(2), (None,)))
		itertools.product(repeat=-1)
		itertools.product([1], repeat='a')
		itertools.product([1], repeat=10**30)
		itertools.product([1], x=1)
		itertools.product([1], repeat=1, x=1)
		itertools.product(1)
		itertools.product([1], repeat=2**62)
		list(itertools.product(1, repeat=0))
		itertools.repeat()
		itertools.repeat(1)
		itertools.repeat(1, 3)
		itertools.repeat('a', -3)
		itertools.repeat(1, times=3)
		itertools.repeat(object=1, times=3)
		list(itertools.repeat([], 3))
		[r := itertools.repeat(1, 2), next(r), r, next(r), next(r, 'end')]
		list(map(pow, range(5), itertools.repeat(2)))
		itertools.repeat(1, 'a')
		itertools.repeat(1, 2, 3)
		itertools.repeat(1, x=2)
		itertools.repeat(1, 10**30)
		itertools.repeat(1, None)
		itertools.repeat(times=1)
		len(itertools.repeat(1))
		[list(i) for i in itertools.tee('abc')]
		[list(i) for i in itertools.tee(iter('abc'), 3)]
		[a := itertools.tee('abc'), next(a[0]), next(a[0]), list(a[1]), list(a[0])][1:]
		[a := itertools.tee('abc')[0], next(a), b := itertools.tee(a, 3), b[0] is a, [list(i) for i in b]][3:]
		[a := itertools.tee('abcd'), next(a[0]), b := itertools.tee(a[1]), next(b[1]), list(a[0]), list(a[1]), list(b[1])][4:]
		list(zip(*itertools.tee(range(3))))
		itertools.tee()
		itertools.tee(1)
		itertools.tee(1, 0)
		itertools.tee([1], -1)
		itertools.tee([1], 'a')
		itertools.tee([1], 0)
		itertools.tee([1], 1, 2)
		itertools.tee([1], n=1)
		itertools.tee([1], 10**30)
		list(itertools.zip_longest('ABCD', 'xy'))
		list(itertools.zip_longest('ABCD', 'xy', fillvalue='-'))
		list(itertools.zip_longest([], 'ab', [1, 2, 3]))
		list(itertools.zip_longest())
		list(itertools.zip_longest([]))
		itertools.zip_longest(1)
		itertools.zip_longest([1], fillvalue=1, x=2)
		itertools.zip_longest([1], x=2)
		type(itertools.chain())
		type(itertools.tee([])[0])
		type(itertools.count()).__name__
		isinstance(itertools.repeat(1), itertools.repeat)
		isinstance(itertools.chain.from_iterable([]), itertools.chain)
		isinstance(iter([]), itertools.chain)
		itertools.chain
		itertools.tee
		len(itertools.chain())
		itertools.chain()[0]
		itertools.count() + 1
		[c := itertools.chain([1]), iter(c) is c][1]
		hash(itertools.count()) == 0
		itertools.chain() < itertools.chain()
		itertools.nothing
		list(map(lambda x: next(x), [iter([])]))
		list(itertools.takewhile(lambda x: next(iter([])), [1, 2]))
		list(itertools.filterfalse(lambda x: next(iter([])), [1, 2]))
		list(itertools.accumulate([1, 2, 3], lambda a, b: next(iter([]))))
		list(itertools.starmap(next, [(iter([]),), (iter([1]),)]))
		[list(g) for k, g in itertools.groupby([1, 2], key=lambda v: next(iter([])))]
		list(itertools.chain.from_iterable(map(next, [iter([])])))
	`)
}

func TestItertoolsBounds(t *testing.T) {
	checkBounds(t, []bound{
		{"list(itertools.count())", "MemoryError|TimeoutError"},
		{"sum(itertools.repeat(1))", "TimeoutError"},
		{"sum(itertools.count())", "TimeoutError"},
		{"list(itertools.cycle('ab'))", "MemoryError|TimeoutError"},
		{"list(itertools.cycle(itertools.count()))", "MemoryError|TimeoutError"},
		{"next(itertools.cycle(itertools.cycle([])), 'end')", "end"},
		{"itertools.product(range(10**6), repeat=10**6)", "MemoryError"},
		{"itertools.product(range(10**7), range(10**7))", "MemoryError"},
		{"itertools.product([1], repeat=2**59)", "MemoryError"},
		{"next(itertools.product([1, 2], repeat=10**9))", "MemoryError"},
		{"sum(1 for _ in itertools.product([1, 2], repeat=1000))", "TimeoutError"},
		{"list(itertools.permutations(range(20)))", "MemoryError|TimeoutError"},
		{"itertools.permutations(itertools.count())", "MemoryError"},
		{"sum(1 for _ in itertools.permutations(range(10**5)))", "MemoryError|TimeoutError"},
		{"sum(1 for _ in itertools.combinations(range(10**5), 5 * 10**4))", "TimeoutError"},
		{"list(itertools.combinations([1], 2**62))", "[]"},
		{"itertools.combinations_with_replacement([1], 2**62)", "MemoryError"},
		{"next(itertools.islice(itertools.count(), 10**18, None))", "TimeoutError"},
		{"next(itertools.compress(itertools.count(), itertools.repeat(0)))", "TimeoutError"},
		{"next(itertools.dropwhile(lambda x: True, itertools.count()))", "TimeoutError"},
		{"next(itertools.filterfalse(None, itertools.count(1)))", "TimeoutError"},
		{"next(itertools.chain.from_iterable(itertools.repeat([])))", "TimeoutError"},
		{"next(itertools.groupby(itertools.repeat(1))), [k for k, g in itertools.groupby(itertools.repeat(1))]", "TimeoutError"},
		{"next(itertools.zip_longest(*[[1]] * 10**7))", "MemoryError"},
		{"list(itertools.zip_longest([], itertools.repeat(1)))", "MemoryError|TimeoutError"},
		{"itertools.tee([], 10**9)", "MemoryError"},
		{"[a := itertools.tee(itertools.repeat(1)), sum(a[0])]", "MemoryError|TimeoutError"},
		{"[i := [1], [i := itertools.chain(i) for _ in range(10**4)], next(i)][2]", "RecursionError"},
		{"[i := [1], [i := itertools.chain.from_iterable([i]) for _ in range(10**4)], next(i)][2]", "RecursionError"},
		{"[i := [1], [i := itertools.islice(i, 5) for _ in range(10**4)], list(i)][2]", "RecursionError"},
		{"[i := [1], [i := itertools.accumulate(i) for _ in range(10**4)], list(i)][2]", "RecursionError"},
		{"[i := [1], [i := itertools.tee(map(int, i))[0] for _ in range(10**4)], list(i)][2]", "RecursionError"},
		{"[r := 1, [r := itertools.repeat(r) for _ in range(10**4)], str(r)][2]", "RecursionError"},
		{"[len(x) for x in itertools.accumulate(itertools.repeat('x' * 10**5))]", "MemoryError|TimeoutError"},
		{"[list(itertools.accumulate(['x' * 10**6, 'y'])) for _ in itertools.count()]", "MemoryError|TimeoutError"},
		{"[i := [itertools.pairwise(map(lambda i: 'a' * 10**6, [1, 2])) for _ in range(1000)], [next(j) and 0 for j in i]]", "MemoryError"},
		{"[i := [itertools.groupby(map(lambda i: 'a' * 10**6, [1, 2])) for _ in range(1000)], [next(j) and 0 for j in i]]", "MemoryError"},
		{"[i := itertools.tee(map(lambda i: 'a' * 250 + str(i), itertools.count())), [len(x) for x in i[0]]]", "MemoryError|TimeoutError"},
		{"[i := itertools.accumulate([1, 2, 3], lambda a, b: next(i)), list(i)][1]", "[1]"},
		{"[i := itertools.tee(map(lambda x: next(i[0]), [1, 2])), next(i[0])]", "RuntimeError"},
		{"[i := itertools.groupby([1, 2, 3], lambda x: next(i)), next(i)]", "RecursionError|StopIteration"},
		// What makes much and keeps little needs little.
		{"sum(b - a for a, b in itertools.pairwise(range(400000)))", "399999"},
		{"sum(a * b for a, b in itertools.product(range(600), repeat=2))", "32292090000"},
		{"sum(a - b for a, b in zip(*itertools.tee(range(300000))))", "0"},
		{"sum(itertools.accumulate(range(100000)))", "166666666650000"},
		{"next(itertools.islice(map(lambda i: 'x' * 1000, itertools.count()), 100000, None))[:3]", "xxx"},
		{"next(itertools.filterfalse(lambda s: len(s) < 300000, map(lambda i: 'x' * 1000 * i, itertools.count())))[:3]", "xxx"},
		{"sum(1 for k, g in itertools.groupby(range(300000)))", "300000"},
	})
}
