package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"althing/backup/archive"
	"althing/datadir"
	"althing/fault"
)

const (
	// maxFile and maxFiles bound the files that are kept in memory while a backup
	// is made: keys, certificates and the owner's functions are small.
	maxFile  = 4 << 20
	maxFiles = 32 << 20
	// maxNamed is how many of those that are left out are named.
	maxNamed = 100
)

// functionsFolder is the one folder in the data folder that is the owner's.
const functionsFolder = "functions"

// own reports whether a file or folder of the data folder is in a backup in
// another form, or not at all because it is no state: what s.storelog wrote, what
// a repair has set aside, what the next start makes.
func own(name string) bool {
	top, _, _ := strings.Cut(strings.ToLower(name), "/")
	return datadir.Own(top) || strings.HasPrefix(top, datadir.SQLFile) ||
		slices.Contains([]string{datadir.LogFolder, datadir.SeriesFolder, "logs", SettingsFile, restoring}, top)
}

// file is one of the other files.
type file struct {
	name    string // with slashes
	text    []byte
	program bool
}

// gather reads the other files of a data folder, and names those that it leaves
// out: links, what is too large, what has a name that not every system can have.
func gather(dir string) (files []file, left []string, err error) {
	total := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		top, _, _ := strings.Cut(name, "/")
		switch {
		case name == ".":
			return nil
		case own(name):
			return skip(d)
		case d.IsDir() && top == functionsFolder:
			return nil
		}
		f := file{name: name}
		if d.Type().IsRegular() && archive.CheckName(filesFolder+name) == nil {
			err := f.read(path, d)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed meanwhile
			}
			if err != nil {
				return fault.Wrap(err, fault.Unavailable, "%s cannot be read", path)
			}
		}
		if f.text == nil || total+len(f.text) > maxFiles {
			left = append(left, name)
			return skip(d)
		}
		total += len(f.text)
		files = append(files, f)
		return nil
	})
	if len(left) > maxNamed {
		left = append(left[:maxNamed], "and more")
	}
	return files, left, err
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// read reads a file that is not too large.
func (f *file) read(path string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil || info.Size() > maxFile {
		return err
	}
	f.program = info.Mode()&0o100 != 0
	text, err := os.ReadFile(path)
	f.text = append([]byte{}, text...) // never nil
	return err
}
