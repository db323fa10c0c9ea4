package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
)

const (
	// idleLogin and oldestLogin are when a login ends by itself: over night, and after
	// a week in all.
	idleLogin   = 12 * time.Hour
	oldestLogin = 7 * 24 * time.Hour
	// mostLogins bounds what is kept for browsers that never come back; beyond, the
	// one that was not used for longest ends.
	mostLogins = 1000
	// secretBytes is the chance in a cookie and in a CSRF token.
	secretBytes = 32
)

// login is a browser that has shown a key. The logins' mutex guards used.
type login struct {
	proof *access.Proof
	csrf  string
	since time.Time
	used  time.Time
}

// logins are the browsers that have shown a key, by the hash of their cookie: who
// reads memory later finds none that is good. Safe for concurrent use.
type logins struct {
	now func() time.Time

	mu  sync.Mutex
	all map[[sha256.Size]byte]*login
}

func newLogins(now func() time.Time) *logins {
	return &logins{now: now, all: map[[sha256.Size]byte]*login{}}
}

func secret() string {
	b := make([]byte, secretBytes)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// add begins a login and gives its cookie.
func (l *logins) add(proof *access.Proof) (cookie string, in *login) {
	now := l.now()
	in = &login{proof: proof, csrf: secret(), since: now, used: now}
	cookie = secret()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= mostLogins {
		l.makeRoom(now)
	}
	l.all[sha256.Sum256([]byte(cookie))] = in
	return cookie, in
}

// makeRoom drops the logins that have ended, or else the one unused for longest.
func (l *logins) makeRoom(now time.Time) {
	var oldest [sha256.Size]byte
	var unused *login
	for id, in := range l.all {
		if in.over(now) {
			delete(l.all, id)
		} else if unused == nil || in.used.Before(unused.used) {
			oldest, unused = id, in
		}
	}
	if len(l.all) >= mostLogins {
		delete(l.all, oldest)
	}
}

// over reports whether it has ended, by time or because its key was taken back.
func (in *login) over(now time.Time) bool {
	return now.Sub(in.used) > idleLogin || now.Sub(in.since) > oldestLogin || in.proof.Role() == access.Guest
}

// find gives the login of a cookie, nil when it has none or it is over.
func (l *logins) find(cookie string) *login {
	id := sha256.Sum256([]byte(cookie))
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	in := l.all[id]
	if in == nil {
		return nil
	}
	in.proof.Look()
	if in.over(now) {
		delete(l.all, id)
		return nil
	}
	in.used = now
	return in
}

// holds reports whether a cookie has a login still. A page that only listens is none
// that somebody uses.
func (l *logins) holds(cookie string) bool {
	id := sha256.Sum256([]byte(cookie))
	l.mu.Lock()
	defer l.mu.Unlock()
	in := l.all[id]
	return in != nil && !in.over(l.now())
}

// end ends the login of a cookie.
func (l *logins) end(cookie string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, sha256.Sum256([]byte(cookie)))
}

var (
	errNoCSRF = failed(http.StatusForbidden, fault.Denied, "the header X-CSRF-Token is missing or wrong; GET /api/v1/session gives the token of this login")
	errEnded  = failed(http.StatusUnauthorized, fault.Denied, "this login has ended; log in again")
	errBearer = failed(http.StatusUnauthorized, fault.Denied, "the header Authorization is to be: Bearer KEY")
)

// prove says whose key it is.
func (c *call) prove(key string) (*access.Proof, error) {
	proof, err := c.conn.session.Prove(key)
	switch {
	case errors.Is(err, access.ErrNobodys):
		return nil, statusError{http.StatusUnauthorized, fault.Of(err)}
	case err != nil: // too many wrong ones
		return nil, statusError{http.StatusTooManyRequests, fault.Of(err)}
	}
	return proof, nil
}

// identify says who sends the request: by the key in it, or by the cookie of a
// login; else a guest.
func (c *call) identify() (err error) {
	if given := c.Header.Get("Authorization"); given != "" {
		scheme, key, _ := strings.Cut(given, " ")
		if key = strings.TrimSpace(key); !strings.EqualFold(scheme, "Bearer") || key == "" {
			return errBearer
		}
		c.proof, err = c.prove(key)
		return err
	}
	token := c.Header.Get("X-CSRF-Token")
	if cookie, err := c.Cookie(c.conn.cookieName()); err == nil {
		c.cookie = cookie.Value
		c.login = c.server.logins.find(c.cookie)
	}
	switch {
	case c.login == nil && token != "" && !reads(c.Method) && !c.operation.noCSRF:
		return errEnded // a page that takes itself for logged in must not act as a guest
	case c.login == nil:
		return nil
	case !reads(c.Method) && !c.operation.noCSRF && subtle.ConstantTimeCompare([]byte(token), []byte(c.login.csrf)) == 0:
		return errNoCSRF
	}
	c.proof = c.login.proof
	return nil
}

// cookieName names the cookie of a login. Browsers keep cookies by host, not by port,
// and a hub must not end the logins of another one on the same machine; one that was
// set over TLS they would not let a page without it replace.
func (c *conn) cookieName() string {
	name := "althing_" + string(c.server.Hub.Network().ID())
	if c.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie sets the cookie of a login; empty ends it.
func (c *call) setCookie(value string) {
	cookie := &http.Cookie{ //nolint:gosec // Secure is set where there is TLS: without, the cookie could never be used
		Name: c.conn.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: c.conn.secure,
		SameSite: http.SameSiteStrictMode, MaxAge: int(oldestLogin / time.Second),
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	c.reply.Add("Set-Cookie", cookie.String())
}
