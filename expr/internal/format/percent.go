package format

import (
	"math"
	"strings"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Operand is what stands to the right of %.
type Operand struct {
	Whole Object
	// A tuple has Len items, given by At; anything else has Len -1.
	Len int
	At  func(i int) Object
	// Mapping says that Whole has items by key or number and is neither a tuple
	// nor a str: keys may be looked up in it, and it may be left unused.
	Mapping bool
}

// Percent is Python's format % operand for a str.
func Percent(h Host, format string, operand Operand) (string, error) {
	p := percent{Host: h, Operand: operand, format: format, single: operand.Whole, isSingle: operand.Len < 0}
	if err := p.run(); err != nil {
		return "", err
	}
	return string(p.dst), nil
}

// percent is one run over a format.
type percent struct {
	Host
	Operand
	format string
	at     int // where in format
	dst    []byte

	next     int    // the tuple's next item
	single   Object // the next argument where there is no tuple
	isSingle bool
	used     bool // the single one was taken
}

// field is one conversion: %[(key)][flags][width][.precision][hlL]type.
type field struct {
	left, plus, blank, alternate, zero bool
	width, precision                   int // precision -1: none
	kind                               rune
}

func (p *percent) run() error {
	for {
		literal := p.format[p.at:]
		if end := strings.IndexByte(literal, '%'); end >= 0 {
			literal = literal[:end]
		}
		if err := p.Charge(int64(len(literal))); err != nil {
			return err
		}
		p.dst = append(p.dst, literal...)
		p.at += len(literal)
		if p.at == len(p.format) {
			return p.finish()
		}
		p.at++
		if p.at < len(p.format) && p.format[p.at] == '%' {
			p.dst = append(p.dst, '%')
			p.at++
			continue
		}
		if err := p.field(); err != nil {
			return err
		}
	}
}

// finish refuses arguments that were not asked for.
func (p *percent) finish() error {
	unused := p.isSingle && !p.used || !p.isSingle && p.next < p.Len
	if unused && !p.Mapping {
		return pyerr.Type("not all arguments converted during string formatting")
	}
	return nil
}

// argument gives the next argument.
func (p *percent) argument() (Object, error) {
	if p.isSingle && !p.used {
		p.used = true
		return p.single, nil
	}
	if !p.isSingle && p.next < p.Len {
		p.next++
		return p.At(p.next - 1), nil
	}
	return nil, pyerr.Type("not enough arguments for format string")
}

// field reads one conversion and writes its argument.
func (p *percent) field() error {
	f := field{precision: -1}
	if p.peek() == '(' {
		if err := p.key(); err != nil {
			return err
		}
	}
	p.flags(&f)
	if err := p.width(&f); err != nil {
		return err
	}
	if err := p.precision(&f); err != nil {
		return err
	}
	if c := p.peek(); c == 'h' || c == 'l' || c == 'L' {
		p.at++
	}
	if p.at == len(p.format) {
		return pyerr.Value("incomplete format")
	}
	kind, size := value.DecodeRune(p.format[p.at:])
	f.kind = kind
	argument, err := p.argument()
	if err != nil {
		return err
	}
	if err := p.write(f, argument); err != nil {
		return err
	}
	p.at += size
	return nil
}

// peek gives the next byte, or 0 at the end.
func (p *percent) peek() byte {
	if p.at == len(p.format) {
		return 0
	}
	return p.format[p.at]
}

// key reads (key) and looks it up; brackets may stand in it in pairs. The value
// is the only argument from here on.
func (p *percent) key() error {
	if !p.Mapping {
		return pyerr.Type("format requires a mapping")
	}
	start, open := p.at+1, 1
	for p.at++; open > 0; p.at++ {
		switch {
		case p.at == len(p.format):
			return pyerr.Value("incomplete format key")
		case p.format[p.at] == '(':
			open++
		case p.format[p.at] == ')':
			open--
		}
	}
	item, err := p.Item(p.Whole, value.Str(p.format[start:p.at-1]))
	if err != nil {
		return err
	}
	p.single, p.isSingle, p.used = item, true, false
	return nil
}

func (p *percent) flags(f *field) {
	for ; ; p.at++ {
		switch p.peek() {
		case '-':
			f.left = true
		case '+':
			f.plus = true
		case ' ':
			f.blank = true
		case '#':
			f.alternate = true
		case '0':
			f.zero = true
		default:
			return
		}
	}
}

func (p *percent) width(f *field) error {
	if p.peek() != '*' {
		width, err := p.number(math.MaxInt, errWidth)
		f.width = width
		return err
	}
	width, err := p.star(math.MaxInt, "ssize_t")
	if width < 0 {
		f.left, width = true, -max(width, -math.MaxInt)
	}
	f.width = width
	return err
}

func (p *percent) precision(f *field) error {
	if p.peek() != '.' {
		return nil
	}
	p.at++
	if p.peek() != '*' {
		precision, err := p.number(maxPrecision, errPrecision)
		f.precision = precision
		return err
	}
	precision, err := p.star(maxPrecision, "int")
	f.precision = max(precision, 0)
	return err
}

// number reads decimal digits; none are 0.
func (p *percent) number(most int, tooBig error) (int, error) {
	n := 0
	for ; p.peek() >= '0' && p.peek() <= '9'; p.at++ {
		digit := int(p.peek() - '0')
		if n > (most-digit)/10 {
			return 0, tooBig
		}
		n = n*10 + digit
	}
	return n, nil
}

var errWidth = pyerr.Value("width too big")

// star takes a width or a precision from the arguments. ctype is the type in C
// that it has to fit, as the message names it.
func (p *percent) star(most int, ctype string) (int, error) {
	p.at++
	argument, err := p.argument()
	if err != nil {
		return 0, err
	}
	switch n := argument.(type) {
	case value.Bool:
		return int(boolInt(n)), nil
	case value.Int:
		if int64(n) <= int64(most) && int64(n) >= -int64(most)-1 {
			return int(n), nil
		}
		return 0, pyerr.Overflow("Python int too large to convert to C %s", ctype)
	case value.Big:
		return 0, pyerr.Overflow("Python int too large to convert to C %s", ctype)
	}
	return 0, pyerr.Type("* wants int")
}

// write writes one argument as f says.
func (p *percent) write(f field, argument Object) error {
	switch f.kind {
	case 's', 'r', 'a':
		text, err := convert(p, argument, f.kind)
		if err != nil {
			return err
		}
		if f.precision >= 0 {
			text = cut(text, f.precision)
		}
		return p.pad(f, text)
	case 'c':
		char := charOf
		if h, own := p.Host.(CharHost); own {
			char = h.Char
		}
		text, err := char(argument)
		if err != nil {
			return err
		}
		return p.pad(f, text)
	case 'd', 'i', 'u', 'o', 'x', 'X':
		return p.integer(f, argument)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return p.float(f, argument)
	}
	if h, own := p.Host.(KindHost); own {
		return h.Unsupported(f.kind, p.format[:p.at])
	}
	shown := f.kind
	if shown < 31 || shown > 126 {
		shown = '?'
	}
	return pyerr.Value("unsupported format character '%c' (0x%x) at index %d", shown, f.kind, length(p.format[:p.at]))
}

// pad writes text into the width.
func (p *percent) pad(f field, text string) error {
	s := spec{fill: " ", align: '>', width: f.width}
	if f.left {
		s.align = '<'
	}
	size := length(text)
	if err := p.Charge(int64(max(len(text), f.width))); err != nil {
		return err
	}
	p.dst = s.appendPadded(p.dst, text, size)
	return nil
}

// numeric writes a number into the width.
func (p *percent) numeric(f field, n number) error {
	s := spec{fill: " ", align: '>', width: f.width}
	switch {
	case f.plus:
		s.sign = '+'
	case f.blank:
		s.sign = ' '
	}
	switch {
	case f.left:
		s.align = '<'
	case f.zero:
		s.align, s.fill = '=', "0"
	}
	if err := p.Charge(int64(max(len(n.digits)+len(n.rest), f.width))); err != nil {
		return err
	}
	p.dst = s.appendNumber(p.dst, n)
	return nil
}

func (p *percent) float(f field, argument Object) error {
	x, err := floatOf(argument)
	if err != nil {
		return err
	}
	style := floatStyle{kind: byte(f.kind), precision: f.precision, alternate: f.alternate}
	if f.precision < 0 {
		style.precision = defaultPrecision
	}
	if err := style.charge(p); err != nil {
		return err
	}
	var small [64]byte
	return p.numeric(f, splitNumber(style.append(small[:0], x)))
}

func (p *percent) integer(f field, argument Object) error {
	i, err := integerOf(argument, f.kind)
	if err != nil {
		return err
	}
	base, prefix := baseOf(f.kind)
	var small [32]byte // 64 bits in octal and a sign
	digits, err := i.append(p, small[:0], base)
	if err != nil {
		return err
	}
	var n number
	if digits[0] == '-' {
		n.negative, digits = true, digits[1:]
	}
	if zeros := f.precision - len(digits); zeros > 0 {
		if err := charge(p, f.precision, 1); err != nil {
			return err
		}
		digits = append(appendFill(nil, "0", zeros), digits...)
	}
	if f.kind == 'X' {
		upper(digits)
	}
	if f.alternate {
		n.prefix = prefix
	}
	n.digits = digits
	return p.numeric(f, n)
}
