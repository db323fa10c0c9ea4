package functions

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// maxFiles is how many files of the folder are looked at: more is not a
	// folder of functions.
	maxFiles = 1000
	// settles is for how long after a change another one may leave the same time
	// on a file or folder: two seconds, on the file systems of memory cards.
	settles = 2 * time.Second
)

// folder is what is known of the folder with executables.
type folder struct {
	stamp stamp            // the folder's, when it was read
	why   string           // why nothing in it is offered
	files map[string]*file // by the function's name
}

// file is what is known of a file.
type file struct {
	name     string // in the folder
	rival    string // another file with the same function's name
	stamp    stamp  // of the file when it was read, and of the one beside it
	beside   stamp
	function *Function
	why      string // why it is not offered
}

// stamp tells one state of a file from another. The zero one is of no state.
type stamp struct {
	known bool
	there bool
	at    time.Time
	size  int64
	mode  fs.FileMode
	owner int
}

// stampOf is the state that info tells of. A file that has just been changed could
// be changed again and look the same: that is no state to go by.
func stampOf(info fs.FileInfo) stamp {
	if info == nil {
		return stamp{known: true}
	}
	return stamp{
		known: time.Since(info.ModTime()) > settles, there: true,
		at: info.ModTime(), size: info.Size(), mode: info.Mode(), owner: ownerOf(info),
	}
}

// look reads the folder again if it has changed. s.mu is held.
func (s *Set) look() {
	dir := &s.folder
	info, _ := os.Lstat(s.options.Dir) // nothing in one that cannot be looked at is offered
	now := stampOf(info)
	if now.known && now == dir.stamp {
		return
	}
	dir.stamp = now
	before := dir.files
	dir.files = map[string]*file{}
	if info == nil {
		return
	}
	why := refusesFolder(info)
	if why != dir.why && why != "" {
		s.log.Warn("no function of the folder is offered", "folder", s.options.Dir, "why", why)
	}
	dir.why = why
	for _, name := range fileNames(s.options.Dir) {
		f := &file{name: name}
		key, ok := functionName(name)
		if !ok {
			continue
		}
		if rival := dir.files[key]; rival != nil {
			rival.rival = name
			continue
		}
		if known := before[key]; known != nil && known.name == name {
			f.why, f.function = known.why, known.function // so that only news is logged
		}
		dir.files[key] = f
	}
	for _, f := range dir.files {
		s.examine(f)
	}
}

// refusesFolder says why nothing in a folder can be offered, or nothing.
func refusesFolder(info fs.FileInfo) string {
	if !info.IsDir() {
		return "'functions' is no folder"
	}
	if why := othersWrite(info); why != "" {
		return "the folder of functions: " + why
	}
	return ""
}

// fileNames are the names in a folder, in order, and no more than maxFiles.
func fileNames(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // there is nothing to offer, and the folder itself says why
	}
	names := make([]string, 0, min(len(entries), maxFiles))
	for _, e := range entries[:min(len(entries), maxFiles)] {
		names = append(names, e.Name())
	}
	return names
}

// functionName is the name of the function that a file is. What begins with a dot
// or _ is the owner's own, what ends in ~ an editor's, and .txt a head.
func functionName(file string) (name string, ok bool) {
	extension := filepath.Ext(file)
	if strings.HasPrefix(file, ".") || strings.HasPrefix(file, "_") || strings.HasSuffix(file, "~") || extension == besideExtension {
		return "", false
	}
	return strings.TrimSuffix(file, extension), true
}

// besideExtension is that of a file with the head of the program beside it.
const besideExtension = ".txt"

// examine looks at a file again if it has changed, and logs what is new. s.mu is
// held.
func (s *Set) examine(f *file) {
	name, _ := functionName(f.name)
	path := filepath.Join(s.options.Dir, f.name)
	info, err := os.Lstat(path)
	beside := filepath.Join(s.options.Dir, name+besideExtension)
	besideInfo, besideErr := os.Lstat(beside)
	now, besideNow := stampOf(info), stampOf(besideInfo)
	if now.known && besideNow.known && now == f.stamp && besideNow == f.beside {
		return
	}
	f.stamp, f.beside = now, besideNow
	why, function := f.why, f.function
	f.why, f.function = s.refusesFile(name, f, info, err), nil
	if f.why == "" && !errors.Is(besideErr, fs.ErrNotExist) {
		f.why = refusesBeside(name+besideExtension, besideInfo, besideErr)
	}
	if f.why == "" {
		f.function, f.why = s.read(name, path, besideInfo != nil)
	}
	switch {
	case f.why != "" && f.why != why:
		s.log.Warn("a function is not offered", "file", f.name, "why", f.why)
	case f.why == "" && (function == nil || function.Role != f.function.Role):
		s.log.Info("a function is offered", "name", name, "role", f.function.Role.String())
	}
}

// refusesFile says why a file cannot be a function, or nothing.
func (s *Set) refusesFile(name string, f *file, info fs.FileInfo, err error) string {
	if s.folder.why != "" {
		return s.folder.why
	}
	if s.own[name] != nil {
		return "the program itself has a function of that name"
	}
	if why := s.refuses(name); why != "" {
		return why
	}
	switch {
	case f.rival != "":
		return fmt.Sprintf("'%s' has the same name", plain(f.rival))
	case errors.Is(err, fs.ErrNotExist):
		return "it is no longer there"
	case err != nil:
		return "it cannot be looked at"
	case info.IsDir():
		return "it is a folder"
	case info.Mode()&fs.ModeSymlink != 0:
		return "it is a symbolic link; copy the program itself"
	case !info.Mode().IsRegular():
		return "it is no file"
	}
	if why := othersWrite(info); why != "" {
		return why
	}
	return refusesToRun(f.name, info)
}

func refusesBeside(name string, info fs.FileInfo, err error) string {
	if err != nil || !info.Mode().IsRegular() {
		return name + " beside it cannot be read"
	}
	if why := othersWrite(info); why != "" {
		return name + " beside it: " + why
	}
	return ""
}

// read reads a function's head.
func (s *Set) read(name, path string, beside bool) (f *Function, why string) {
	start, err := readStart(path)
	if err != nil {
		return nil, "it cannot be read"
	}
	if why := refusesStart(start); why != "" {
		return nil, why
	}
	var h head
	if beside {
		if start, err = readStart(filepath.Join(s.options.Dir, name+besideExtension)); err != nil {
			return nil, name + besideExtension + " beside it cannot be read"
		}
		h, err = readBeside(start)
	} else if isText(start) {
		h, err = readHead(start)
	}
	if err != nil {
		return nil, "its head: " + err.Error()
	}
	f = &Function{Name: name, Help: h.help, Role: h.role, Time: h.time, path: path}
	if f.Time == 0 {
		f.Time = s.options.Time
	}
	return f, ""
}

// readStart reads the beginning of a file.
func readStart(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(file, maxHead))
}
