package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"althing/datadir"
	"althing/fault"
)

const (
	// keyFile is where the data folder keeps the admin key, hashed.
	keyFile = "admin-key"
	// maxKey bounds a key that somebody chose: a line, not a book.
	maxKey = 1024
	// weakKey is the length below which a chosen key can be guessed.
	weakKey = 12
)

// NewKey makes a new admin key for the hub whose data folder is dir, and gives
// it: the folder keeps its hash only. A running hub goes on with the old one.
func NewKey(dir string) (string, error) {
	key := rand.Text() // 26 capital letters and digits, none like another: 130 bits
	return key, storeKey(dir, newDigest(key))
}

// storeKey keeps the hash of a key.
func storeKey(dir string, d digest) error {
	if err := datadir.WriteFile(filepath.Join(dir, keyFile), []byte(d.String()+"\n")); err != nil {
		return fault.Wrap(err, fault.Unavailable, "the admin key cannot be kept in '%s'", dir)
	}
	return nil
}

// isLine reports whether a key can be written into a command.
func isLine(key string) bool {
	return utf8.ValidString(key) && !strings.ContainsFunc(key, unicode.IsControl)
}

// storedKey reads the hash that the data folder keeps. Without one, a key is
// made, which is given too.
func storedKey(dir string) (d digest, made string, err error) {
	file := filepath.Join(dir, keyFile)
	stored, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if made, err = NewKey(dir); err != nil {
			return d, "", err
		}
		stored, err = os.ReadFile(file)
	}
	if err != nil {
		return d, "", fault.Wrap(err, fault.Unavailable, "the file '%s' cannot be read", file)
	}
	if d, err = parseDigest(string(stored)); err != nil {
		return d, "", fault.Wrap(err, fault.Invalid, "the file '%s' is damaged; 'althing admin-key' makes a new key", file)
	}
	return d, made, nil
}

// readKey reads a key that somebody put into a file. It has to be one line,
// since it is written into commands.
func readKey(file string, log *slog.Logger) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "the admin key file '%s' cannot be read", file)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "the admin key file '%s' cannot be read", file)
	}
	key := strings.TrimSpace(string(data))
	switch {
	case len(data) > maxKey:
		return "", fault.New(fault.Invalid, "the admin key file '%s' is longer than %d bytes; it holds the key and nothing else", file, maxKey)
	case !isLine(key):
		return "", fault.New(fault.Invalid, "the admin key file '%s' holds more than one line of text; it holds the key and nothing else", file)
	case key != "" && len(key) < weakKey:
		log.Warn("the admin key is short and can be guessed", "file", file)
	}
	return key, nil
}

// digest is a key's hash. A key has 130 bits of chance, which nobody finds by
// trying, so that a slow hash would only slow the hub; the salt keeps equal keys
// of two hubs from looking equal.
type digest struct {
	salt [16]byte
	sum  [sha256.Size]byte
}

func newDigest(key string) (d digest) {
	rand.Read(d.salt[:])
	d.sum = sha256.Sum256(append(d.salt[:], key...))
	return d
}

// matches takes the same time however much of the key is right.
func (d digest) matches(key string) bool {
	given := sha256.Sum256(append(d.salt[:], key...))
	return subtle.ConstantTimeCompare(given[:], d.sum[:]) == 1
}

// String is the form in which a digest is kept; its last part finds a flipped
// byte.
func (d digest) String() string {
	body := "sha256 " + hex.EncodeToString(d.salt[:]) + " " + hex.EncodeToString(d.sum[:])
	check := sha256.Sum256([]byte(body))
	return body + " " + hex.EncodeToString(check[:4])
}

var errDigest = errors.New("it does not match its checksum")

func parseDigest(text string) (d digest, err error) {
	fields := strings.Fields(text)
	if len(fields) != 4 {
		return d, errDigest
	}
	salt, _ := hex.DecodeString(fields[1])
	sum, _ := hex.DecodeString(fields[2])
	copy(d.salt[:], salt)
	copy(d.sum[:], sum)
	if d.String()+"\n" != text {
		return d, errDigest
	}
	return d, nil
}

const (
	// wrongWithin is the time in which the wrong keys of one address are counted.
	wrongWithin = time.Minute
	// wrongAddresses bounds what callers can make the hub remember; what comes
	// from more addresses in that time is counted together.
	wrongAddresses = 10_000
)

var errWrongKey = fault.New(fault.Denied, "Adminkey incorrect")

// wrongKeys counts the wrong keys of each address.
type wrongKeys struct {
	most int64
	now  func() time.Time
	from map[string]tries
	next time.Time // when to look for what has lapsed
}

type tries struct {
	since time.Time
	n     int64
}

// admit refuses an address that gave too many.
func (w *wrongKeys) admit(from string) error {
	now := w.now()
	if now.After(w.next) {
		w.forget(now)
	}
	t := w.from[w.entry(from)]
	if t.n >= w.most && now.Sub(t.since) < wrongWithin {
		return fault.New(fault.Denied, "too many wrong keys from your address; wait a minute")
	}
	return nil
}

// note counts one more.
func (w *wrongKeys) note(from string) {
	if w.from == nil {
		w.from = make(map[string]tries)
	}
	now, entry := w.now(), w.entry(from)
	t := w.from[entry]
	if now.Sub(t.since) >= wrongWithin {
		t = tries{since: now}
	}
	t.n++
	w.from[entry] = t
}

// entry is where an address is counted: under its own name, or together with
// all others when there are too many.
func (w *wrongKeys) entry(from string) string {
	if _, known := w.from[from]; known || len(w.from) < wrongAddresses {
		return from
	}
	return ""
}

// forget drops what has lapsed, once a minute.
func (w *wrongKeys) forget(now time.Time) {
	w.next = now.Add(wrongWithin)
	for from, t := range w.from {
		if now.Sub(t.since) >= wrongWithin {
			delete(w.from, from)
		}
	}
}
