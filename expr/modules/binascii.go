package modules

import (
	"hash/crc32"
	"math/big"

	"althing/expr"
	"althing/expr/internal/bintext"
)

// binasciiModule is Python's binascii.
func binasciiModule() *expr.Module {
	all := attrs(
		flagged("b2a_base64", "newline", 1, true, binaryArg, func(b []byte, newline bool) ([]byte, error) {
			out := bintext.EncodeBase64(b)
			if newline {
				out = append(out, '\n')
			}
			return out, nil
		}),
		flagged("a2b_base64", "strict_mode", 1, false, asciiArg, bintext.DecodeBase64),
		flagged("b2a_uu", "backtick", 1, false, binaryArg, bintext.EncodeUU),
		flagged("a2b_qp", "header", 0, false, asciiArg, func(b []byte, header bool) ([]byte, error) {
			return bintext.DecodeQP(b, header), nil
		}),
		binasciiDecoder("a2b_uu", bintext.DecodeUU),
		binasciiDecoder("a2b_hex", bintext.DecodeHex),
		binasciiDecoder("unhexlify", bintext.DecodeHex),
		binasciiHex("b2a_hex"),
		binasciiHex("hexlify"),
		expr.NewFunc("b2a_qp", encodeQP).Forgets(),
		positional("binascii", "crc32", 1, 2, binasciiCRC32).Forgets(),
		positional("binascii", "crc_hqx", 2, 2, binasciiCRCHQX).Forgets(),
	)
	all["Error"] = &expr.Type{Name: "binascii.Error"}
	all["Incomplete"] = &expr.Type{Name: "binascii.Incomplete"}
	return &expr.Module{Name: "binascii", Attrs: all}
}

// binaryArg and asciiArg read the data of a function.
var (
	binaryArg = octetsArg
	asciiArg  = func(t *expr.Thread, o expr.Object) ([]byte, error) {
		return asciiOctets(t, o, "argument should be bytes, buffer or ASCII string, not '%s'")
	}
)

// flagged makes a function of data and one flag.
func flagged(name, flag string, only int, standard bool, read func(t *expr.Thread, o expr.Object) ([]byte, error),
	f func(b []byte, flag bool) ([]byte, error),
) *expr.Func {
	s := signature{fn: name + "()", names: []string{"data", flag}, required: 1, only: only, pos: 2 - only}
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var o, given expr.Object
		if err := s.bind(a, &o, &given); err != nil {
			return nil, err
		}
		b, err := read(t, o)
		if err != nil {
			return nil, err
		}
		on := standard
		if given != nil {
			if on, err = cFlag(given); err != nil {
				return nil, err
			}
		}
		return coded(t, b, func(b []byte) ([]byte, error) { return f(b, on) })
	}).Forgets()
}

// binasciiDecoder makes a function of nothing but a text.
func binasciiDecoder(name string, decode func(b []byte) ([]byte, error)) *expr.Func {
	return positional("binascii", name, 1, 1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
		b, err := asciiArg(t, args[0])
		if err != nil {
			return nil, err
		}
		return coded(t, b, decode)
	}).Forgets()
}

func binasciiHex(name string) *expr.Func {
	s := signature{fn: name + "()", names: []string{"data", "sep", "bytes_per_sep"}, required: 1, pos: 3}
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var o, sep expr.Object
		per := expr.Int(1)
		if err := s.bind(a, &o, &sep, &per); err != nil {
			return nil, err
		}
		b, err := binaryArg(t, o)
		if err != nil {
			return nil, err
		}
		group, err := cNumber(per)
		if err != nil {
			return nil, err
		}
		var mark byte
		if sep == nil {
			group = 0
		} else if mark, err = expr.HexMark(t, sep, 0x100); err != nil {
			return nil, err
		}
		return coded(t, b, func(b []byte) ([]byte, error) { return bintext.EncodeHex(b, mark, group), nil })
	}).Forgets()
}

var encodeQPSignature = signature{fn: "b2a_qp()", names: []string{"data", "quotetabs", "istext", "header"}, required: 1, pos: 4}

func encodeQP(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	tabs, text, header := expr.False, expr.True, expr.False
	if err := encodeQPSignature.bind(a, &o, &tabs, &text, &header); err != nil {
		return nil, err
	}
	b, err := binaryArg(t, o)
	if err != nil {
		return nil, err
	}
	var how bintext.QP
	for _, flag := range []struct {
		o  expr.Object
		to *bool
	}{{tabs, &how.Tabs}, {text, &how.Text}, {header, &how.Header}} {
		if *flag.to, err = cFlag(flag.o); err != nil {
			return nil, err
		}
	}
	return coded(t, b, func(b []byte) ([]byte, error) { return bintext.EncodeQP(b, how), nil })
}

// checksum reads the data of a checksum and the number that it goes on with, of
// which only the low bits count.
func checksum(t *expr.Thread, args []expr.Object, bits uint) (b []byte, crc uint32, err error) {
	const nsPerByte = 20 // as Thread.Work counts it
	if b, err = octetsArg(t, args[0]); err != nil {
		return nil, 0, err
	}
	if err := t.Work(nsPerByte * int64(len(b))); err != nil {
		return nil, 0, err
	}
	if len(args) == 1 {
		return b, 0, nil
	}
	i, err := index(args[1])
	if err != nil {
		return nil, 0, err
	}
	if i.BitLen() > 63 {
		i = new(big.Int).And(i, big.NewInt(1<<32-1))
	}
	return b, uint32(i.Int64() & (1<<bits - 1)), nil
}

func binasciiCRC32(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	b, crc, err := checksum(t, args, 32)
	if err != nil {
		return nil, err
	}
	return expr.Int(int64(crc32.Update(crc, crc32.IEEETable, b))), nil
}

func binasciiCRCHQX(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	b, crc, err := checksum(t, args, 16)
	if err != nil {
		return nil, err
	}
	return expr.Int(int64(bintext.CRCHQX(b, uint16(crc)))), nil
}
