package port

import "bytes"

// methods are the beginnings of HTTP requests. A browser can be made to send
// them to any port, with lines of an attacker's choice behind them.
var methods = [][]byte{
	[]byte("GET /"), []byte("POST /"), []byte("PUT /"), []byte("HEAD /"), []byte("PATCH /"),
	[]byte("DELETE /"), []byte("OPTIONS /"), []byte("OPTIONS *"), []byte("TRACE /"), []byte("CONNECT "),
	[]byte("PRI * HTTP/"), []byte("GET http"), []byte("POST http"),
}

var hostField = []byte("host:")

// LooksLikeHTTP reports whether a connection or a line begins like HTTP.
func LooksLikeHTTP(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) == 0 || text[0]|0x20 != 'h' && (text[0] < 'A' || text[0] > 'Z') {
		return false // at once, since every line of every client is looked at
	}
	for _, m := range methods {
		if bytes.HasPrefix(text, m) {
			return true
		}
	}
	return len(text) >= len(hostField) && bytes.EqualFold(text[:len(hostField)], hostField)
}
