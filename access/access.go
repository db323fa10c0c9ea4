package access

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"althing/fault"
)

// Options say how Open finds the admin key.
type Options struct {
	Guests  Guests
	KeyFile string // a file with the key itself; empty: the data folder's own
	Limits  Limits
	Log     *slog.Logger     // nil: slog.Default()
	Now     func() time.Time // nil: time.Now
}

// Access is the rights on one hub. Safe for concurrent use.
type Access struct {
	guests  Guests
	dir     string // the data folder
	keyFile string // where the key is, when that is not in the data folder
	open    bool   // the key is empty: everyone who registers is an administrator
	made    string // the key, when it was made just now
	log     *slog.Logger
	keys    atomic.Int64 // how many admin keys there were before this one

	mu      sync.Mutex
	key     digest
	secret  string // the key where its text is known, to be blanked
	users   users
	wrong   wrongKeys
	audited []Audited
}

// Open reads the rights of the hub whose data folder is dir, and makes an admin
// key when there is none yet.
func Open(dir string, o Options) (*Access, error) {
	a := &Access{guests: o.Guests, dir: dir, keyFile: o.KeyFile, log: o.Log, wrong: wrongKeys{most: o.Limits.WrongKeys, now: o.Now}}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.wrong.now == nil {
		a.wrong.now = time.Now
	}
	if o.KeyFile != "" {
		key, err := readKey(o.KeyFile, a.log)
		a.secret, a.open, a.key = key, key == "", newDigest(key)
		return a, err
	}
	var err error
	if a.key, a.made, err = storedKey(dir); err != nil {
		return nil, err
	}
	a.secret = a.made
	return a, nil
}

// Check gives nil when key is the admin key. Too many wrong ones from one
// address are refused for a minute, and then the right one is too.
func (a *Access) Check(from, key string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.wrong.admit(from); err != nil {
		return err
	}
	if a.isAdmin(key) {
		return nil
	}
	a.noteWrong(from)
	return errWrongKey
}

// isAdmin reports whether it is the admin key.
func (a *Access) isAdmin(key string) bool {
	if key == "" && !a.open || !a.key.matches(key) {
		return false
	}
	a.secret = key // from now on it can be blanked wherever it turns up
	return true
}

// noteWrong counts a key that was wrong.
func (a *Access) noteWrong(from string) {
	a.wrong.note(from)
	a.log.Warn("a wrong key was given", "from", from)
}

// SetKey takes another admin key, also for the next start. Its text is kept
// nowhere.
func (a *Access) SetKey(key string) error {
	if a.keyFile != "" {
		return fault.New(fault.Unavailable, "the admin key is what the file '%s' holds; write another into that, and restart the hub", a.keyFile)
	}
	switch {
	case key == "" || len(key) > maxKey || !isLine(key) || strings.TrimSpace(key) != key:
		return fault.New(fault.Invalid, "an admin key is one line of at most %d bytes, without blanks around it", maxKey)
	case len(key) < weakKey:
		a.log.Warn("the new admin key is short and can be guessed")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	d := newDigest(key)
	if err := storeKey(a.dir, d); err != nil {
		return err
	}
	a.key, a.secret = d, key
	a.keys.Add(1)
	return nil
}

// May says why a role may not do that, or nil.
func (a *Access) May(r Role, act Act) error { return may(a.guests, r, act) }

// Guests is how open the hub is.
func (a *Access) Guests() Guests { return a.guests }

// Made is the admin key when Open has made it, to be shown once.
func (a *Access) Made() string { return a.made }

// Open reports whether the admin key is empty: whoever registers is an
// administrator, and the banner warns of it.
func (a *Access) Open() bool { return a.open }

// Redact blanks, in a text for people, what is or could be a key.
func (a *Access) Redact(text string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	text = redact(text, a.secret)
	for _, u := range a.users.byName {
		text = redact(text, u.secret)
	}
	return text
}

// Audited is one line of the audit.
type Audited struct {
	At   time.Time
	From string // an address
	Act  string
}

// mostAudited is how many lines of the audit are kept in memory, for people who
// look; all are in the log.
const mostAudited = 1000

// Audit notes what an administrator did, or that a user came in, in the log's
// group "audit": who (an address) and what. A key in it is blanked; the log adds the time.
func (a *Access) Audit(from, act string) {
	act = a.Redact(act)
	a.log.Info("audit", slog.Group("audit", "from", from, "act", act))
	a.mu.Lock()
	defer a.mu.Unlock()
	a.audited = append(a.audited, Audited{a.wrong.now(), from, act})
	if len(a.audited) > mostAudited+mostAudited/4 { // many at once, so that it is seldom copied
		a.audited = slices.Clone(a.audited[len(a.audited)-mostAudited:])
	}
}

// Audits gives the last lines of the audit since the start, the oldest first.
func (a *Access) Audits() []Audited {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.audited)
}
