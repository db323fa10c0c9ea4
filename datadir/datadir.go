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

	// LogFolder is where a hub keeps its log in the folder.
	LogFolder = "log"
	// SQLFile is its file with the SQL tables.
	SQLFile = "sql.db"
	// SeriesFolder is where it keeps what numbers were.
	SeriesFolder = "series"
	// IdentityFile is who the hub is to other hubs.
	IdentityFile = "hub.key"
	// NetworkFile is what it knows of their tree.
	NetworkFile = "network.json"
	// RecordingsFile says which shared values it records.
	RecordingsFile = "recordings.json"

	// VersionFile is there in every data folder.
	VersionFile = "VERSION"
	lockFile    = "lock"
	sealFile    = "seal"
	// versionText begins the version file, so that a folder of another program
	// is not taken for a hub's.
	versionText = "althing data folder, version "
)

// Dir is an open data folder, locked for this process. Its methods may be
// called concurrently; Close once, at the end.
type Dir struct {
	path   string
	lock   *os.File
	sealed bool // the files that the last stop noted are as they were
}

// Default is the folder of a user's own hub: $XDG_DATA_HOME/althing, or
// ~/.local/share/althing.
func Default() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) { // others are to be ignored
		return filepath.Join(dir, "althing")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "althing-data"
	}
	return filepath.Join(home, ".local", "share", "althing")
}

// Open locks a data folder, which is made, for its owner alone, when there is
// none. What was sealed at the last stop must be as it was: a file that changed
// since is damaged, and the folder is refused. The seal is broken then, since
// the hub will write.
//
// Every refusal is one line that names the folder and says what to do.
func Open(path string, log *slog.Logger) (*Dir, error) {
	d, err := open(path, refuseDamage)
	if err != nil {
		return nil, err
	}
	if err := d.checkSeal(); err != nil {
		_ = d.Close()
		return nil, err
	}
	if err := d.breakSeal(); err != nil {
		_ = d.Close()
		return nil, unusable(err, d.path, "cannot be written to")
	}
	if free, err := d.Free(); err == nil && free < LowWater {
		log.Warn("the disk is nearly full; writes may be refused", "folder", d.path, "free", free)
	}
	return d, nil
}

// OpenDamaged is Open for a repair: the seal is not asked, and a version file
// that makes no sense is written anew.
func OpenDamaged(path string) (*Dir, error) {
	d, err := open(path, mendDamage)
	if err != nil {
		return nil, err
	}
	if err := d.breakSeal(); err != nil {
		_ = d.Close()
		return nil, unusable(err, d.path, "cannot be written to")
	}
	return d, nil
}

// purpose is what a folder is opened for.
type purpose int

const (
	refuseDamage purpose = iota // to run a hub on it
	mendDamage                  // to repair it
)

func open(path string, p purpose) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unusable(err, path, "cannot be found")
	}
	if p == mendDamage && !isOurs(path) {
		return nil, fault.New(fault.NotFound, "'%s' is no data folder of a hub", path)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, unusable(err, path, "cannot be made")
	}
	known, err := checkVersion(path)
	if err != nil && (p == refuseDamage || !errors.Is(err, errVersion)) {
		return nil, err
	}
	lock, err := takeLock(filepath.Join(path, lockFile))
	if err != nil {
		return nil, lockError(err, path)
	}
	d := &Dir{path: path, lock: lock}
	if !known {
		if err := WriteFile(d.Path(VersionFile), []byte(versionText+strconv.Itoa(Version)+"\n")); err != nil {
			_ = d.Close()
			return nil, unusable(err, path, "cannot be written to")
		}
	}
	return d, nil
}

// Examine says why a hub could not use the folder, which is there, and how much
// room it has. It changes nothing, and does not ask whether a hub runs on it.
func Examine(path string) (free int64, err error) {
	if _, err := checkVersion(path); err != nil {
		return 0, err
	}
	if err := checkWritable(path); err != nil {
		return 0, unusable(err, path, "cannot be written to")
	}
	return freeBytes(path)
}

// Own reports whether a name is that of one of the folder's own files, or of one
// that is being written.
func Own(name string) bool {
	for _, own := range []string{VersionFile, lockFile, sealFile} {
		if strings.EqualFold(name, own) {
			return true
		}
	}
	return strings.Contains(name, tempMark)
}

// isOurs reports whether a hub has been in the folder.
func isOurs(path string) bool {
	for _, name := range []string{VersionFile, lockFile} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return false
}

// unusable words what the system says of a folder.
func unusable(err error, path, what string) error {
	switch {
	case isFull(err):
		return fault.Wrap(err, fault.Full, "the disk of the data folder '%s' is full; make room, or give another folder with --data", path)
	case errors.Is(err, fs.ErrPermission), isReadOnly(err):
		return fault.Wrap(err, fault.Denied, "the data folder '%s' %s; give it to this user, or give another folder with --data", path, what)
	}
	return fault.Wrap(err, fault.Unavailable, "the data folder '%s' %s; give another with --data", path, what)
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

// errVersion is what the error of a version file that makes no sense is.
var errVersion = errors.New("no version")

// checkVersion refuses a folder that this program does not understand: a newer
// one, or one that is not a hub's at all. An empty one is not known yet.
func checkVersion(path string) (known bool, err error) {
	text, err := os.ReadFile(filepath.Join(path, VersionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, checkEmpty(path)
	}
	if err != nil {
		return false, unusable(err, path, "cannot be read")
	}
	digits, ours := strings.CutPrefix(string(text), versionText)
	version, err := strconv.Atoi(strings.TrimSuffix(digits, "\n"))
	switch {
	case !ours || err != nil || version < 1:
		return false, fault.Wrap(errVersion, fault.Invalid, "the data folder '%s' is damaged: its file %s does not say its version; run 'althing repair --data %s'", path, VersionFile, path)
	case version > Version:
		return false, fault.New(fault.Invalid, "the data folder '%s' was written by a newer althing (version %d, this one knows %d); use that, or give another folder with --data", path, version, Version)
	}
	return true, nil
}

// checkEmpty refuses to fill somebody else's folder. What a first start that
// was cut off has left there is nobody's.
func checkEmpty(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return unusable(err, path, "cannot be read")
	}
	for _, e := range entries {
		if e.Name() == lockFile || strings.HasPrefix(e.Name(), VersionFile+tempMark) {
			continue
		}
		return fault.Wrap(errVersion, fault.Invalid, "the folder '%s' is not empty and no data folder of a hub; give an empty or a new one with --data", path)
	}
	return nil
}

// Sealed reports whether the last stop was a clean one, and the files that it
// noted were as they were then.
func (d *Dir) Sealed() bool { return d.sealed }

// Path is the path of a file or folder inside.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// Free is how many bytes of the disk this user may still write.
func (d *Dir) Free() (int64, error) { return freeBytes(d.path) }

// Close gives the lock back.
func (d *Dir) Close() error { return d.lock.Close() }
