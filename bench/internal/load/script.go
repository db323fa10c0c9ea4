//go:build linux

package load

import (
	"bytes"
	"errors"
)

// Number stands, in what is sent or wanted, for a number of as many digits that
// is another in every turn: no turn of the same conn has had it before, in this
// run or in an earlier one. It only grows.
const Number = "################"

// Step is what is sent at once, and the whole of what must come back, byte by
// byte. A step of pipelined requests holds all of them and all their replies.
type Step struct {
	Send, Want []byte
	// End, if not empty, is how the reply ends, and Want only how it begins: what
	// stands between them is the server's own, such as how long it took.
	End string
}

// whole reports whether a reply is all there. The error says that it is not the
// one that is wanted.
func whole(got, want []byte, end string) (bool, error) {
	n := min(len(got), len(want))
	if !bytes.Equal(got[:n], want[:n]) || end == "" && len(got) > len(want) {
		return false, errors.New("another reply")
	}
	return len(got) >= len(want) && bytes.HasSuffix(got, []byte(end)), nil
}

// Turn is some steps, each of which waits for the reply to the one before. Its
// time is counted from the first byte sent to the last byte received.
type Turn []Step

// Script is what one conn does: its turns in order, over and over.
type Script []Turn

// turn is a Turn whose Numbers were found.
type turn []step

type step struct {
	send, want     []byte
	end            string
	inSend, inWant []int // where the Numbers begin
}

func prepare(script Script) ([]turn, int) {
	turns, longest := make([]turn, len(script)), 0
	for i, steps := range script {
		turns[i] = make(turn, len(steps))
		for j, s := range steps {
			turns[i][j] = step{send: s.Send, want: s.Want, end: s.End, inSend: numbers(s.Send), inWant: numbers(s.Want)}
			longest = max(longest, len(s.Want))
		}
	}
	return turns, longest
}

func numbers(text []byte) (at []int) {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(Number))
		if i < 0 {
			return at
		}
		at = append(at, from+i)
		from += i + len(Number)
	}
}

// stamp writes the number where the Numbers are.
func stamp(text []byte, at []int, number uint64) {
	if len(at) == 0 {
		return
	}
	first := text[at[0] : at[0]+len(Number)]
	for i := len(first) - 1; i >= 0; i-- {
		first[i] = byte('0' + number%10)
		number /= 10
	}
	for _, i := range at[1:] {
		copy(text[i:], first)
	}
}
