package modules_test

import "testing"

func TestFnmatchAsCPython(t *testing.T) {
	compare(t, `
		[fnmatch.fnmatch(n, p) for n in ['abc', 'a', '', 'ABC', 'a.b', 'a\nb', '[', 'é', '-', ']', '!', '^', '\\', 'b'] for p in ['*', 'a*', '?', '*c', 'a?c', '[a-c]', '[!a-c]', '[a', '[]]', '[!]]', '[!]', '[]', '[^a]', '[-a]', '[a-]', '[b-a]', '[!b-a]', '[\\]', '*.*', 'ABC', '**', 'a**c', '[[]', '[!!]', '[a-c-e]', '[--a]', '[&~|]']]
		[fnmatch.translate(p) for p in ['', '*', '**', 'a*', '*a', '*a*b*', 'a?c', '[a-c]', '[!a-c]', '[a', '[]', '[!]', '[]]', '[!]]', '[]a]', '[^a]', '[[a]', '[b-a]', '[!b-a]', '[a-]', '[-a]', '[--a]', '[a--]', '[a-c-e]', '[z-a-c]', '[a\\-c]', '[\\]', '[&&]', '[a||b]', '[~~-]', 'a.b+c', 'é[é-ü]', '[!', '[', '[!-]', '[!--]', '[ü-é]', '*?*', '*[a-b]*x*', '[c-a-b]', '[a-b-a]', '[b-ab-a]']]
		fnmatch.fnmatchcase('Foo.txt', 'foo*'), fnmatch.fnmatchcase('Foo.txt', 'Foo*'), fnmatch.fnmatch('Foo', 'foo')
		fnmatch.fnmatch(b'abc', b'a*'), fnmatch.fnmatch(b'a\xff', b'a[\xf0-\xff]'), fnmatch.fnmatch(b'\xe9', b'?'), fnmatch.fnmatch(b'\xe9', b'\xe9')
		fnmatch.fnmatch(b'abc', 'a*')
		fnmatch.fnmatch('abc', b'a*')
		fnmatch.fnmatch(5, 'a')
		fnmatch.fnmatch('a', 5)
		fnmatch.fnmatch('a', None)
		fnmatch.fnmatchcase(5, 'a')
		fnmatch.fnmatchcase('a', 5)
		fnmatch.fnmatchcase('a', [])
		fnmatch.fnmatch('a')
		fnmatch.translate()
		fnmatch.translate(5)
		fnmatch.filter(['a.py', 'b.txt', 'c.py'], '*.py'), fnmatch.filter((n for n in 'abc'), '[ab]'), fnmatch.filter([], '*'), fnmatch.filter([b'a'], b'?')
		fnmatch.filter(['a', 5], '*')
		fnmatch.filter(5, '*')
		fnmatch.filter(['a'], 5)
		fnmatch.filter(['\ud800', '\U0001f600'], '?')
		fnmatch.fnmatch('x' * 30, '*x' * 20 + 'y')
	`)
}
