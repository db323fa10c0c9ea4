package web

import (
	"net/netip"
	"reflect"
	"testing"
)

func TestPortOf(t *testing.T) {
	for _, test := range []struct {
		listening string
		want      devicePort
	}{
		{"", devicePort{"", []string{}}}, // it is off
		{"127.0.0.1:2980", devicePort{"2980", []string{}}},
		{"[::1]:2981", devicePort{"2981", []string{}}},
		{"192.168.1.20:2980", devicePort{"2980", []string{"192.168.1.20"}}},
		{"[fd00::7]:2980", devicePort{"2980", []string{"fd00::7"}}},
		{"0.0.0.0:2980", devicePort{"2980", networkAddresses()}},
		{"[::]:2980", devicePort{"2980", networkAddresses()}},
	} {
		if got := portOf(test.listening); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, not %+v", test.listening, got, test.want)
		}
	}
	for _, address := range networkAddresses() {
		if at, err := netip.ParseAddr(address); err != nil || at.IsLoopback() || at.IsLinkLocalUnicast() {
			t.Errorf("no other machine reaches this one by %s", address)
		}
	}
}
