package web

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestHostsThatAreThisHub(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	names := ownNames([]string{" Barn.Example.org. ", ""})
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1:8080": true, "192.168.1.5:8080": true, "[::1]": true, "[::1]:8080": true, "[fe80::1%25eth0]:1": true,
		"localhost": true, "LOCALHOST:8080": true, "x.localhost": true, own: true, strings.ToUpper(own) + ":80": true,
		"barn.local": true, "barn.local.": true, "barn.example.org": true, "barn.example.org:443": true,
		"evil.example": false, "localhost.evil.example": false, own + ".evil.example": false, "evil.local.example": false, "local": own == "local",
		"": false, ":8080": false, ".": false, "127.0.0.1.evil.example": false, "0x7f.1": false, "127.0.0.1@evil.example": false,
		"evil.example:127.0.0.1": false, "1": false, "[::1].evil.example": false, "evil.example#.local.x": false,
		"::1": true, "[fe80::1%25eth0.10]": true, "::1%x.evil.example": false, "[::1%x.evil.example": false, "]::1": false, "[127.0.0.1": false,
	} {
		if got := names.know(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

func TestPagesOfThisHub(t *testing.T) {
	for _, test := range []struct {
		method  string
		headers []string
		want    bool
	}{
		{"GET", []string{"Origin: http://evil.example", "Sec-Fetch-Site: cross-site"}, true}, // a link; what it gives no other page can read
		{"PUT", nil, true}, // a script
		{"PUT", []string{"Origin: http://hub:8080", "Sec-Fetch-Site: same-origin"}, true},
		{"PUT", []string{"Origin: https://HUB:8080"}, true}, // behind what ends TLS
		{"PUT", []string{"Origin: http://hub:8081"}, false},
		{"PUT", []string{"Origin: http://hub"}, false},
		{"PUT", []string{"Origin: null"}, false},
		{"PUT", []string{"Origin: "}, false},
		{"PUT", []string{"Origin: hub:8080"}, false},
		{"PUT", []string{"Origin: http://hub:8080", "Origin: http://evil.example"}, false},
		{"POST", []string{"Origin: http://hub:8080.evil.example"}, false},
		{"DELETE", []string{"Sec-Fetch-Site: same-site"}, false},
		{"DELETE", []string{"Sec-Fetch-Site: cross-site"}, false},
		{"PATCH", []string{"Sec-Fetch-Site: none"}, true},
		{"GET", []string{"Upgrade: websocket", "Origin: http://evil.example"}, false},
		{"GET", []string{"Upgrade: websocket", "Origin: http://hub:8080"}, true},
		{"GET", []string{"Upgrade: websocket"}, true}, // a program
	} {
		r := httptest.NewRequest(test.method, "/x", http.NoBody)
		r.Host = "hub:8080"
		for _, h := range test.headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
		}
		if got := sameOrigin(r); got != test.want {
			t.Errorf("%s %q: %v", test.method, test.headers, got)
		}
	}
}

// FuzzHost looks for names that are taken for this hub's and that somebody else's
// name server answers for.
func FuzzHost(f *testing.F) {
	for _, host := range []string{"localhost", "127.0.0.1:8080", "[::1]:1", "x.local", "evil.example", "localhost.", "a:b:c", "[", "]:", "%", "[::0%0"} {
		f.Add(host)
	}
	names := hostNames{"localhost", "barn"}
	f.Fuzz(func(t *testing.T, host string) {
		if !names.know(host + ".evil.example") {
			return
		}
		t.Errorf("%q with another's domain behind it is taken for this hub", host)
	})
}
