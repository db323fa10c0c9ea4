package datadir

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// tempMark divides a file's name from what makes it a temporary one.
const tempMark = ".new-"

// WriteFile writes a small file, for its owner alone, so that after a crash or
// a power cut either the old or the new one is there, whole.
func WriteFile(file string, data []byte) error {
	dir, name := filepath.Split(file)
	removeLeftovers(dir, name)
	tmp, err := os.CreateTemp(dir, name+tempMark+"*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return err
	}
	return SyncFolder(dir)
}

// Rename gives a file or a folder another name beside the old one, and has that
// outlast a power cut.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// CreateFile writes a small new file, for its owner alone; one that is there is
// fs.ErrExist. After a crash it may be there in part.
func CreateFile(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(file)
		return err
	}
	return SyncFolder(filepath.Dir(file))
}

// RemoveFile removes a file so that no power cut brings it back.
func RemoveFile(file string) error {
	if err := os.Remove(file); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(file))
}

// removeLeftovers removes what a crash between writing and renaming left.
func removeLeftovers(dir, name string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), name+tempMark) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// SyncFolder brings a folder's names to the disk: without it a power cut may
// bring back a file that was removed. Windows has no such thing.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
