package pytime

import (
	"strconv"
	"strings"

	"althing/expr/internal/format"
	"althing/expr/internal/pyerr"
)

var dayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

var monthNames = [...]string{
	"January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December",
}

// longest is how many times as long as its format a text may become: past it,
// CPython takes the text for empty.
const longest = 256

// Outside is what a text may want that the fields of a date do not tell.
type Outside struct {
	// Seconds gives %s, the seconds since 1970.
	Seconds func() int64
}

// Strftime is d.strftime(text) in the C locale, with the flags and widths of the
// GNU library. The result is charged before it is made.
func Strftime(c format.Charger, d DateTime, text string, o Outside) (string, error) {
	text, _, _ = strings.Cut(text, "\x00") // where C takes it to end
	w := formatter{StructTime: d.structTime(), Outside: o, full: &d}
	return w.format(c, text)
}

// Strftime is time.strftime(text, s), for an s that Check has seen. As the C
// library has no fractions of seconds, it has no %f.
func (s StructTime) Strftime(c format.Charger, text string, o Outside) (string, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return "", pyerr.Value("embedded null character")
	}
	w := formatter{StructTime: s, Outside: o}
	return w.format(c, text)
}

// formatter writes the fields of one time.
type formatter struct {
	StructTime
	Outside
	full *DateTime // what it is the time of, if it is Python that writes it
	dst  []byte
}

func (w *formatter) format(c format.Charger, text string) (string, error) {
	// No directive without a width writes more than twelve times its own length,
	// but for the name of the zone, which an expression may make up.
	names := int64(strings.Count(text, "Z")) * int64(len(w.zoneName()))
	if err := c.Charge(12*int64(len(text)) + names); err != nil {
		return "", err
	}
	most := longest * len(text)
	for text != "" {
		end := strings.IndexByte(text, '%')
		if end < 0 {
			end = len(text)
		}
		w.dst = append(w.dst, text[:end]...)
		if text = text[end:]; text == "" {
			break
		}
		directive, rest := takeDirective(text)
		if directive.width > most {
			return "", nil
		}
		if err := c.Charge(int64(directive.width)); err != nil {
			return "", err
		}
		w.write(directive)
		text = rest
	}
	return string(w.dst), nil
}

// zoneName is what %Z writes, or nothing if it is not known.
func (w *formatter) zoneName() string {
	if w.full != nil && w.full.Zone != nil {
		return w.full.Zone.String()
	}
	return w.Zone
}

// directive is %[flags][width][EO]kind.
type directive struct {
	text        string // as it stands in the format, its kind being one byte
	pad         byte   // '_', '-', '0', or 0: the kind's own
	upper, swap bool   // flags ^ and #
	width       int
	modifier    byte // E, O or 0
	kind        byte // 0: none, the format ends
}

// bare reports whether there is nothing but the kind.
func (d *directive) bare() bool { return len(d.text) == 2 }

func takeDirective(text string) (d directive, rest string) {
	i := 1
	for ; i < len(text) && d.flag(text[i]); i++ {
	}
	const most = 1 << 30
	for ; i < len(text) && isDigit(text[i]); i++ {
		d.width = min(d.width*10+int(text[i]-'0'), most)
	}
	if i < len(text) && (text[i] == 'E' || text[i] == 'O') {
		d.modifier = text[i]
		i++
	}
	if i < len(text) {
		d.kind = text[i]
		i++
	}
	d.text = text[:i]
	return d, text[i:]
}

// flag takes note of c if it is a flag.
func (d *directive) flag(c byte) bool {
	switch c {
	case '_', '-', '0':
		d.pad = c
	case '^':
		d.upper = true
	case '#':
		d.swap = true
	default:
		return false
	}
	return true
}

// known reports whether there is such a directive, also with its modifier.
func (d *directive) known() bool {
	kinds := "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%"
	switch d.modifier {
	case 'E':
		kinds = "cCnpPrRstTuxXyYzZ%"
	case 'O':
		kinds = "bBCdegGhHIjklmMnpPrRsStTuUVwWyzZ%"
	}
	return d.kind != 0 && strings.IndexByte(kinds, d.kind) >= 0
}

func (w *formatter) write(d directive) {
	if w.full != nil && d.bare() && w.python(d.kind) {
		return
	}
	if !d.known() {
		w.text(d, d.text)
		return
	}
	switch d.kind {
	case 'a':
		w.name(d, dayNames[w.Weekday][:3])
	case 'A':
		w.name(d, dayNames[w.Weekday])
	case 'b', 'h':
		w.name(d, monthNames[w.Month-1][:3])
	case 'B':
		w.name(d, monthNames[w.Month-1])
	case 'p':
		w.half(d)
	case 'P':
		d.upper, d.swap = false, true
		w.half(d)
	case 'z':
		w.offset(d)
	case 'Z':
		w.zone(d)
	case 'n':
		w.text(d, "\n")
	case 't':
		w.text(d, "\t")
	case '%':
		w.text(d, "%")
	case 'c':
		w.several(d, "%a %b %e %H:%M:%S %Y")
	case 'x', 'D':
		w.several(d, "%m/%d/%y")
	case 'X', 'T':
		w.several(d, "%H:%M:%S")
	case 'R':
		w.several(d, "%H:%M")
	case 'r':
		w.several(d, "%I:%M:%S %p")
	case 'F':
		w.several(d, "%Y-%m-%d")
	default:
		w.digits(d)
	}
}

// python writes the directives that Python replaces before the C library sees
// them.
func (w *formatter) python(kind byte) bool {
	switch kind {
	case 'f':
		w.dst = append(w.dst, leading(int64(w.full.Micro), 6)...)
	case 'z':
		if zone := w.full.Zone; zone != nil {
			w.dst = append(w.dst, zone.iso("")...)
		}
	case 'Z':
		w.dst = append(w.dst, w.zoneName()...)
	default:
		return false
	}
	return true
}

// leading is a number with zeros in front.
func leading(n int64, digits int) string {
	text := strconv.FormatInt(n, 10)
	return strings.Repeat("0", max(0, digits-len(text))) + text
}

// number gives the fields that are numbers, how many digits they have at least,
// and what fills them up.
func (w *formatter) number(kind byte) (n int64, digits int, pad byte) {
	isoYear, isoWeek := w.isoWeek()
	yday, weekday := w.YearDay-1, w.sunday()
	switch kind {
	case 'd':
		return int64(w.Day), 2, '0'
	case 'e':
		return int64(w.Day), 2, ' '
	case 'm':
		return int64(w.Month), 2, '0'
	case 'y':
		return int64(w.Year - 100*century(w.Year)), 2, '0'
	case 'Y':
		return int64(w.Year), 1, '0'
	case 'C':
		return int64(century(w.Year)), 1, '0'
	case 'G':
		return int64(isoYear), 1, '0'
	case 'g':
		return int64(isoYear - 100*century(isoYear)), 2, '0'
	case 'V':
		return int64(isoWeek), 2, '0'
	case 'H':
		return int64(w.Hour), 2, '0'
	case 'k':
		return int64(w.Hour), 2, ' '
	case 'I':
		return int64(w.hour12()), 2, '0'
	case 'l':
		return int64(w.hour12()), 2, ' '
	case 'M':
		return int64(w.Minute), 2, '0'
	case 'S':
		return int64(w.Second), 2, '0'
	case 'j':
		return int64(yday + 1), 3, '0'
	case 'U':
		return int64((yday + 7 - weekday) / 7), 2, '0'
	case 'W':
		return int64((yday + 7 - (weekday+6)%7) / 7), 2, '0'
	case 'w':
		return int64(weekday), 1, '0'
	case 'u':
		return int64(w.Weekday + 1), 1, '0'
	}
	return w.Outside.Seconds(), 1, '0' // 's', which is the last one known
}

func (w *formatter) hour12() int { return (w.Hour+11)%12 + 1 }

// digits writes a number, filled up in front.
func (w *formatter) digits(d directive) {
	n, digits, pad := w.number(d.kind)
	switch d.pad {
	case '_':
		pad = ' '
	case '0':
		pad = '0'
	case '-':
		pad, digits = ' ', 0
	}
	if n < 0 {
		w.dst = append(w.dst, '-')
		n = -n
	}
	text := strconv.FormatInt(n, 10)
	w.fill(pad, max(digits, d.width)-len(text))
	w.dst = append(w.dst, text...)
}

func (w *formatter) fill(pad byte, count int) {
	for range count {
		w.dst = append(w.dst, pad)
	}
}

// text writes a text, filled up in front.
func (w *formatter) text(d directive, text string) {
	if d.upper {
		text = capitals(text)
	}
	pad := byte(' ')
	if d.pad == '0' {
		pad = '0'
	}
	w.fill(pad, d.width-len(text))
	w.dst = append(w.dst, text...)
}

// capitals turns the letters of the C locale into capitals.
func capitals(text string) string {
	upper := []byte(text)
	for i, c := range upper {
		if c >= 'a' && c <= 'z' {
			upper[i] = c - 'a' + 'A'
		}
	}
	return string(upper)
}

// name writes a name, of which # makes capitals.
func (w *formatter) name(d directive, name string) {
	d.upper = d.upper || d.swap
	w.text(d, name)
}

// half writes AM or PM, of which # makes small letters.
func (w *formatter) half(d directive) {
	half := "AM"
	if w.Hour >= 12 {
		half = "PM"
	}
	if d.swap {
		half = strings.ToLower(half)
	}
	w.text(d, half)
}

// zone writes the name of the zone that the C library knows, of which # makes
// small letters.
func (w *formatter) zone(d directive) {
	name := w.Zone
	if d.swap {
		name = strings.ToLower(name)
	}
	w.text(d, name)
}

// offset writes the offset that the C library knows, which is none where it does
// not know whether there is summer time.
func (w *formatter) offset(d directive) {
	if w.DST < 0 {
		return
	}
	sign, minutes := byte('+'), w.Offset/60
	if w.Offset < 0 {
		sign, minutes = '-', -minutes
	}
	w.dst = append(w.dst, sign)
	w.dst = append(w.dst, leading(int64(minutes/60*100+minutes%60), max(4, d.width-1))...)
}

// several writes what stands for several directives.
func (w *formatter) several(d directive, text string) {
	inner := formatter{StructTime: w.StructTime, Outside: w.Outside, full: w.full}
	for text != "" {
		if text[0] != '%' {
			inner.dst = append(inner.dst, text[0])
			text = text[1:]
			continue
		}
		var part directive
		part, text = takeDirective(text)
		inner.write(part)
	}
	w.text(d, string(inner.dst))
}
