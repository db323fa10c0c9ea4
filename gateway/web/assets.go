package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets/*.html assets/*.css assets/*.svg assets/js assets/pages assets/vendor
var embedded embed.FS

// assets are the files of the dashboard, by their path: they are served below /assets/,
// and index.html for the paths of the pages.
type assets map[string]*asset

// asset is one file. What is sent of it is made when it is first asked for: most
// hubs show most of them to nobody.
type asset struct {
	kind string
	made func() made
}

type made struct {
	plain, zipped []byte
	tag           string // of the content
}

// assets serves the dashboard, to GET and HEAD.
func (*Server) assets() http.Handler {
	all := assets{}
	_ = fs.WalkDir(embedded, "assets", func(name string, entry fs.DirEntry, _ error) error {
		if !entry.IsDir() {
			all[strings.TrimPrefix(name, "assets/")] = &asset{kindOf(name), sync.OnceValue(func() made { return makeAsset(name) })}
		}
		return nil // what is embedded can be walked
	})
	return http.HandlerFunc(all.send)
}

// kindOf does not leave it to the machine what a file is: some call JavaScript text.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".html", ".css":
		return mime.TypeByExtension(path.Ext(name))
	}
	return "text/plain; charset=utf-8"
}

func makeAsset(name string) made {
	plain, _ := embedded.ReadFile(name) // it is there: the walk has found it
	var zipped bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // a level there is
	_, _ = w.Write(plain)                                      // memory takes it
	_ = w.Close()
	sum := sha256.Sum256(plain)
	return made{plain, zipped.Bytes(), base64.RawURLEncoding.EncodeToString(sum[:12])}
}

// send answers with a file, or with the page that tells a person in its own words that
// there is nothing.
func (a assets) send(w http.ResponseWriter, r *http.Request) {
	name, isAsset := strings.CutPrefix(r.URL.Path, "/assets/")
	if r.URL.Path == "/favicon.ico" { // which browsers ask for beside an answer that is no page
		name, isAsset = "mark.svg", true
	}
	switch file := a[name]; {
	case isAsset && file == nil:
		http.NotFound(w, r)
	case isAsset:
		file.send(w, r, http.StatusOK)
	case a.isPage(r.URL.Path):
		a["index.html"].send(w, r, http.StatusOK)
	default:
		a["index.html"].send(w, r, http.StatusNotFound)
	}
}

// isPage says whether the dashboard has a page of that path, or of its first part.
func (a assets) isPage(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return path == "/" || a["pages/"+first+".js"] != nil
}

// send sends one file. A browser keeps what it has, and asks each time whether that is
// still so: a hub that was brought up to date shows its new pages.
func (f *asset) send(w http.ResponseWriter, r *http.Request, status int) {
	content := f.made()
	body, tag := content.plain, `"`+content.tag+`"`
	head := w.Header()
	head.Set("Content-Type", f.kind)
	head.Set("Cache-Control", "no-cache")
	head.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body, tag = content.zipped, `"`+content.tag+`-gz"`
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("ETag", tag)
	if status == http.StatusOK && strings.Contains(r.Header.Get("If-None-Match"), tag) {
		head.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a browser that has gone wants none
	}
}
