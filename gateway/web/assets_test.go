package web_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"althing/gateway/web"
	"althing/hub/hubtest"
)

func TestAssets(t *testing.T) {
	base := "http://" + start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	c := browser(t)
	for _, test := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8"},
		{"HEAD", "/", 200, "text/html; charset=utf-8"},
		{"GET", "/overview", 200, "text/html; charset=utf-8"},
		{"GET", "/overview/of/this", 200, "text/html; charset=utf-8"},
		{"GET", "/api", 200, "text/html; charset=utf-8"},
		{"GET", "/api/", 404, "application/problem+json"},
		{"GET", "/nothing", 404, "text/html; charset=utf-8"},
		{"GET", "/assets/js/app.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/assets/app.css", 200, "text/css; charset=utf-8"},
		{"GET", "/assets/mark.svg", 200, "image/svg+xml"},
		{"GET", "/favicon.ico", 200, "image/svg+xml"},
		{"GET", "/assets/vendor/LICENSE", 200, "text/plain; charset=utf-8"},
		{"GET", "/assets/nothing.js", 404, "text/plain; charset=utf-8"},
		{"GET", "/assets/", 404, "text/plain; charset=utf-8"},
		{"GET", "/assets/..%2fassets.go", 404, "text/plain; charset=utf-8"},
		{"POST", "/", 405, "application/problem+json"},
	} {
		answer, _ := ask(t, c, test.method, base+test.path, "")
		if kind := answer.Header.Get("Content-Type"); answer.StatusCode != test.status || kind != test.kind {
			t.Errorf("%s %s: %s, %s", test.method, test.path, answer.Status, kind)
		}
	}
}

// TestAssetIsKept asks for a file that the browser has.
func TestAssetIsKept(t *testing.T) {
	url := "http://" + start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "") + "/assets/app.css"
	c := browser(t)
	plain, text := ask(t, c, "GET", url, "", "Accept-Encoding: identity")
	zipped, short := ask(t, c, "GET", url, "", "Accept-Encoding: gzip")
	if plain.Header.Get("Content-Encoding") != "" || zipped.Header.Get("Content-Encoding") != "gzip" || len(short) >= len(text) {
		t.Errorf("%d bytes as %q, %d as %q", len(text), plain.Header.Get("Content-Encoding"), len(short), zipped.Header.Get("Content-Encoding"))
	}
	for _, first := range []answer{plain, zipped} {
		tag := first.Header.Get("ETag")
		again, body := ask(t, c, "GET", url, "", "Accept-Encoding: "+first.Request.Header.Get("Accept-Encoding"), "If-None-Match: "+tag)
		if again.StatusCode != http.StatusNotModified || body != "" || tag == "" {
			t.Errorf("with %s: %s, %d bytes", tag, again.Status, len(body))
		}
	}
	if plain.Header.Get("ETag") == zipped.Header.Get("ETag") {
		t.Error("two contents with one tag")
	}
}

// TestWeight loads all pages there are: 300 KiB is what a phone on a bad day has in
// three seconds.
func TestWeight(t *testing.T) {
	const most = 300 << 10
	base := "http://" + start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	c := browser(t)
	total := 0
	err := fs.WalkDir(os.DirFS("assets"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == "index.html" {
			return err
		}
		answer, body := ask(t, c, "GET", base+"/assets/"+filepath.ToSlash(path), "", "Accept-Encoding: gzip")
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, answer.Status)
		}
		total += len(body)
		return nil
	})
	if err != nil || total > most || total < most/20 {
		t.Errorf("the pages weigh %d bytes, of at most %d; %v", total, most, err)
	}
	t.Logf("%d bytes", total)
}
