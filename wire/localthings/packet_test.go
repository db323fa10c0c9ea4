package localthings

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

// tape is a connection that gives what is on it and takes everything.
type tape struct {
	net.Conn
	in io.Reader
}

func (t *tape) Read(p []byte) (int, error)     { return t.in.Read(p) }
func (*tape) Write(p []byte) (int, error)      { return len(p), nil }
func (*tape) SetReadDeadline(time.Time) error  { return nil }
func (*tape) SetWriteDeadline(time.Time) error { return nil }
func (*tape) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4001} }

func (*tape) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4000} }

func play(data []byte) *tape { return &tape{in: bytes.NewReader(data)} }

// pickles reads all packets of data and gives the pickles they carry, and the
// error that ended it.
func pickles(data []byte, a *assembler) (whole [][]byte, err error) {
	in := wire.NewReader(play(data))
	for {
		raw, err := readPacket(in, maxIncoming)
		if err != nil {
			return whole, err
		}
		p, err := parsePacket(raw)
		if err != nil {
			return whole, err
		}
		one, err := a.add(p)
		if err != nil {
			return whole, err
		}
		if one != nil {
			whole = append(whole, one)
		}
	}
}

func clocked() (*assembler, *time.Time) {
	now := time.Unix(1000, 0)
	return &assembler{now: func() time.Time { return now }}, &now
}

func TestPackets(t *testing.T) {
	for _, test := range []struct {
		name    string
		v       value.Value
		packets int
	}{
		{"a short text", value.Str("Hello server!"), 1},
		{"a separator", value.Str("a<$SEP$>b<$SEP$><$SEP$>"), 1},
		{"nearly two", value.Bytes(strings.Repeat("x", maxPacket-packetFrame-8)), 1},
		{"just two", value.Bytes(strings.Repeat("x", maxPacket-packetFrame)), 2},
		{"many", value.Bytes(strings.Repeat("<$SEP$>", 10000)), 112},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := appendPackets([]byte("before"), 1<<62, test.v, maxPacket)
			if err != nil {
				t.Fatal(err)
			}
			data = data[len("before"):]
			n := 0
			for packet := range bytes.SplitAfterSeq(data, []byte(separator)) {
				if len(packet) > maxPacket {
					t.Errorf("a packet has %d bytes", len(packet))
				}
				if len(packet) > 0 {
					n++
				}
			}
			if n != test.packets {
				t.Errorf("%d packets, want %d", n, test.packets)
			}
			a, _ := clocked()
			whole, err := pickles(data, a)
			if len(whole) != 1 || !errors.Is(err, io.EOF) {
				t.Fatalf("%d values, %v", len(whole), err)
			}
			v, _, err := pickle.Decode(whole[0], maxTransmission)
			if err != nil || !value.Equal(v, test.v) {
				t.Errorf("%v came back, %v", v, err)
			}
			if a.held != 0 || len(a.open) != 0 {
				t.Errorf("%d bytes of %d values are still held", a.held, len(a.open))
			}
		})
	}
}

func TestWhatCannotBePacked(t *testing.T) {
	for _, test := range []struct {
		name string
		v    value.Value
		want fault.Code
	}{
		{"what stands for the separator", value.Str("a" + escaped), fault.Invalid},
		{"more than a value may have", value.Bytes(strings.Repeat("x", maxTransmission)), fault.Limit},
	} {
		data, err := appendPackets([]byte("before"), 1, test.v, maxPacket)
		if !fault.Is(err, test.want) || string(data) != "before" {
			t.Errorf("%s: %v, want code %s", test.name, err, test.want)
		}
	}
}

func TestNoPackets(t *testing.T) {
	list := func(items ...value.Value) string { return string(pickle.Append(nil, value.List(items))) }
	const i = value.Int(0)
	for _, test := range []struct {
		name, data string
		want       fault.Code
	}{
		{"nothing", "", fault.Invalid},
		{"garbage", "hello", fault.Invalid},
		{"a text", string(pickle.Append(nil, value.Str("hello"))), fault.Invalid},
		{"three", list(i, i, i), fault.Invalid},
		{"five", list(i, i, i, value.Bytes(""), i), fault.Invalid},
		{"a text for bytes", list(i, i, i, value.Str("")), fault.Invalid},
		{"a negative index", list(i, value.Int(-1), i, value.Bytes("")), fault.Invalid},
		{"an index behind the last", list(i, value.Int(1), i, value.Bytes("")), fault.Invalid},
		{"a long id", list(value.Str(strings.Repeat("x", 80)), i, i, value.Bytes("")), fault.Invalid},
		{"more behind", list(i, i, i, value.Bytes("")) + "x", fault.Invalid},
		{"a global", "\x80\x04\x8c\x02os\x8c\x06system\x93.", fault.Denied},
	} {
		if _, err := parsePacket([]byte(test.data)); !fault.Is(err, test.want) {
			t.Errorf("%s: %v, want code %s", test.name, err, test.want)
		}
	}
}

func TestStreamsThatEnd(t *testing.T) {
	whole, err := appendPackets(nil, 1, value.Str("Hello"), maxPacket)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, data string
		values     int
		want       error
	}{
		{"properly", string(whole) + string(whole), 2, io.EOF},
		{"in the middle", string(whole) + "\x80\x04", 1, io.ErrUnexpectedEOF},
		{"in a separator", string(whole[:len(whole)-1]), 0, io.ErrUnexpectedEOF},
	} {
		a, _ := clocked()
		got, err := pickles([]byte(test.data), a)
		if len(got) != test.values || !errors.Is(err, test.want) {
			t.Errorf("%s: %d values, %v", test.name, len(got), err)
		}
	}
	if _, err := readPacket(wire.NewReader(play(make([]byte, 1<<20))), maxIncoming); !fault.Is(err, fault.Limit) {
		t.Errorf("a megabyte without a separator: %v", err)
	}
}

func TestTransmissionsInAnyOrder(t *testing.T) {
	a, _ := clocked()
	for n, p := range []packet{
		{"one", 2, 2, "ee"}, {"two", 0, 1, "x"}, {"one", 0, 2, "<$-$S"}, {"single", 0, 0, "s"}, {"two", 1, 1, "y"}, {"one", 1, 2, "EP$-$>"},
	} {
		want := map[int]string{3: "s", 4: "xy", 5: "<$SEP$>ee"}[n]
		if got, err := a.add(p); string(got) != want || err != nil {
			t.Errorf("packet %d: %q, %v, want %q", n, got, err, want)
		}
	}
}

func TestUnfinishedTransmissionsAreBounded(t *testing.T) {
	many := func(n int, p packet) []packet {
		packets := make([]packet, n)
		for i := range packets {
			packets[i] = p
			packets[i].index = i
		}
		return packets
	}
	var threads []packet
	for i := range maxOpen + 1 {
		threads = append(threads, packet{string(rune(i)), 0, 1, ""})
	}
	for _, test := range []struct {
		name    string
		packets []packet
		want    fault.Code
	}{
		{"a packet that came already", []packet{{"one", 0, 1, "x"}, {"one", 0, 1, "x"}}, fault.Invalid},
		{"another last one", []packet{{"one", 0, 1, "x"}, {"one", 1, 2, "x"}}, fault.Invalid},
		{"too many at once", threads, fault.Limit},
		{"a lie about how many", []packet{{"one", 0, 1 << 40, "x"}}, fault.Limit},
		{"too many bytes", many(maxTransmission/1000, packet{"one", 0, maxTransmission / 1000, strings.Repeat("x", 1000)}), fault.Limit},
		{"too many of no bytes", many(maxTransmission/partCost, packet{"one", 0, maxTransmission/partCost - 1, ""}), ""},
	} {
		a, _ := clocked()
		var last error
		for _, p := range test.packets {
			if _, err := a.add(p); err != nil {
				last = err
				break
			}
		}
		if test.want == "" && last != nil || test.want != "" && !fault.Is(last, test.want) {
			t.Errorf("%s: %v, want code %q", test.name, last, test.want)
		}
		held := 0
		for _, t := range a.open {
			held += t.held
		}
		if held != a.held || held > maxTransmission {
			t.Errorf("%s: %d bytes are held, %d are counted", test.name, held, a.held)
		}
	}
}

func TestUnfinishedTransmissionsEnd(t *testing.T) {
	a, now := clocked()
	add := func(p packet) {
		t.Helper()
		if _, err := a.add(p); err != nil {
			t.Fatal(err)
		}
	}
	add(packet{"old", 0, 2, "x"})
	*now = now.Add(openFor / 2)
	add(packet{"new", 0, 2, "x"})
	*now = now.Add(openFor/2 + 1)
	add(packet{"new", 1, 2, "x"})
	if _, ok := a.open["old"]; ok || len(a.open) != 1 {
		t.Errorf("%d are kept, the old one: %t", len(a.open), ok)
	}
}

func FuzzPackets(f *testing.F) {
	for _, v := range []value.Value{value.Str("Hello"), value.Str("a<$SEP$>b"), value.Bytes(strings.Repeat("x", 100))} {
		data, err := appendPackets(nil, 7, v, packetFrame+50)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("garbage<$SEP$>\x80\x04]\x94(K\x00K\x00K\x01C\x01xe.<$SEP$>"))
	f.Add([]byte("\x80\x04]\x94(K\x00K\x01K\x01C\x01xe.<$SEP$>\x80\x04]\x94(K\x00K\x00K\x01C\x01Ne.<$SEP$>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := newCodec(play(data), wire.NewReader(play(data)), &server{desk: nil, conn: play(nil)}, maxPacket, spareIncoming*maxPacket)
		for {
			frame, err := c.Read()
			if err != nil {
				if fault.Is(err, fault.Internal) {
					t.Fatal(err)
				}
				break
			}
			if frame.Kind == wire.Wrong && frame.Err == nil {
				t.Fatal("a wrong frame does not say why")
			}
		}
		if c.parts.held > maxTransmission {
			t.Fatalf("%d bytes are held", c.parts.held)
		}
		// Any text comes back as it was, unless it cannot be said.
		text := value.Bytes(data)
		packed, err := appendPackets(nil, 1, text, maxPacket)
		if err != nil {
			return
		}
		a, _ := clocked()
		whole, _ := pickles(packed, a)
		if len(whole) != 1 {
			t.Fatalf("%d values", len(whole))
		}
		if v, _, err := pickle.Decode(whole[0], maxTransmission); err != nil || !value.Equal(v, text) {
			t.Fatalf("%v came back, %v", v, err)
		}
	})
}
