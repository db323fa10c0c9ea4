package access

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"althing/datadir"
	"althing/fault"
)

const (
	// usersDir is where the data folder keeps the keys of users, hashed: a file
	// each, so that one can be added or removed without the others being written.
	usersDir = "users"
	// maxUsers bounds how many keys one that was given is compared with.
	maxUsers = 1000
	// unsettled is for how long a folder that was just changed may change again
	// without its time telling: file systems count time in steps.
	unsettled = 100 * time.Millisecond
)

// userName is what a user can be called: it is also a file's name.
var userName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$`)

// UserKey is the key of a user, as the data folder has it.
type UserKey struct {
	Name    string
	Since   time.Time // when the key was made
	Damaged bool      // the file with the hash is: the key is taken for none
}

// AddUser makes a user of the hub whose data folder is dir, and gives the key: the
// folder keeps its hash only. A running hub takes it at once. A name that there is
// already is fault.Conflict.
func AddUser(dir, name string) (key string, err error) {
	file, err := userFile(dir, name)
	if err != nil {
		return "", err
	}
	users, err := Users(dir)
	if err != nil {
		return "", err
	}
	if len(users) >= maxUsers {
		return "", fault.New(fault.Full, "the hub has all the %d users it may; remove some", maxUsers)
	}
	key = rand.Text() // as an admin key is made
	err = os.Mkdir(filepath.Dir(file), 0o700)
	if err == nil || errors.Is(err, fs.ErrExist) {
		err = datadir.CreateFile(file, []byte(newDigest(key).String()+"\n"))
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return "", fault.New(fault.Conflict, "there is a user '%s' already; for a new key remove it first", name)
	case err != nil:
		return "", fault.Wrap(err, fault.Unavailable, "the key cannot be kept in '%s'", filepath.Dir(file))
	}
	return key, nil
}

// RemoveUser takes a user's key back. A running hub refuses it at once, and ends
// the sessions that have shown it.
func RemoveUser(dir, name string) error {
	file, err := userFile(dir, name)
	if err != nil {
		return err
	}
	err = datadir.RemoveFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "there is no user '%s'", name)
	case err != nil:
		return fault.Wrap(err, fault.Unavailable, "the file '%s' cannot be removed", file)
	}
	return nil
}

// Users are the users of the hub whose data folder is dir, by their names.
func Users(dir string) ([]UserKey, error) {
	kept, err := readUsers(dir, nil)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the users cannot be read")
	}
	users := make([]UserKey, len(kept))
	for i, u := range kept {
		users[i] = u.UserKey
	}
	return users, nil
}

func userFile(dir, name string) (string, error) {
	if !userName.MatchString(name) {
		return "", fault.New(fault.Invalid, "a user's name is 1 to 60 letters, digits, _ and -, and begins with a letter or a digit")
	}
	return filepath.Join(dir, usersDir, name), nil
}

// userKey is a user's key, as the hub knows it.
type userKey struct {
	UserKey
	key    digest
	secret string      // its text, once it was shown, to be blanked
	gone   atomic.Bool // it was taken back
}

// readUsers reads the folder of users. A key that is among those known stays the
// same; one that cannot be read for a reason that passes stays as it was.
func readUsers(dir string, known map[string]*userKey) ([]*userKey, error) {
	entries, err := os.ReadDir(filepath.Join(dir, usersDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var users []*userKey
	for _, e := range entries {
		if !userName.MatchString(e.Name()) || len(users) == maxUsers {
			continue
		}
		u := &userKey{UserKey: UserKey{Name: e.Name()}}
		text, err := os.ReadFile(filepath.Join(dir, usersDir, u.Name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		before := known[u.Name]
		if err == nil {
			u.key, err = parseDigest(string(text))
			u.Damaged = err != nil
		} else if before == nil {
			return nil, err
		} else {
			u.key = before.key
		}
		if before != nil && before.key == u.key && before.Damaged == u.Damaged {
			u = before
		} else if info, err := e.Info(); err == nil {
			u.Since = info.ModTime()
		}
		users = append(users, u)
	}
	return users, nil
}

// users are the users of a running hub. Access.mu guards them.
type users struct {
	byName map[string]*userKey
	read   time.Time // the time of the folder that was read; zero: read it again
}

// refresh reads the folder of users again when it has changed.
func (a *Access) refresh() {
	info, err := os.Stat(filepath.Join(a.dir, usersDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || err == nil && info.ModTime().Equal(a.users.read) {
		return
	}
	now := time.Now()
	kept, err := readUsers(a.dir, a.users.byName)
	if err != nil {
		a.log.Warn("the users cannot be read; those known before stay", "error", err)
		return
	}
	byName := make(map[string]*userKey, len(kept))
	for _, u := range kept {
		if u.Damaged && a.users.byName[u.Name] != u {
			a.log.Warn("a user's key is damaged and taken for none; remove and add the user", "user", u.Name)
		}
		byName[u.Name] = u
	}
	for name, u := range a.users.byName {
		if byName[name] != u {
			u.gone.Store(true)
			a.log.Info("a user's key was taken back", "user", name)
		}
	}
	a.users = users{byName: byName}
	if info != nil && now.Sub(info.ModTime()) > unsettled {
		a.users.read = info.ModTime()
	}
}

// Proof is what a right key has proven: a role and, of a user, who it is. A nil
// Proof proves nothing. Safe for concurrent use.
type Proof struct {
	access *Access
	user   *userKey // nil: an administrator
	key    int64    // of an administrator: which of the admin keys it was
}

// Role is the role that was proven; Guest when the key was taken back since, as
// far as the hub has noticed, or the admin key is another one now.
func (p *Proof) Role() Role {
	switch {
	case p == nil || p.user != nil && p.user.gone.Load() || p.user == nil && p.key != p.access.keys.Load():
		return Guest
	case p.user == nil:
		return Admin
	}
	return User
}

// Look notices whether the key of a user was taken back. It costs a question to
// the file system, and so is asked once an act.
func (p *Proof) Look() {
	if p != nil && p.user != nil {
		p.access.mu.Lock()
		defer p.access.mu.Unlock()
		p.access.refresh()
	}
}

// String says who it is: "admin", or "user anna".
func (p *Proof) String() string {
	if p.user == nil {
		return Admin.String()
	}
	return User.String() + " " + p.user.Name
}

// ErrNobodys is Prove's error for a key that is nobody's.
var ErrNobodys = fault.New(fault.Denied, "the key is wrong; it is nobody's here")

// Prove says what a key is: the admin key, or that of a user. Wrong ones are
// counted as by Check.
func (a *Access) Prove(from, key string) (*Proof, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.wrong.admit(from); err != nil {
		return nil, err
	}
	if a.isAdmin(key) {
		return &Proof{access: a, key: a.keys.Load()}, nil
	}
	a.refresh()
	for _, u := range a.users.byName {
		if !u.Damaged && strings.TrimSpace(key) != "" && u.key.matches(key) {
			u.secret = key
			return &Proof{access: a, user: u}, nil
		}
	}
	a.noteWrong(from)
	return nil, ErrNobodys
}
