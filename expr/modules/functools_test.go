package modules_test

import "testing"

func TestFunctoolsAsCPython(t *testing.T) {
	compare(t, `
		functools.reduce(lambda a, b: a * b, range(1, 10))
		functools.reduce(lambda a, b: a + b, ['a', 'b'], 'x')
		functools.reduce(lambda a, b: {**a, b: len(a)}, 'abca', {})
		functools.reduce(max, [3, 1, 4])
		functools.reduce(lambda a, b: b, [], 7)
		functools.reduce()
		functools.reduce(1)
		functools.reduce(1, 2)
		functools.reduce(1, [])
		functools.reduce(1, [1])
		functools.reduce(1, [1, 2])
		functools.reduce(1, [1], 2, 3)
		functools.reduce(1, [1], initial=3)
		functools.reduce(lambda a, b: a + b, [1, 'a'])
		functools.reduce(lambda a, b: a, iter(lambda: 1 // 0, 2))
		sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a))
		sorted(['b', 'A', 'c'], key=functools.cmp_to_key(lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower())))
		max([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a))
		functools.cmp_to_key()
		functools.cmp_to_key(1, 2)
		functools.cmp_to_key(x=1)
		functools.cmp_to_key(lambda a, b: a - b)()
		functools.cmp_to_key(lambda a, b: a - b)(obj=1).obj
		[functools.cmp_to_key(lambda a, b: a - b)(1) < functools.cmp_to_key(lambda a, b: a - b)(v) for v in (0, 1, 2)]
		[functools.cmp_to_key(lambda a, b: a - b)(1) >= functools.cmp_to_key(lambda a, b: a - b)(v) for v in (0, 1, 2)]
		[functools.cmp_to_key(lambda a, b: a - b)(1) == functools.cmp_to_key(lambda a, b: a - b)(v) for v in (0, 1, 2)]
		functools.cmp_to_key(lambda a, b: a - b)(1) < 1
		1 < functools.cmp_to_key(lambda a, b: a - b)(1)
		hash(functools.cmp_to_key(lambda a, b: a - b)(1))
		functools.cmp_to_key(lambda a, b: 'a')(1) < functools.cmp_to_key(lambda a, b: 'a')(1)
		functools.cmp_to_key(lambda a, b: None)(1) == functools.cmp_to_key(lambda a, b: 'a')(1)
		functools.cmp_to_key(1)(1) < functools.cmp_to_key(1)(1)
		[k := functools.cmp_to_key(lambda a, b: 0), k < k][1]
		type(functools.cmp_to_key(lambda a, b: 'a')(1))
		functools.partial()
		functools.partial(1)
		functools.partial(max, 1, 2, key=abs)
		functools.partial(max, 1, 2)(3)
		functools.partial(functools.partial(max, 1, key=abs), 2, key=len)
		functools.partial(max, 1).func
		functools.partial(max, 1, key=3).args
		functools.partial(max, 1, key=3).keywords
		functools.partial(int, base=2)('101')
		functools.partial(int, base=2)
		functools.partial(int, base=2)('101', base=3)
		functools.partial(lambda *a, **k: (a, k), 1, x=2)(3, y=4, x=5)
		functools.partial(pow, 2)()
		list(map(functools.partial(pow, 2), range(5)))
		isinstance(functools.partial(max), functools.partial)
		[p := functools.partial(max, a=1), p.keywords.update(a=p), p][2]
		[p := functools.partial(max), p.keywords.update({1: 2}), p(1)]
		type(functools.partial(max))
		functools.reduce
	`)
}

func TestFunctoolsBounds(t *testing.T) {
	checkBounds(t, []bound{
		{"functools.reduce(lambda a, b: a + a, range(1000), 'x')", "MemoryError"},
		{"functools.reduce(lambda a, b: a * a, range(1000), 3)", "MemoryError|TimeoutError"},
		{"functools.reduce(lambda a, b: b, iter(int, 1))", "TimeoutError"},
		{"functools.reduce(lambda a, b: [a], range(10**5))", "[|RecursionError"},
		{"[p := max, [p := functools.partial(lambda f, *a: f(*a), p) for _ in range(10**4)], p([1])]", "RecursionError|MemoryError"},
		{"[p := functools.partial(max), [p := functools.partial(lambda: 1, p) for _ in range(10**4)], str(p)]", "RecursionError|MemoryError"},
		{"[p := functools.partial(max, *range(1000)), [p := functools.partial(p, *range(1000)) for _ in range(10**4)]]", "MemoryError"},
		{"[p := functools.partial(max), q := functools.partial(p), p.keywords.update(a=[p] * 10, b=q), q.keywords.update(a=[p] * 10, b=p), len(str(p)) > 100][4]", "True"},
		{"functools.reduce(lambda a, b: a + b, ['x' * 1000] * 300)[:3]", "xxx"},
		{"sorted(range(1000), key=functools.cmp_to_key(lambda a, b: 0))[-1]", "999"},
	})
}
