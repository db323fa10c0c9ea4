package modules_test

import "testing"

func TestStringAsCPython(t *testing.T) {
	compare(t, `
		string.ascii_letters, string.ascii_lowercase, string.ascii_uppercase, string.digits, string.hexdigits, string.octdigits, string.punctuation, string.printable, string.whitespace
		string.capwords(' aBc  dEf '), string.capwords('aBc-dEf', '-'), string.capwords('a,b', sep=','), string.capwords(' a  b ', ' '), string.capwords(''), string.capwords('éa ßb', None)
		string.capwords('a b', '')
		string.capwords(5)
		string.capwords(b'a b')
		string.capwords('a', 5)
		string.capwords()
		string.capwords('a', 'b', 'c')
		string.Template('$a ${b}c $$ $a_1$A').substitute(a=1, b='x', a_1=[2], A=None)
		string.Template('$a $b').substitute({'a': 1}, b=2)
		string.Template('$a $b').substitute({'a': 1, 'b': 3}, b=2)
		string.Template('$a').substitute()
		string.Template('$a').substitute({})
		string.Template('$a').substitute({'b': 1}, c=2)
		string.Template('$a').substitute([1])
		string.Template('$a').substitute(5)
		string.Template('$a').substitute({}, {})
		string.Template('$a').substitute(mapping=5)
		string.Template('$mapping $self').substitute(mapping=5, self=6)
		string.Template('$').substitute()
		string.Template('ab\ncd $ x').substitute()
		string.Template('a\r\nb\u2028é$1').substitute()
		string.Template('${a').substitute(a=1)
		string.Template('${}').substitute()
		string.Template('${a b}').substitute()
		string.Template('$é').substitute()
		string.Template('$aé $ſ').safe_substitute(a=1)
		string.Template('$a ${b} $c $$ $ ${ ${d} $1').safe_substitute({'a': 1}, c=3)
		string.Template('$a').safe_substitute(), string.Template('$a').safe_substitute({}), string.Template('').substitute()
		string.Template('$a').safe_substitute([1])
		string.Template('$a ${b} $$ $a').get_identifiers(), string.Template('$ $1 ${x').get_identifiers()
		string.Template('$a ${b} $$').is_valid(), string.Template('$').is_valid(), string.Template('').is_valid(), string.Template('${a').is_valid()
		string.Template('x$a').template, string.Template('x').delimiter, string.Template.delimiter
		string.Template()
		string.Template(1, 2)
		string.Template(5).substitute()
		string.Template(5).template
		string.Template(text='a')
		string.Template('a').foo
		string.Template('a').is_valid(1)
		type(string.Template('a')), string.Template
		isinstance(string.Template('a'), string.Template)
		string.Formatter().format('{0} {a} {0!r:>5}', 'x', a=2)
		string.Formatter().format('{} {}', 1, 2), string.Formatter().vformat('{0} {a}', (1,), {'a': 2}), string.Formatter().vformat('{a[0]}', [], {'a': [5]})
		string.Formatter().format('{a}')
		string.Formatter().format()
		string.Formatter(1)
		string.Formatter().vformat('{}', (1,))
	`)
}
