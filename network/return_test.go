package network_test

import (
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/network"
)

// passed waits until a station may move below another without a token, and has it
// do so.
func (s *station) passed(parent *station) {
	s.t.Helper()
	var err error
	until(s.t, "the pass", func() bool {
		err = s.Move(s.t.Context(), parent.address, "")
		return !fault.Is(err, fault.Denied)
	}, s, parent)
	if err != nil {
		s.t.Fatal(err)
	}
}

// A hub that has moved by a pass comes back to its parent when the tree has got
// another root meanwhile, and may move in the new tree, too.
func TestAnotherRoot(t *testing.T) {
	all := chain(t, "main", "barn")
	main, barn := all[0], all[1]
	house := newStation(t, "house", nil).under(main)
	house.passed(barn)
	until(t, "the tree", sees("main main/barn main/barn/house", main, barn, house), main, barn, house)
	house.stop()
	top := newStation(t, "top", nil)
	main.under(top)
	until(t, "the new tree", sees("top top/main top/main/barn top/main/barn/house!", barn, top), barn, top)
	house.start(house.address)
	until(t, "house again", sees("top top/main top/main/barn top/main/barn/house", top, house), top, house)
	house.passed(top)
	barn.passed(top)
	until(t, "the moves", sees("top top/barn top/house top/main", top, main, barn, house), top, main, barn, house)
}

// Who was a child of another one needs more than its key.
func TestNotAChildAnyMore(t *testing.T) {
	all := chain(t, "main", "barn")
	main, barn := all[0], all[1]
	ids, _ := main.Tokens()
	barn.stop()
	if err := main.Withdraw(ids[0]); err != nil {
		t.Fatal(err)
	}
	barn.start(barn.address)
	until(t, "the refusal", func() bool { return barn.Above().Problem != "" }, main, barn)
	if err := barn.Move(t.Context(), main.address, ""); !fault.Is(err, fault.Denied) {
		t.Errorf("it comes without its token: %v", err)
	}
}

// What a hub withdraws while it is cut off is withdrawn everywhere when it is back.
func TestWithdrawnMeanwhile(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	north.passed(main)
	north.passed(barn)
	until(t, "the tree", sees("main main/barn main/barn/north", all...), all...)
	main.stop()
	until(t, "that main is gone", sees("main main/barn! main/barn/north", barn), barn)
	ids, _ := barn.Tokens()
	if err := barn.Withdraw(ids[0]); err != nil {
		t.Fatal(err)
	}
	main.start(main.address)
	until(t, "the link", sees("main main/barn main/barn/north!", main), main, barn)
	until(t, "the refusal", func() bool {
		err := north.Move(t.Context(), main.address, "")
		return fault.Is(err, fault.Denied)
	}, all...)
}

// Another token for the parent of before is used.
func TestAnotherToken(t *testing.T) {
	all := chain(t, "main", "barn")
	main, barn := all[0], all[1]
	if err := barn.Expect(main.address, ""); err != nil {
		t.Fatal(err)
	}
	ids, _ := main.Tokens()
	if err := main.Withdraw(ids[0]); err != nil {
		t.Fatal(err)
	}
	until(t, "the refusal", func() bool { return barn.Above().Problem != "" }, main, barn)
	token, err := main.MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	if err := barn.Expect(main.address, token); err != nil {
		t.Fatal(err)
	}
	until(t, "the tree", sees("main main/barn", main, barn), main, barn)
}

// A token that is withdrawn at any moment of a hub's joining by it leaves that no link.
func TestWithdrawnWhileItJoins(t *testing.T) {
	const moments, apart = 60, 40 * time.Microsecond // joining takes a millisecond or two
	main := newStation(t, "main", nil)
	for i := range moments {
		token, err := main.MakeToken()
		if err != nil {
			t.Fatal(err)
		}
		ids, _ := main.Tokens()
		barn := newStation(t, "barn"+strconv.Itoa(i), nil)
		moved := make(chan error, 1)
		go func() { moved <- barn.Move(t.Context(), main.address, token) }()
		for begun := time.Now(); time.Since(begun) < time.Duration(i)*apart; {
			runtime.Gosched()
		}
		if err := main.Withdraw(ids[0]); err != nil {
			t.Fatal(err)
		}
		if <-moved == nil {
			until(t, "the refusal", func() bool { return strings.Contains(barn.Above().Problem, "token") }, main, barn)
		}
		barn.stop()
	}
}

// A parent that accepts and says nothing keeps nobody from moving elsewhere.
func TestMoveFromASilentParent(t *testing.T) {
	house := newStation(t, "house", nil)
	token, err := house.MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	barn := newStation(t, "barn", func(o *network.Options) { o.Name = "barn" })
	barn.stop()
	came := make(chan net.Conn)
	go func() {
		if c, err := silent.Accept(); err == nil {
			came <- c
		}
	}()
	first, err := network.New(barn.options)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Expect(silent.Addr().String(), token); err != nil {
		t.Fatal(err)
	}
	barn.start(barn.address)
	defer (<-came).Close()
	began := time.Now()
	if err := barn.Move(t.Context(), house.address, token); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("moving took %v", took)
	}
}

// What is sent while another hub is away comes as soon as it is back, though the
// link to the neighbor was there all the time.
func TestLettersWhileAway(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	north.place.send(north.Node, main.ID(), "before")
	until(t, "the first", func() bool { return len(main.place.letters()) == 1 && len(north.place.Waiting()) == 0 }, main, north)
	main.stop()
	until(t, "that main is gone", sees("main main/barn! main/barn/north", barn, north), barn, north)
	north.place.send(north.Node, main.ID(), "meanwhile")
	main.start(main.address)
	until(t, "the link", sees("main main/barn main/barn/north", north), north)
	began := time.Now()
	until(t, "the second", func() bool { return len(main.place.letters()) == 2 }, main, north)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it came %v after the link", took)
	}
}
