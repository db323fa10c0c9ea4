package localthings

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

// porter lets everybody in, and looks at what it is told.
type porter struct{ t *testing.T }

func (porter) Info() wire.Info { return wire.Info{Name: "fuzz", Started: time.Unix(1, 0)} }

func (porter) Status() (value.Value, error) { return value.None{}, nil }

func (p porter) Enter(h wire.Hello) (wire.Welcome, error) {
	told := append([]string{h.Name, h.Description, h.Version, h.Address}, append(h.Commands, h.Requests...)...)
	if size := len(strings.Join(told, "")); size > 2*maxStep {
		p.t.Errorf("the desk is told %d bytes", size)
	}
	for _, text := range told {
		if !utf8.ValidString(text) {
			p.t.Errorf("the desk is told %q", text)
		}
	}
	return wire.Welcome{Name: h.Name}, nil
}

func (porter) Attach(string) (wire.Welcome, error) { return wire.Welcome{}, nil }

func FuzzRegistration(f *testing.F) {
	hello := wire.Hello{Role: wire.Subserver, Name: "client_1", Description: "a lamp", Address: "10.0.0.1:4001", Commands: []string{"lamp"}}
	asClient := string(pickle.Append(nil, clientdata(hello)))
	asServer := string(pickle.Append(nil, serverdata(wire.Info{Name: "fuzz", Higher: "10.0.0.1:4000", Socks: []wire.Sock{{Name: "Maindata", Port: 3999}}}, maxPacket)))
	own := string(pickle.Append(nil, value.Tuple{value.Str("10.0.0.1"), value.Int(5000)}))
	for _, data := range []string{
		wordClient + "CLIENT|6.26.136" + asClient + wordContinue,
		wordClient + "SUBSERVER|6." + asClient + wordContinue,
		wordClient + "SERVERFINDER|6.26.136",
		wordClient + "CLIENT|7",
		wordData + own + "raw",
		wordSuited + asServer + "client_1",
		wordSuited + "cos\nsystem\n.",
		"GET / HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, p := range []wire.Protocol{Protocol{}, DataProtocol{}} {
			codec, err := p.Accept(ctx, play(data), porter{t})
			if (codec == nil) == (err == nil) {
				t.Fatalf("%s accepts with %v, %v", p.Name(), codec, err)
			}
			if fault.Is(err, fault.Internal) {
				t.Fatal(err)
			}
			codec, _, err = p.Dial(ctx, play(data), wire.Hello{Name: "x", Resume: "127.0.0.1:5000"})
			if (codec == nil) == (err == nil) {
				t.Fatalf("%s dials with %v, %v", p.Name(), codec, err)
			}
		}
	})
}
