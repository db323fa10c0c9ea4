// Package datadir is the folder in which a hub keeps everything: one hub at a
// time, of a version that understands it, unharmed, and with room to write.
package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"althing/fault"
)

const (
	// Version is the form of the folder that this program writes.
	Version = 1

	// lowWater is the free space below which a start warns: the log refuses
	// records soon after.
	lowWater = 128 << 20

	versionFile = "VERSION"
	lockFile    = "lock"
	sealFile    = "seal"
	// versionText begins the version file, so that a folder of another program
	// is not taken for a hub's.
	versionText = "althing data folder, version "
)

// Dir is an open data folder, locked for this process. Path and Free may be
// called concurrently; Close once, at the end.
type Dir struct {
	path   string
	lock   *os.File
	sealed bool // the files that the last stop noted are as they were
}

// Default is the folder of a user's own hub: $XDG_DATA_HOME/althing, or
// ~/.local/share/althing.
func Default() string {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "althing")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "althing-data"
	}
	return filepath.Join(home, ".local", "share", "althing")
}

// Open locks a data folder, which is made when there is none. What was sealed
// at the last stop must be as it was: a file that changed since is damaged, and
// the folder is refused. The seal is broken then, since the hub will write.
func Open(path string, log *slog.Logger) (*Dir, error) {
	d, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := d.checkSeal(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.breakSeal(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if free, err := d.Free(); err == nil && free < lowWater {
		log.Warn("the disk is nearly full; writes may be refused", "folder", path, "free", free)
	}
	return d, nil
}

// OpenDamaged is Open for a repair: the seal is not asked.
func OpenDamaged(path string) (*Dir, error) {
	if _, err := os.Stat(filepath.Join(path, versionFile)); err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "'%s' is no data folder of a hub", path)
	}
	d, err := open(path)
	if err != nil {
		return nil, err
	}
	return d, d.breakSeal()
}

func open(path string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, unusable(err, path, "cannot be made")
	}
	if err := checkVersion(path); err != nil {
		return nil, err
	}
	lock, err := takeLock(filepath.Join(path, lockFile))
	if err != nil {
		return nil, lockError(err, path)
	}
	d := &Dir{path: path, lock: lock}
	if err := d.markVersion(); err != nil {
		return nil, errors.Join(unusable(err, path, "cannot be written to"), d.Close())
	}
	return d, nil
}

// unusable words what the system says of a folder.
func unusable(err error, path, what string) error {
	switch {
	case isFull(err):
		return fault.Wrap(err, fault.Full, "the disk of the data folder '%s' is full; make room, or give another folder with --data", path)
	case errors.Is(err, fs.ErrPermission), isReadOnly(err):
		return fault.Wrap(err, fault.Denied, "the data folder '%s' %s; give it to this user, or give another folder with --data", path, what)
	}
	return fault.Wrap(err, fault.Unavailable, "the data folder '%s' %s", path, what)
}

var errLocked = errors.New("locked")

func lockError(err error, path string) error {
	if !errors.Is(err, errLocked) {
		return unusable(err, path, "cannot be written to")
	}
	by := ""
	if text, err := os.ReadFile(filepath.Join(path, lockFile)); err == nil {
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			by = fmt.Sprintf(" (process %d)", pid)
		}
	}
	return fault.New(fault.Conflict, "the data folder '%s' is used by another hub%s; stop that one, or give another folder with --data", path, by)
}

// checkVersion refuses a folder that this program does not understand: a newer
// one, or one that is not a hub's at all.
func checkVersion(path string) error {
	text, err := os.ReadFile(filepath.Join(path, versionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return checkEmpty(path)
	}
	if err != nil {
		return unusable(err, path, "cannot be read")
	}
	digits, ours := strings.CutPrefix(strings.TrimSpace(string(text)), versionText)
	version, err := strconv.Atoi(digits)
	switch {
	case !ours || err != nil:
		return fault.New(fault.Invalid, "the data folder '%s' is damaged: its file %s does not say its version; 'althing repair' can mend that", path, versionFile)
	case version > Version:
		return fault.New(fault.Invalid, "the data folder '%s' was written by a newer althing (version %d, this one knows %d); use that, or another folder", path, version, Version)
	}
	return nil
}

// checkEmpty refuses to fill somebody else's folder.
func checkEmpty(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return unusable(err, path, "cannot be read")
	}
	for _, e := range entries {
		if e.Name() != lockFile {
			return fault.New(fault.Invalid, "the folder '%s' is not empty and no data folder of a hub; give an empty or a new one with --data", path)
		}
	}
	return nil
}

func (d *Dir) markVersion() error {
	file := d.Path(versionFile)
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	return WriteFile(file, []byte(versionText+strconv.Itoa(Version)+"\n"))
}

// Sealed reports whether the last stop was a clean one, and the files that it
// noted were as they were then.
func (d *Dir) Sealed() bool { return d.sealed }

// Path is the path of a file or folder inside.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// Free is how many bytes of the disk are free.
func (d *Dir) Free() (int64, error) { return freeBytes(d.path) }

// Close gives the lock back.
func (d *Dir) Close() error { return d.lock.Close() }

// WriteFile writes a small file so that after a crash either the old or the new
// one is there, whole.
func WriteFile(file string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}
