package functions

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// ownerOf is not asked here.
func ownerOf(fs.FileInfo) int { return 0 }

// othersWrite looks at nothing here: the mode of a file does not tell who may
// write it.
func othersWrite(fs.FileInfo) string { return "" }

// runnable are the extensions of what runs by itself.
var runnable = []string{".exe", ".com", ".bat", ".cmd"}

// refusesToRun says why the system would not run a file, or nothing.
func refusesToRun(name string, _ fs.FileInfo) string {
	if !slices.Contains(runnable, strings.ToLower(filepath.Ext(name))) {
		return "it is none of " + strings.Join(runnable, ", ")
	}
	return ""
}

// refusesStart finds nothing: the extension decides.
func refusesStart([]byte) string { return "" }
