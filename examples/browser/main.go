// Browser serves a page that talks with a hub: shared values as they change, and
// messages. The page is index.html and nothing else; it speaks the session
// protocol over WebSocket.
//
//	go run ./cmd/althing serve
//	go run ./examples/browser        and open http://127.0.0.1:8000
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"
)

//go:embed index.html
var page []byte

func main() {
	addr := flag.String("addr", "127.0.0.1:8000", "where the page is served")
	hub := flag.String("hub", "127.0.0.1:4000", "the hub's session port")
	flag.Parse()
	fmt.Printf("open http://%s\n", *addr)
	server := &http.Server{Addr: *addr, Handler: handler(*hub), ReadHeaderTimeout: 10 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// handler serves the page, and passes its WebSocket on to the hub. A hub lets in
// pages of the very address that they connect to, so the Host stays as it is.
func handler(hub string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'")
		_, _ = w.Write(page) // nobody to tell
	})
	mux.Handle("GET /ws", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: hub})
		r.Out.Host = r.In.Host
	}})
	return mux
}
