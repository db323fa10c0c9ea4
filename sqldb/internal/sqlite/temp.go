package sqlite

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lib "modernc.org/sqlite/lib"
)

// Temp is where the connections opened with it put what does not fit their
// memory while a statement sorts or groups: files in one folder, without a
// name, that together may not pass a bound. SQLite has no such bound of its
// own, and sorting in memory instead cannot be interrupted.
//
// It may be used by several connections at once.
type Temp struct {
	dir   string
	limit int64
	used  atomic.Int64

	vfs, name uintptr
	system    uintptr // the VFS that opens all other files
}

// temps and tempFiles are found by the numbers that SQLite hands back.
var (
	temps     sync.Map // uintptr (the VFS) → *Temp
	tempFiles sync.Map // int64 → *tempFile
	lastFile  atomic.Int64
)

type tempFile struct {
	*os.File
	temp *Temp
	size int64
}

// tempHandle is how an open file looks to SQLite: its methods, then what is ours.
type tempHandle struct {
	methods uintptr
	number  int64
}

// NewTemp bounds the temporary files of its connections, together, to so many
// bytes, and keeps them in dir. Close it after them.
func NewTemp(dir string, limit int64) (*Temp, error) {
	setUp()
	removeLeftovers(dir)
	tls := libc.NewTLS()
	defer tls.Close()
	t := &Temp{dir: dir, limit: limit, system: lib.Xsqlite3_vfs_find(tls, 0)}
	t.vfs = libc.Xcalloc(tls, 1, types.Size_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	name, err := libc.CString(fmt.Sprintf("althing-%d", lastFile.Add(1)))
	if t.vfs == 0 || err != nil {
		return nil, noMemory
	}
	t.name = name
	vfs, system := (*lib.Tsqlite3_vfs)(pointer(t.vfs)), (*lib.Tsqlite3_vfs)(pointer(t.system))
	*vfs = *system
	vfs.FpNext = 0
	vfs.FzName = t.name
	vfs.FszOsFile = max(vfs.FszOsFile, int32(unsafe.Sizeof(tempHandle{})))
	vfs.FxOpen = function(tempOpen)
	temps.Store(t.vfs, t)
	if rc := lib.Xsqlite3_vfs_register(tls, t.vfs, 0); rc != lib.SQLITE_OK {
		t.Close()
		return nil, &Error{rc, "no place for temporary files"}
	}
	return t, nil
}

// Close forgets the place. No connection may still use it.
func (t *Temp) Close() {
	tls := libc.NewTLS()
	defer tls.Close()
	lib.Xsqlite3_vfs_unregister(tls, t.vfs)
	temps.Delete(t.vfs)
	libc.Xfree(tls, t.name)
	libc.Xfree(tls, t.vfs)
}

// Used is how many bytes the temporary files hold now.
func (t *Temp) Used() int64 { return t.used.Load() }

// take asks for room; a refusal is SQLite's "disk is full".
func (t *Temp) take(n int64) bool {
	if t.used.Add(n) <= t.limit {
		return true
	}
	t.used.Add(-n)
	return false
}

// tempOpen is the VFS's xOpen: a file without a name is a temporary one and
// ours, all others are the system's.
func tempOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32 {
	t, ok := temps.Load(vfs)
	if !ok {
		return lib.SQLITE_CANTOPEN
	}
	temp := t.(*Temp)
	if name != 0 {
		open := (*lib.Tsqlite3_vfs)(pointer(temp.system)).FxOpen
		return (*(*func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32)(unsafe.Pointer(&open)))(tls, temp.system, name, file, flags, outFlags)
	}
	h := (*tempHandle)(pointer(file))
	h.methods = 0
	f, err := os.CreateTemp(temp.dir, tempPrefix+"*")
	if err != nil {
		return lib.SQLITE_CANTOPEN
	}
	if runtime.GOOS != "windows" { // where an open file keeps its name
		os.Remove(f.Name())
	}
	h.number = lastFile.Add(1)
	tempFiles.Store(h.number, &tempFile{File: f, temp: temp})
	h.methods = tempMethods()
	if outFlags != 0 {
		*(*int32)(pointer(outFlags)) = flags
	}
	return lib.SQLITE_OK
}

// tempPrefix begins the names that temporary files have for a moment, and on
// Windows as long as they live.
const tempPrefix = "sql-temp-"

// removeLeftovers removes the files of a process that was killed.
func removeLeftovers(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// tempMethods is the table of what SQLite may do with a temporary file.
var tempMethods = sync.OnceValue(func() uintptr {
	tls := libc.NewTLS()
	defer tls.Close()
	p := libc.Xcalloc(tls, 1, types.Size_t(unsafe.Sizeof(lib.Tsqlite3_io_methods{})))
	*(*lib.Tsqlite3_io_methods)(pointer(p)) = lib.Tsqlite3_io_methods{
		FiVersion:               1,
		FxClose:                 function(tempClose),
		FxRead:                  function(tempRead),
		FxWrite:                 function(tempWrite),
		FxTruncate:              function(tempTruncate),
		FxSync:                  function(tempNothing),
		FxFileSize:              function(tempSize),
		FxLock:                  function(tempNothing),
		FxUnlock:                function(tempNothing),
		FxCheckReservedLock:     function(tempUnlocked),
		FxFileControl:           function(tempControl),
		FxSectorSize:            function(tempSector),
		FxDeviceCharacteristics: function(tempDevice),
	}
	return p
})

func tempOf(file uintptr) *tempFile {
	f, _ := tempFiles.Load((*tempHandle)(pointer(file)).number)
	return f.(*tempFile)
}

func tempClose(_ *libc.TLS, file uintptr) int32 {
	f := tempOf(file)
	tempFiles.Delete((*tempHandle)(pointer(file)).number)
	f.temp.used.Add(-f.size)
	_ = f.Close()
	if runtime.GOOS == "windows" {
		os.Remove(f.Name())
	}
	return lib.SQLITE_OK
}

func tempRead(_ *libc.TLS, file, to uintptr, n int32, offset int64) int32 {
	data := unsafe.Slice((*byte)(pointer(to)), n)
	got, err := tempOf(file).ReadAt(data, offset)
	switch {
	case got == len(data):
		return lib.SQLITE_OK
	case err == io.EOF: //nolint:errorlint // ReadAt gives it bare
		clear(data[got:])
		return lib.SQLITE_IOERR_SHORT_READ
	default:
		return lib.SQLITE_IOERR_READ
	}
}

func tempWrite(_ *libc.TLS, file, from uintptr, n int32, offset int64) int32 {
	f := tempOf(file)
	if grow := offset + int64(n) - f.size; grow > 0 {
		if !f.temp.take(grow) {
			return lib.SQLITE_FULL
		}
		f.size += grow
	}
	if _, err := f.WriteAt(unsafe.Slice((*byte)(pointer(from)), n), offset); err != nil {
		return lib.SQLITE_FULL // what else stops a write to an open file
	}
	return lib.SQLITE_OK
}

func tempTruncate(_ *libc.TLS, file uintptr, size int64) int32 {
	f := tempOf(file)
	if err := f.Truncate(size); err != nil {
		return lib.SQLITE_IOERR_TRUNCATE
	}
	f.temp.used.Add(size - f.size)
	f.size = size
	return lib.SQLITE_OK
}

func tempSize(_ *libc.TLS, file, size uintptr) int32 {
	*(*int64)(pointer(size)) = tempOf(file).size
	return lib.SQLITE_OK
}

// tempNothing is for sync, lock and unlock: nobody else has the file, and none
// of it matters after a crash.
func tempNothing(*libc.TLS, uintptr, int32) int32 { return lib.SQLITE_OK }

func tempUnlocked(_ *libc.TLS, _, locked uintptr) int32 {
	*(*int32)(pointer(locked)) = 0
	return lib.SQLITE_OK
}

func tempControl(*libc.TLS, uintptr, int32, uintptr) int32 { return lib.SQLITE_NOTFOUND }

func tempSector(*libc.TLS, uintptr) int32 { return 4096 }

func tempDevice(*libc.TLS, uintptr) int32 { return 0 }
