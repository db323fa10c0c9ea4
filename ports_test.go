package althing

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"althing/fault"
)

func TestPorts(t *testing.T) {
	for ports, want := range map[Ports][]span{
		"4000":              {{4000, 4000}},
		"=4000":             {{4000, 4000}},
		">4000":             {{4000, 65535}},
		"<3999":             {{3999, 1}},
		" 3999 , 3995 ":     {{3999, 3999}, {3995, 3995}},
		"4000,>5000,< 3999": {{4000, 4000}, {5000, 65535}, {3999, 1}},
		"0":                 {{0, 0}},
		"<1":                {{1, 1}},
		">65535":            {{65535, 65535}},
	} {
		if got, err := ports.spans(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is %v, %v, want %v", ports, got, err, want)
		}
	}
	for _, ports := range []Ports{"", ",", "4000,", "x", "-1", "+4000", "65536", ">", "<>4000", ">=4000", "4 000", "<0", ">0", "0x10", "¼"} {
		if got, err := ports.spans(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %v, %v", ports, got, err)
		}
	}
	if _, err := Ports(strings.Repeat("1,", maxPortItems) + "1").spans(); !fault.Is(err, fault.Limit) {
		t.Errorf("a long list: %v", err)
	}
}

func TestTheFirstFreePort(t *testing.T) {
	const host = "127.0.0.1"
	taken, err := listen(host, "0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	text := strconv.Itoa(port)
	for _, test := range []struct {
		ports Ports
		fits  func(int) bool
	}{
		{Ports(">" + text), func(p int) bool { return p > port }},
		{Ports("<" + text), func(p int) bool { return p < port }},
		{Ports(text + ",0"), func(p int) bool { return p != port }},
	} {
		l, err := listenOn(host + ":" + string(test.ports))
		if err != nil {
			t.Errorf("%s: %v", test.ports, err)
			continue
		}
		l.Close()
		if got := l.Addr().(*net.TCPAddr).Port; !test.fits(got) {
			t.Errorf("%s took %d", test.ports, got)
		}
	}
	for _, addr := range []string{host + ":" + text, host + ":=" + text, host + ":" + text + "," + text, "192.0.2.1:>4000"} {
		if l, err := listenOn(addr); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v, %v", addr, l, err)
		}
	}
	for _, addr := range []string{"", "4000", host, host + ":x"} {
		if l, err := listenOn(addr); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, %v", addr, l, err)
		}
	}
}

func FuzzPorts(f *testing.F) {
	for _, seed := range []string{"4000", ">4000", "<3999", "=1,2, >3", "99999999999999999999", "<<1", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spans, err := Ports(text).spans()
		if err != nil {
			return
		}
		if len(spans) != strings.Count(text, ",")+1 {
			t.Errorf("%q has %d spans", text, len(spans))
		}
		for _, s := range spans {
			if min(s.first, s.last) < 0 || max(s.first, s.last) > 65535 || s.first == 0 && s.last != 0 {
				t.Errorf("%q has %v", text, s)
			}
		}
	})
}
