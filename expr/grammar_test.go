package expr_test

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// The grammar of random expressions: I is an int, F a float, S a str, B bytes,
// L a sequence, D a dict, T a truth value, X something else, A any of them, and N
// a small number. A "$" and one of these letters stands for an expression of that
// kind. Nothing in it takes long or differs from run to run.
var (
	leaves = map[byte][]string{
		'I': {"1", "0", "-1", "2", "3", "7", "10", "255", "-17", "(2**31)", "(2**63)", "(-2**63)", "(2**64)", "(10**20)", "(-10**25)", "True"},
		'F': {"1.5", "0.0", "-0.0", "-2.5", "0.1", "3.0", "1e16", "1e-7", "1e300", "float('inf')", "123.456", "2.675"},
		'S': {"'a'", "''", "'abc'", "'Hello World'", "'é'", "'日本語'", "'a,b,c'", "' x '", "'123'", "'-4.5'", "'ß'", "'aXbX'", `'\n\t'`, `"it's"`, "'😀'"},
		'B': {"b'a'", "b''", "b'abc'", `b'\xff\x00'`, "b'1,2'", "bytearray(b'xy')"},
		'L': {"[1]", "[]", "[1, 2, 3]", "['a', 'b']", "(1, 2)", "()", "range(4)", "range(5, 0, -2)", "'abc'", "{'a': 1}", "[0.5, 1]", "[[1], [2]]", "[None]"},
		'D': {"{}", "{'a': 1}", "{1: 2, 3: 4}", "{'x': [1], None: 2}", "dict(a=1, b=2)"},
		'T': {"True", "False", "None"},
		'X': {"1j", "None", "(1+2j)", "...", "(2-1j)", "slice(1, None)", "int", "len"},
		'N': {"0", "1", "2", "3", "-1", "5", "10", "None"},
	}
	rules = map[byte][]string{
		'I': {
			"($I + $I)", "($I - $I)", "($I * $I)", "($I // $I)", "($I % $I)", "($I & $I)", "($I | $I)", "($I ^ $I)",
			"($I << $N)", "($I >> $N)", "($I ** $N)", "-$I", "~$I", "abs($I)", "len($L)", "len($S)", "int($A)",
			"round($F)", "round($I, $N)", "$S.find($S)", "$S.rfind($S)", "$S.count($S)", "$B.find($B)", "sum($L)", "hash(-$I)",
			"($I).bit_length()", "ord($S)", "pow($I, $N, $I)", "divmod($I, $I)[0]", "$L.index($A)", "max($L)", "min($A, $A)",
			"int.from_bytes($B, 'big', signed=$T)", "sum($A for v in $L)", "[v := $I, v * 2][$N]",
		},
		'F': {
			"($F + $F)", "($F - $F)", "($F * $F)", "($F / $F)", "($F // $F)", "($F % $F)", "($I / $I)", "($I * $F)", "($I // $F)",
			"($F % $I)", "float($A)", "round($F, $N)", "-$F", "abs($F)", "float.fromhex(($F).hex())", "max($F, $I)", "divmod($F, $I)[1]",
		},
		'S': {
			"($S + $S)", "$S * $N", "$S[$N]", "$S[$N:$N]", "$S[$N:$N:$N]", "$S.upper()", "$S.lower()", "$S.title()", "$S.capitalize()",
			"$S.swapcase()", "$S.casefold()", "$S.strip()", "$S.lstrip($S)", "$S.rstrip($S)", "$S.expandtabs($N)", "str($A)", "repr($A)",
			"ascii($A)", "$S.join($L)", "$S.replace($S, $S)", "$S.replace($S, $S, $N)", "$S.center($N, '*')", "$S.ljust($N)", "$S.rjust($N, 'é')",
			"$S.zfill($N)", "hex($I)", "bin($I)", "$B.decode('utf-8')", "$B.decode('latin-1')", "$B.decode('ascii', 'replace')", "$B.hex()",
			"$S.removeprefix($S)", "$S.removesuffix($S)", "$S.translate({97: $A})", "'{}|{!r}|{0}'.format($A, $A)", "'%s|%r' % ($A, $A)",
			"'%5d|%-8.2f|%+x' % ($I, $F, $I)", "'%08.3e|%g|%#o' % ($F, $F, $I)", "'%(k)s' % {'k': $A}", "f'{$I:>8,}|{$F:.2f}|{$F:+g}'",
			"f'{$I:#x}|{$I:08b}|{$F:%}'", "f'{$F:{10}.{2}}'", "'{:*^12}|{:=+7d}'.format($S, $I)", "format($A, '>10')", "'{0[1]}|{a[0]}'.format($L, a=$L)",
			"max($S, $S)", "''.join(reversed($S))", "'%s' % $A", "'%c' % $I", "'{:n}|{:e}|{:G}'.format($I, $F, $F)",
		},
		'B': {
			"($B + $B)", "$B * $N", "$B[$N:$N:$N]", "$S.encode()", "$S.encode('ascii', 'replace')", "$S.encode('latin-1')", "bytes($L)",
			"$B.upper()", "$B.title()", "$B.strip()", "$B.replace($B, $B)", "bytearray($B)", "($I).to_bytes(9, 'little', signed=$T)", "$B.join([$B, $B])",
			"$B.center($N)", "b'%d|%s' % ($I, $B)",
		},
		'L': {
			"[$A, $A]", "($A, $A)", "($A,)", "[v for v in $L]", "[v * 2 for v in $L]", "[str(v) for v in $L if v]", "[(v, w) for v in $L for w in $L]",
			"[v for v, *w in $L]", "sorted($L)", "sorted($L, key=str)", "sorted($L, key=lambda v: -v, reverse=$T)", "list(map(str, $L))", "list(map(int, $L))",
			"list(map(lambda a, b: (b, a), $L, $L))", "list(zip($L, $L))", "list(zip($L, $L, strict=$T))", "list(enumerate($L, $I))", "list(reversed($L))",
			"($L + $L)", "$L[$N]", "$L[$N:$N]", "$L[$N:$N:$N]", "$S.split()", "$S.split($S)", "$S.split(',', $N)", "$S.rsplit(None, $N)", "$S.splitlines($T)",
			"$S.partition($S)", "$S.rpartition($S)", "tuple($L)", "[*$L, *$L]", "list(filter(None, $L))", "list(filter(lambda v: v > 1, $L))", "$L * $N",
			"list($D)", "list($D.items())", "list($D.values())", "(lambda a, *b, c=$A: [a, b, c])($A)", "(lambda a, /, b=1, *, c: [a, b, c])(*$L, c=$A)",
			"(lambda **k: [k])(**$D)", "list(range($N, $N, $N))", "sorted({$A, $A}, key=repr)", "$B.split(b',')", "[l := [1], l.append($A), l][2]",
			"[l := [1, 2, 3], l.insert($N, $A), l.pop($N), l]", "[f() for f in [lambda: v for v in $L]]", "list(v for v in $L if v)",
		},
		'D': {
			"{$A: $A}", "{$S: $A, $I: $A}", "{k: v for k, v in $L}", "{v: v for v in $L}", "dict($L)", "{**$D, **$D}", "($D | $D)", "dict.fromkeys($L, $A)",
			"dict(zip($L, $L))", "dict($D, z=$A)", "[d := dict($D), d.update($D), d][2]", "[d := dict($D), d.pop($A, 0), d][2]", "[d := dict($D), d.setdefault($A, $A), d][2]",
		},
		'T': {
			"($A == $A)", "($A != $A)", "($A < $A)", "($A <= $A)", "($I < $F <= $I)", "($A > $A)", "($I >= $F)", "($A in $L)", "($A in $D)", "($S in $S)",
			"($A not in $L)", "(not $A)", "($A and $A)", "($A or $A)", "bool($A)", "any($L)", "all($L)", "isinstance($A, (int, str))", "isinstance($A, $X)",
			"$S.isalpha()", "$S.isdigit()", "$S.isalnum()", "$S.isupper()", "$S.istitle()", "$S.isspace()", "$S.isidentifier()", "$S.isprintable()",
			"$S.startswith($S)", "$S.endswith(($S, $S), $N)", "($A is None)", "({$A} <= {$A, $A})", "({$A} & {$A} == set())", "callable($A)", "($A is not $X)",
		},
		'X': {
			"($A if $T else $A)", "$L[$A]", "$D[$A]", "$D.get($A, $A)", "($A + $A)", "($A - $A)", "($A * $N)", "($A / $A)", "($A // $A)", "($A % $A)",
			"($A & $A)", "($I | $A)", "($X + $X)", "($X * $X)", "($X / $X)", "($X ** $N)", "complex($A)", "complex($F, $F)", "(lambda a, b=$A: (a, b))($A)",
			"next(iter($L), $A)", "next(v for v in $L)", "type($A)", "type($A).__name__", "divmod($A, $A)", "$L.pop()", "abs($A)", "-$A", "$A.real", "$A.upper()",
			"$L.count($A)", "len($A)", "$A($A)", "(hash($S) == hash($S))", "round($A, $N)", "frozenset([$A])", "max($L, key=lambda v: v, default=$A)",
			"[*$A]", "sum($L, $A)", "sorted($A)", "$L.index($A, $N)", "(w := $A, w)", "($I).as_integer_ratio()", "str($A)[$N:]", "slice($N, $N).indices(5)",
		},
	}
	anything = "IIFSSLDTBX"
)

// tree is a random expression.
type tree struct {
	kind byte
	text string // a leaf, or a rule whose "$" stand for kids
	kids []*tree
}

// grow makes a tree of that kind, at most so deep.
func grow(r *rand.Rand, kind byte, depth int) *tree {
	if kind == 'A' {
		kind = anything[r.IntN(len(anything))]
	}
	if depth <= 0 || len(rules[kind]) == 0 || r.IntN(6) == 0 {
		return &tree{kind: kind, text: leaves[kind][r.IntN(len(leaves[kind]))]}
	}
	t := &tree{kind: kind, text: rules[kind][r.IntN(len(rules[kind]))]}
	for i := range len(t.text) - 1 {
		if t.text[i] == '$' {
			t.kids = append(t.kids, grow(r, t.text[i+1], depth-1))
		}
	}
	return t
}

// String is the expression.
func (t *tree) String() string {
	if t.kids == nil {
		return t.text
	}
	var out strings.Builder
	next := 0
	for i := 0; i < len(t.text); i++ {
		if t.text[i] != '$' {
			out.WriteByte(t.text[i])
			continue
		}
		out.WriteString(t.kids[next].String())
		next++
		i++
	}
	return out.String()
}

// simpler gives all expressions that are this one with one part made simpler: by
// what is inside that part, or by the first leaf of its kind.
func (t *tree) simpler() []*tree {
	var out []*tree
	if t.kids != nil {
		out = append(out, t.kids...)
		out = append(out, &tree{kind: t.kind, text: leaves[t.kind][0]})
	} else if first := leaves[t.kind][0]; t.text != first {
		out = append(out, &tree{kind: t.kind, text: first})
	}
	for i, kid := range t.kids {
		for _, s := range kid.simpler() {
			kids := slices.Clone(t.kids)
			kids[i] = s
			out = append(out, &tree{t.kind, t.text, kids})
		}
	}
	return out
}
