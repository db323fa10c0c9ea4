package pickle

import (
	"slices"

	"althing/fault"
	"althing/value"
)

// boxCost is what a container takes of the limit: one byte of a pickle makes
// one, and in memory it is a hundred.
const boxCost = 16

// box is a list, a tuple, a dict (key and value in turn) or a set that is being
// read. The opcodes may fill it, put it into itself and name it many times; value
// turns it into what it is once they are done.
type box struct {
	kind  byte // the opcode that makes it empty
	busy  bool // it is being turned: whoever meets it now is inside it
	items []any
	// Set once it is turned.
	v      value.Value
	size   int // in bytes of the limit, everything in it written out
	height int // how many containers are in each other, itself counted
}

// floor is where the part of the stack begins that the opcodes may use: above
// the last mark.
func (m *machine) floor() int {
	if n := len(m.marks); n > 0 {
		return m.marks[n-1]
	}
	return 0
}

// pop cuts the n topmost items.
func (m *machine) pop(n int) ([]any, error) {
	at := len(m.stack) - n
	if at < m.floor() {
		return nil, m.damaged("the stack is empty")
	}
	items := m.stack[at:]
	m.stack = m.stack[:at]
	return items, nil
}

// popMark cuts the items above the last mark, and the mark.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, m.damaged("no mark")
	}
	at := m.floor()
	m.marks = m.marks[:len(m.marks)-1]
	items := m.stack[at:]
	m.stack = m.stack[:at]
	return items, nil
}

// rearrange runs the opcodes that move what is there.
func (m *machine) rearrange(op byte) error {
	switch {
	case op == opPopMark, op == opPop && len(m.marks) > 0 && len(m.stack) == m.floor():
		_, err := m.popMark()
		return err
	case op == opPop:
		_, err := m.pop(1)
		return err
	}
	if len(m.stack) == m.floor() {
		return m.damaged("the stack is empty")
	}
	m.stack = append(m.stack, m.stack[len(m.stack)-1])
	return nil
}

// remember runs the opcodes of the memo.
func (m *machine) remember(op byte) error {
	var index uint64
	var err error
	switch op {
	case opBinGet, opBinPut:
		index, err = m.number(1)
	case opLongBinGet, opLongBinPut:
		index, err = m.number(4)
	case opMemoize:
		index = uint64(len(m.memo))
	}
	if err != nil {
		return err
	}
	if op == opBinGet || op == opLongBinGet {
		if index >= uint64(len(m.memo)) || m.memo[index] == nil {
			return m.damaged("the memo has no such entry")
		}
		m.stack = append(m.stack, m.memo[index])
		return nil
	}
	// Every entry takes a byte at least; a higher number would only make room.
	if index >= uint64(len(m.src)) {
		return m.damaged("the memo has fewer entries than that")
	}
	if len(m.stack) == m.floor() {
		return m.damaged("the stack is empty")
	}
	if missing := int(index) + 1 - len(m.memo); missing > 0 {
		m.memo = append(m.memo, make([]any, missing)...)
	}
	m.memo[index] = m.stack[len(m.stack)-1]
	return nil
}

// container runs the opcodes that push a container, empty or made of what is on
// the stack.
func (m *machine) container(op byte) error {
	switch op {
	case opEmptyList, opEmptyDict, opEmptySet:
		return m.pushBox(op, nil)
	case opEmptyTuple:
		m.stack = append(m.stack, value.Tuple{})
		return nil
	case opTuple1, opTuple2, opTuple3:
		items, err := m.pop(int(op-opTuple1) + 1)
		if err != nil {
			return err
		}
		return m.pushBox(opEmptyTuple, items)
	}
	items, err := m.popMark()
	if err != nil {
		return err
	}
	switch op {
	case opTuple:
		return m.pushBox(opEmptyTuple, items)
	case opList:
		return m.pushBox(opEmptyList, items)
	case opFrozenSet:
		return m.pushBox(opEmptySet, items)
	default:
		if len(items)%2 != 0 {
			return m.damaged("a key has no value")
		}
		return m.pushBox(opEmptyDict, items)
	}
}

func (m *machine) pushBox(kind byte, items []any) error {
	m.boxes++
	if m.boxes > m.limit/boxCost {
		return m.tooLarge()
	}
	m.stack = append(m.stack, &box{kind: kind, items: slices.Clone(items)})
	return nil
}

// fill runs the opcodes that put items into the container below them.
func (m *machine) fill(op byte) error {
	var items []any
	var err error
	kind := byte(opEmptyList)
	switch op {
	case opAppend:
		items, err = m.pop(1)
	case opSetItem:
		kind = opEmptyDict
		items, err = m.pop(2)
	case opAppends:
		items, err = m.popMark()
	case opSetItems:
		kind = opEmptyDict
		items, err = m.popMark()
	case opAddItems:
		kind = opEmptySet
		items, err = m.popMark()
	}
	if err != nil {
		return err
	}
	if kind == opEmptyDict && len(items)%2 != 0 {
		return m.damaged("a key has no value")
	}
	if len(m.stack) == m.floor() {
		return m.damaged("the stack is empty")
	}
	b, ok := m.stack[len(m.stack)-1].(*box)
	if !ok || b.kind != kind {
		return m.damaged("what is to be filled is another kind of container, or none")
	}
	b.items = append(b.items, items...)
	return nil
}

// result turns the one thing that the opcodes left.
func (m *machine) result() (value.Value, error) {
	if len(m.stack) != 1 || len(m.marks) != 0 {
		return nil, m.damaged("it leaves not one value, but none or several")
	}
	v, size, _, err := m.value(m.stack[0], 0)
	if err == nil && size > m.limit {
		return nil, m.tooLarge()
	}
	return v, err
}

// value turns an item of the stack: what it is, how large and how high. A box
// is turned once; depth is how many others are being turned around it.
func (m *machine) value(item any, depth int) (v value.Value, size, height int, err error) {
	b, ok := item.(*box)
	if !ok {
		v := item.(value.Value)
		return v, scalarSize(v), 0, nil
	}
	if b.busy {
		return nil, 0, 0, fault.New(fault.Invalid, "the pickle holds a %s that is inside itself", b.name())
	}
	if b.v == nil {
		if err := m.turn(b, depth); err != nil {
			return nil, 0, 0, err
		}
	}
	return b.v, b.size, b.height, nil
}

func (m *machine) turn(b *box, depth int) error {
	if depth == value.MaxDepth {
		return tooDeep()
	}
	b.busy = true
	b.size = boxCost
	items := make([]value.Value, len(b.items))
	for i, item := range b.items {
		v, size, height, err := m.value(item, depth+1)
		if err != nil {
			return err
		}
		items[i] = v
		b.height = max(b.height, height)
		// Checked as it grows, so that the sum of doubled doubles does not overflow.
		if b.size += size; b.size > m.limit {
			return m.tooLarge()
		}
	}
	b.height++
	if b.height > value.MaxDepth {
		return tooDeep()
	}
	b.busy = false
	b.items = nil
	var err error
	b.v, err = build(b.kind, items)
	return err
}

func tooDeep() error {
	return fault.New(fault.Limit, "a pickle may be nested at most %d deep", value.MaxDepth)
}

func build(kind byte, items []value.Value) (value.Value, error) {
	switch kind {
	case opEmptyList:
		return value.List(items), nil
	case opEmptyTuple:
		return value.Tuple(items), nil
	case opEmptySet:
		s, err := value.NewSet(items)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	pairs := make([]value.Pair, 0, len(items)/2)
	for pair := range slices.Chunk(items, 2) {
		pairs = append(pairs, value.Pair{Key: pair[0], Value: pair[1]})
	}
	d, err := value.NewDict(pairs)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// scalarSize is at most the bytes that the value takes in a pickle.
func scalarSize(v value.Value) int {
	switch v := v.(type) {
	case value.Str:
		return 1 + len(v)
	case value.Bytes:
		return 1 + len(v)
	case value.Big:
		return 1 + (v.Int().BitLen()+7)/8
	}
	return 1
}

func (b *box) name() string {
	switch b.kind {
	case opEmptyList:
		return "list"
	case opEmptyTuple:
		return "tuple"
	case opEmptySet:
		return "set"
	}
	return "dict"
}
