package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"althing/fault"
)

// keyFile is where the data folder keeps the admin key, hashed.
const keyFile = "admin-key"

// Options say how Open finds the admin key.
type Options struct {
	Guests  Guests
	KeyFile string // a file with the key itself; empty: the data folder's own
	Limits  Limits
	Log     *slog.Logger
	Now     func() time.Time
}

// Access is the rights on one hub. Safe for concurrent use.
type Access struct {
	guests Guests
	key    digest
	open   bool   // the key is empty: everyone who registers is an administrator
	made   string // the key, when it was made just now
	secret string // the key where its text is known, to be blanked
	log    *slog.Logger
	now    func() time.Time
	most   int64

	mu    sync.Mutex
	wrong map[string]*wrongKeys
}

// Open reads the rights of the hub whose data folder is dir, and makes an admin
// key when there is none yet.
func Open(dir string, o Options) (*Access, error) {
	a := &Access{guests: o.Guests, log: o.Log, now: o.Now, most: o.Limits.WrongKeys, wrong: map[string]*wrongKeys{}}
	if o.KeyFile != "" {
		return a, a.readKey(o.KeyFile)
	}
	stored, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		if a.made, err = NewKey(dir); err != nil {
			return nil, err
		}
		a.secret = a.made
		stored, err = os.ReadFile(filepath.Join(dir, keyFile))
	}
	if err != nil {
		return nil, err
	}
	a.key, err = parseDigest(string(stored))
	return a, err
}

func (a *Access) readKey(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the admin key file cannot be read")
	}
	a.secret = strings.TrimSpace(string(text))
	a.open = a.secret == ""
	a.key, err = newDigest(a.secret)
	return err
}

// NewKey makes a new admin key for the hub whose data folder is dir, and gives
// it: the folder keeps its hash only. A running hub goes on with the old one.
func NewKey(dir string) (string, error) {
	key := rand.Text() // 26 letters and digits, 130 bits
	d, err := newDigest(key)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, keyFile)
	if err := os.WriteFile(file+".new", []byte(d.String()+"\n"), 0o600); err != nil {
		return "", err
	}
	return key, os.Rename(file+".new", file)
}

// digest is a key's hash. A key has 130 bits of chance, which nobody finds by
// trying, so that a slow hash would only slow the hub; the salt keeps equal keys
// of two hubs from looking equal.
type digest struct {
	salt [16]byte
	sum  [sha256.Size]byte
}

func newDigest(key string) (digest, error) {
	var d digest
	rand.Read(d.salt[:])
	return hash(key, d.salt), nil
}

func hash(key string, salt [16]byte) digest {
	return digest{salt, sha256.Sum256(append(salt[:], key...))}
}

// String is the form in which a digest is kept; its last part finds a flipped
// byte.
func (d digest) String() string {
	body := "sha256 " + hex.EncodeToString(d.salt[:]) + " " + hex.EncodeToString(d.sum[:])
	check := sha256.Sum256([]byte(body))
	return body + " " + hex.EncodeToString(check[:4])
}

var errKeyFile = fault.New(fault.Invalid, "the file '%s' in the data folder is damaged; 'althing admin-key' makes a new key", keyFile)

func parseDigest(text string) (digest, error) {
	var d digest
	fields := strings.Fields(text)
	if len(fields) != 4 || fields[0] != "sha256" {
		return d, errKeyFile
	}
	salt, err1 := hex.DecodeString(fields[1])
	sum, err2 := hex.DecodeString(fields[2])
	if err1 != nil || err2 != nil || len(salt) != len(d.salt) || len(sum) != len(d.sum) {
		return d, errKeyFile
	}
	copy(d.salt[:], salt)
	copy(d.sum[:], sum)
	if d.String() != strings.Join(fields, " ") {
		return d, errKeyFile
	}
	return d, nil
}

// wrongKeys counts wrong keys from one address.
type wrongKeys struct {
	since time.Time
	n     int64
}

const (
	// wrongWithin is the time in which the wrong keys of one address are counted.
	wrongWithin = time.Minute
	// wrongAddresses bounds what callers can make the hub remember.
	wrongAddresses = 10_000
)

// Check reports whether key is the admin key. Too many wrong ones from one
// address are refused for a while, right or wrong.
func (a *Access) Check(from, key string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	w := a.wrong[from]
	if w != nil && now.Sub(w.since) > wrongWithin {
		delete(a.wrong, from)
		w = nil
	}
	if w != nil && w.n >= a.most {
		return fault.New(fault.Denied, "too many wrong admin keys from your address; wait a minute")
	}
	given := hash(key, a.key.salt)
	if subtle.ConstantTimeCompare(given.sum[:], a.key.sum[:]) == 1 && (key != "" || a.open) {
		a.secret = key // from now on it can be blanked wherever it turns up
		return nil
	}
	if w == nil {
		if len(a.wrong) >= wrongAddresses {
			clear(a.wrong)
		}
		w = &wrongKeys{since: now}
		a.wrong[from] = w
	}
	w.n++
	a.log.Warn("a wrong admin key was given", "from", from)
	return fault.New(fault.Denied, "Adminkey incorrect")
}

// May says why a role may not do that, or nil.
func (a *Access) May(r Role, act Act) error { return may(a.guests, r, act) }

// Guests is how open the hub is.
func (a *Access) Guests() Guests { return a.guests }

// Made is the admin key when Open has made it, to be shown once.
func (a *Access) Made() string { return a.made }

// Open reports whether the admin key is empty.
func (a *Access) Open() bool { return a.open }

// keyCalls finds what stands as a key in a command or a query.
var keyCalls = regexp.MustCompile(`(?i)((?:get|set)?admin(?:key)?\s*\()[^)]*`)

// Redact blanks, in a text for people, what is or could be an admin key.
func (a *Access) Redact(text string) string {
	a.mu.Lock()
	secret := a.secret
	a.mu.Unlock()
	if secret != "" {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return keyCalls.ReplaceAllString(text, "${1}***")
}

// Audit notes what an administrator did.
func (a *Access) Audit(from, act string) {
	a.log.Info("audit", slog.String("from", from), slog.String("act", act))
}
