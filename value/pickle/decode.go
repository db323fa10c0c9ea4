package pickle

import (
	"encoding/binary"
	"io"
	"math"
	"math/big"
	"slices"
	"strings"

	"althing/fault"
	"althing/value"
)

// Decode reads the pickle at the start of src and gives what follows it. The
// value holds nothing of src. limit is how many bytes the pickle may have, and
// how large its value may become where parts are named several times.
//
// Anything may be in src. A pickle that is not all there yet is an error that
// wraps io.ErrUnexpectedEOF: more bytes may mend it. One that names a global
// wraps ErrGlobal. What is too long, too deep or expands too far has code Limit;
// everything else that is no pickle of plain data has code Invalid.
func Decode(src []byte, limit int) (v value.Value, rest []byte, err error) {
	m := machine{src: src, limit: limit}
	for {
		done, err := m.step()
		if err != nil {
			return nil, nil, err
		}
		if done {
			break
		}
	}
	v, err = m.result()
	if err != nil {
		return nil, nil, err
	}
	return v, src[m.pos:], nil
}

// machine runs the opcodes. What stands on its stack and in its memo is a
// value.Value or a *box: a container that may still be filled, and be named
// from several places while it is.
type machine struct {
	src   []byte
	pos   int
	limit int
	boxes int
	stack []any
	marks []int // where in stack the marks stand
	memo  []any
}

func (m *machine) damaged(what string) error {
	return fault.New(fault.Invalid, "the pickle is damaged at byte %d: %s", m.pos, what)
}

func (m *machine) tooLarge() error {
	return fault.New(fault.Limit, "the pickle is larger than the %d bytes allowed", m.limit)
}

// take cuts the next n bytes.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(max(m.limit-m.pos, 0)) {
		return nil, m.tooLarge()
	}
	if n > uint64(len(m.src)-m.pos) {
		return nil, fault.Wrap(io.ErrUnexpectedEOF, fault.Invalid, "the pickle ends too early")
	}
	taken := m.src[m.pos : m.pos+int(n)]
	m.pos += int(n)
	return taken, nil
}

// number reads an unsigned number of size bytes, the low one first.
func (m *machine) number(size uint64) (uint64, error) {
	var whole [8]byte
	b, err := m.take(size)
	copy(whole[:], b)
	return binary.LittleEndian.Uint64(whole[:]), err
}

// counted reads a length of size bytes and as many bytes as it says.
func (m *machine) counted(size uint64) ([]byte, error) {
	n, err := m.number(size)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

// step runs one opcode; done is true at the last.
func (m *machine) step() (done bool, err error) {
	code, err := m.take(1)
	if err != nil {
		return false, err
	}
	switch op := code[0]; op {
	case opStop:
		return true, nil
	case opProto:
		return false, m.proto()
	case opFrame:
		// Where a frame ends is of use to who reads in pieces only.
		_, err = m.number(8)
		return false, err
	case opMark:
		m.marks = append(m.marks, len(m.stack))
		return false, nil
	case opPop, opPopMark, opDup:
		return false, m.rearrange(op)
	case opBinGet, opLongBinGet, opBinPut, opLongBinPut, opMemoize:
		return false, m.remember(op)
	case opEmptyList, opEmptyDict, opEmptySet, opEmptyTuple, opTuple1, opTuple2, opTuple3, opTuple, opList, opDict, opFrozenSet:
		return false, m.container(op)
	case opAppend, opSetItem, opAppends, opSetItems, opAddItems:
		return false, m.fill(op)
	case opGlobal, opStackGlobal, opReduce, opBuild, opInst, opObj, opNewObj, opNewObjEx,
		opExt1, opExt2, opExt4, opPersID, opBinPersID, opNextBuffer, opReadOnlyBuffer:
		return false, m.refuse(op)
	case opInt, opLong, opFloat, opString, opUnicode, opGet, opPut, opBinString, opShortBinString:
		return false, fault.New(fault.Invalid, "the pickle is written in protocol 0 or 1, or by Python 2; use protocol 2 or later of Python 3")
	default:
		v, err := m.scalar(op)
		m.stack = append(m.stack, v)
		return false, err
	}
}

func (m *machine) proto() error {
	version, err := m.take(1)
	if err != nil {
		return err
	}
	if version[0] > newest {
		return fault.New(fault.Invalid, "pickles of protocol %d are not known; use protocol %d", version[0], protocol)
	}
	return nil
}

// scalar reads a value that holds no others.
func (m *machine) scalar(op byte) (value.Value, error) {
	switch op {
	case opNone:
		return value.None{}, nil
	case opNewTrue, opNewFalse:
		return value.Bool(op == opNewTrue), nil
	case opBinInt1:
		n, err := m.number(1)
		return value.Int(n), err
	case opBinInt2:
		n, err := m.number(2)
		return value.Int(n), err
	case opBinInt:
		n, err := m.number(4)
		return value.Int(int32(n)), err
	case opBinFloat:
		b, err := m.take(8)
		if err != nil {
			return nil, err
		}
		return value.Float(math.Float64frombits(binary.BigEndian.Uint64(b))), nil
	case opLong1:
		return m.long(1)
	case opLong4:
		return m.long(4)
	case opShortBinUnicode:
		return m.text(1)
	case opBinUnicode:
		return m.text(4)
	case opBinUnicode8:
		return m.text(8)
	case opShortBinBytes:
		b, err := m.counted(1)
		return value.Bytes(b), err
	case opBinBytes:
		b, err := m.counted(4)
		return value.Bytes(b), err
	case opBinBytes8, opByteArray8:
		b, err := m.counted(8)
		return value.Bytes(b), err
	}
	return nil, m.damaged("unknown opcode")
}

// long reads a two's complement of any size, the low byte first.
func (m *machine) long(size uint64) (value.Value, error) {
	b, err := m.counted(size)
	if err != nil {
		return nil, err
	}
	digits := slices.Clone(b)
	slices.Reverse(digits)
	i := new(big.Int).SetBytes(digits)
	if len(digits) > 0 && digits[0] >= 0x80 {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), uint(8*len(digits))))
	}
	return value.Integer(i), nil
}

func (m *machine) text(size uint64) (value.Value, error) {
	b, err := m.counted(size)
	if err != nil {
		return nil, err
	}
	s := string(b)
	if !value.ValidText(s) {
		return nil, m.damaged("a text is not UTF-8")
	}
	return value.Str(s), nil
}

// refuse is the end of a pickle that asks for more than data.
func (m *machine) refuse(op byte) error {
	name := ""
	switch op {
	case opGlobal:
		name = lines(m.src[m.pos:])
	case opStackGlobal:
		if n := len(m.stack); n >= 2 {
			module, _ := m.stack[n-2].(value.Str)
			attribute, _ := m.stack[n-1].(value.Str)
			name = string(module + "." + attribute)
		}
	}
	if name == "" {
		return fault.Wrap(ErrGlobal, fault.Denied, "the pickle asks for a class, a function or an object; only plain data is read")
	}
	return fault.Wrap(ErrGlobal, fault.Denied, "the pickle asks for %.80q; only plain data is read", name)
}

// lines gives the module and the name behind a GLOBAL, as far as they are there.
func lines(src []byte) string {
	const enough = 80 // for a log line
	module, rest, _ := strings.Cut(string(src[:min(len(src), enough)]), "\n")
	name, _, _ := strings.Cut(rest, "\n")
	return module + "." + name
}
