package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"althing/fault"
	"althing/hub"
	"althing/secure"
)

// policy lets a page load what this hub serves and nothing else, run no code and no
// style that stands in it, and be shown in nobody's frame.
const policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"

// guard looks at every request before anything else does: whether it is meant for
// this hub, and by a page of this hub where a page has sent it. A browser can be
// made to send requests to any address, and by a name that its owner points at this
// machine also to read the answers.
func (s *Server) guard(next http.Handler) http.Handler {
	names := ownNames(s.Names)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		c := connOf(r.Context())
		c.asked.Store(true)
		if len(r.TransferEncoding) > 0 {
			// It may have had a length as well, of which net/http tells nobody. What follows
			// is then part of the body to a proxy in between, and must be nothing to the hub.
			h.Set("Connection", "close")
		}
		switch {
		case c.refused != nil:
			h.Set("Connection", "close")
			s.refuse(w, r, statusError{http.StatusServiceUnavailable, fault.Of(c.refused)})
		case !names.know(r.Host):
			s.problem(w, problem{
				Status: http.StatusMisdirectedRequest, Code: fault.Denied,
				Detail: "this hub is not known by that name; use its address, or start it with --web-host and the name",
			})
		case !sameOrigin(r):
			s.problem(w, problem{
				Status: http.StatusForbidden, Code: fault.Denied,
				Detail: "a page from elsewhere may change nothing here",
			})
		case s.TLSOnly && !c.secure && !hub.IPOf(c.RemoteAddr()).IsLoopback():
			s.toTLS(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// toTLS sends a browser to the same page over TLS, and refuses everything else: what
// it holds has been sent in clear already.
func (s *Server) toTLS(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if !reads(r.Method) || r.Header.Get("Authorization") != "" {
		s.refuse(w, r, secure.ErrPlain)
		return
	}
	to := url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect)
}

// reads reports whether a method changes nothing.
func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// sameOrigin reports whether a request that could change something, or opens a
// WebSocket, is sent by a page of this hub or by no page at all.
func sameOrigin(r *http.Request) bool {
	if reads(r.Method) && r.Header.Get("Upgrade") == "" {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return false
	}
	given := r.Header.Values("Origin")
	if len(given) == 0 {
		return true
	}
	origin, err := url.Parse(given[0])
	return err == nil && len(given) == 1 && origin.Host != "" && strings.EqualFold(origin.Host, r.Host)
}

// hostNames are the names by which a hub is reached.
type hostNames []string

// ownNames are the machine's own, and those that were given. A name of which only
// the beginning is the machine's may be anybody's.
func ownNames(given []string) hostNames {
	names := hostNames{"localhost"}
	if host, err := os.Hostname(); err == nil {
		names = append(names, plainName(host))
	}
	for _, name := range given {
		if name = plainName(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// know reports whether a request for that host is for this hub. An address is: a
// page from elsewhere can have a name point here, but an address is nobody's name.
func (n hostNames) know(host string) bool {
	bracketed := strings.HasPrefix(host, "[")
	if bare, number, err := net.SplitHostPort(host); err == nil {
		if strings.Trim(number, "0123456789") != "" {
			return false
		}
		host = bare
	} else if inside, closed := strings.CutSuffix(host, "]"); bracketed && closed {
		host = inside[1:]
	}
	// A zone may be any text, another's name as well, unless brackets hold it.
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Zone() == "" || bracketed
	}
	host = plainName(host)
	// Names under .local are asked of the machines of one network, not of the world.
	return slices.Contains(n, host) || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localhost")
}

func plainName(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }
