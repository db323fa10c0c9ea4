package discovery

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/dns/dnsmessage"
)

// searched gives what a search makes of messages that come from 10.0.0.5.
func searched(t *testing.T, messages ...[]byte) []Hub {
	t.Helper()
	var a air
	n := a.node("10.0.0.99/24")
	f := finds{medium: n, hubs: map[string]*find{}}
	for _, data := range messages {
		f.hear(packet{data, netip.MustParseAddrPort("10.0.0.5:5353"), oneLink})
	}
	return f.list()
}

// telling is a message that tells of a hub.
func telling(label string, text []string, at ...string) []byte {
	i := identity{instance: label + "." + serviceName, host: "althing-x.local."}
	list := i.records(&Hub{Session: 4000}, nil)
	list[2].Body = &dnsmessage.TXTResource{TXT: text}
	for _, s := range at {
		list = append(list, i.records(&Hub{}, []netip.Addr{netip.MustParseAddr(s)})[3])
	}
	return pack(dnsmessage.Message{Header: dnsmessage.Header{Response: true}, Answers: list})
}

func TestAddressesOfOtherNetworksAreNotBelieved(t *testing.T) {
	for _, test := range []struct{ told, want string }{
		{"10.0.0.5", "10.0.0.5"},
		{"10.0.0.5 10.0.0.5 10.0.0.6", "10.0.0.5 10.0.0.6"},
		{"192.0.2.80", ""},
		{"127.0.0.1", ""},
		{"0.0.0.0 224.0.0.1 255.255.255.255", ""},
		{"2001:db8::1", ""},
		{"::1", ""},
		{"::ffff:192.0.2.80", ""},
		{"fe80::5 10.0.0.5", "10.0.0.5 fe80::5%air0"},
	} {
		var got []string
		for _, h := range searched(t, telling("barn", []string{"session=4000"}, strings.Fields(test.told)...)) {
			for _, a := range h.Addresses {
				got = append(got, a.String())
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: believed %v, not %s", test.told, got, test.want)
		}
	}
}

func TestStrangersAreNotListenedTo(t *testing.T) {
	var a air
	n := a.node("10.0.0.99/24")
	f := finds{medium: n, hubs: map[string]*find{}}
	f.hear(packet{telling("barn", nil, "10.0.0.5"), netip.MustParseAddrPort("192.0.2.1:5353"), oneLink})
	f.hear(packet{telling("barn", nil, "10.0.0.5"), netip.MustParseAddrPort("10.0.0.5:5353"), link{iface: 7}})
	if len(f.hubs) != 0 {
		t.Errorf("heard %v", f.list())
	}
	// A system that does not tell the interface.
	f.hear(packet{telling("barn", nil, "10.0.0.5"), netip.MustParseAddrPort("10.0.0.5:5353"), link{}})
	if len(f.hubs) != 1 {
		t.Error("heard nothing")
	}
}

func TestThousandsOfHubs(t *testing.T) {
	var all [][]byte
	for i := range 5000 {
		all = append(all, telling(fmt.Sprintf("hub %d", i), []string{"text=2980"}, "10.0.0.5"))
	}
	if got := len(searched(t, all...)); got != mostHubs {
		t.Errorf("%d of 5000 are listed, not %d", got, mostHubs)
	}
}

func TestManyAddresses(t *testing.T) {
	var at []string
	for i := range 200 {
		at = append(at, fmt.Sprintf("10.0.0.%d", i+1))
	}
	found := searched(t, telling("barn", nil, at[:100]...), telling("barn", nil, at[100:]...))
	if len(found) != 1 || len(found[0].Addresses) != mostAt {
		t.Errorf("found %v", found)
	}
}

// TestAForgerTakesTheNameOfAHub shows both: which is which, the fingerprint tells.
func TestAForgerTakesTheNameOfAHub(t *testing.T) {
	forged := identity{instance: "barn." + serviceName, host: "elsewhere.local."}.records(&Hub{Name: "barn", Text: 1}, []netip.Addr{netip.MustParseAddr("10.0.0.66")})
	found := searched(t, telling("barn", []string{"text=2980"}, "10.0.0.5"), pack(dnsmessage.Message{Header: dnsmessage.Header{Response: true}, Answers: forged}))
	if len(found) != 2 {
		t.Errorf("found %v", found)
	}
}

func TestParseText(t *testing.T) {
	print32 := strings.Repeat("AB:", 31) + "AB"
	for _, test := range []struct {
		instance string
		text     []string
		want     Hub
	}{
		{"barn", nil, Hub{Name: "barn"}},
		{"barn", []string{"", "=", "name", "name=other"}, Hub{Name: "barn"}},
		{"barn (2)", []string{"NAME=barn", "name=other", "unknown=1"}, Hub{Name: "barn"}},
		{"a\x1b[2Jb\nc\u202ed", nil, Hub{Name: "a\ufffd[2Jb\ufffdc\ufffdd"}},
		{"barn", []string{"name=\xff\xfe"}, Hub{Name: "\ufffd\ufffd"}},
		{strings.Repeat("x", 100), []string{"id=" + strings.Repeat("y", 100)}, Hub{Name: strings.Repeat("x", longestName), ID: strings.Repeat("y", longestID)}},
		{"barn", []string{"text=2980", "session=70000", "cpu=-1", "web=x"}, Hub{Name: "barn", Text: 2980}},
		{"barn", []string{"tls=on", "fingerprint=" + strings.ToLower(strings.ReplaceAll(print32, ":", ""))}, Hub{Name: "barn", TLS: "on", Fingerprint: print32}},
		{"barn", []string{"tls=maybe", "fingerprint=AB"}, Hub{Name: "barn"}},
		{"barn", append(make([]string, mostStrings), "text=1"), Hub{Name: "barn"}},
	} {
		if got := parseText(test.instance, test.text); !equalHubs(got, test.want) {
			t.Errorf("%q %q: %+v, not %+v", test.instance, test.text, got, test.want)
		}
	}
}

func equalHubs(a, b Hub) bool {
	return fmt.Sprint(a) == fmt.Sprint(b)
}

func TestLabel(t *testing.T) {
	for _, test := range []struct {
		name   string
		number int
		want   string
	}{
		{"barn", 1, "barn"},
		{"barn", 2, "barn (2)"},
		{"barn.example.org", 1, "barn-example-org"},
		{"", 1, "althing"},
		{strings.Repeat("é", 60), 3, strings.Repeat("é", 29) + " (3)"},
	} {
		if got := label(test.name, test.number); got != test.want {
			t.Errorf("%q %d: %q, not %q", test.name, test.number, got, test.want)
		}
	}
}

// FuzzParseText reads text records that strangers have written.
func FuzzParseText(f *testing.F) {
	f.Add("barn", "id=ABCDEFGH", "name=barn", "text=2980")
	f.Add("\x00\x1b[2J", "tls=only", "fingerprint="+strings.Repeat("0", 64), "path=/a/b")
	f.Add("\u202e", "name=", "session=65536", "\xff=\xff")
	f.Fuzz(func(t *testing.T, instance, a, b, c string) {
		h := parseText(instance, []string{a, b, c})
		for _, text := range []string{h.Name, h.ID, h.Version, h.Path} {
			if !utf8.ValidString(text) || clean(text, longestPath) != text {
				t.Fatalf("%q is not clean", text)
			}
		}
		// What we say of it is read as it was meant.
		if again := parseText(h.Name, h.text()); !equalHubs(again, h) && len(h.Path)+len(h.Name) < 200 {
			t.Fatalf("%+v is read as %+v", h, again)
		}
	})
}

// FuzzMessage hears any bytes, as who searches and as who is announced.
func FuzzMessage(f *testing.F) {
	f.Add(telling("barn", []string{"text=2980"}, "10.0.0.5"))
	f.Add(telling("\x1b[2J", []string{strings.Repeat("x", 255)}, "fe80::1", "192.0.2.1"))
	f.Add(pack(dnsmessage.Message{Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}}))
	f.Add([]byte("\x00\x00\x84\x00\x00\x00\xff\xff\x00\x00\x00\x00\xc0\x0c\xc0\x0c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, h := range searched(t, data) {
			if len(h.Addresses) == 0 || len(h.Addresses) > mostAt || clean(h.Name, longestName) != h.Name {
				t.Fatalf("%+v was believed", h)
			}
		}
		var a air
		n := a.node("10.0.0.1/24")
		barn := &Announcer{hub: Hub{Name: "barn", Text: 1}, medium: n, number: 1, at: newIdentity("barn", "x"), told: 1}
		m, _ := parse(data)
		_ = barn.contradicted(slices.Concat(m.answers, m.proposed))
		_ = barn.known(m.answers)
		for _, q := range m.questions {
			_ = barn.at.asks(q)
		}
	})
}
