// Package archive is the form of a backup file: a tar file that tools everywhere
// can unpack, of which this package reads exactly what it writes itself, so that
// no byte of it can change unnoticed. It knows no hub; docs/backup.md describes
// the form.
package archive

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"althing/fault"
)

const (
	// Format is the form that is written.
	Format = 1
	// folder is where all parts lie, so that unpacking by hand fills no folder
	// with many files. The format behind it stands in a tar header, which has a
	// checksum of its own: a newer file is told from a damaged one.
	folder = "althing-backup-"

	headName = "backup.json"
	sumsName = "SHA256SUMS"

	block = 512 // of a tar file
	// maxHead bounds what is read of the head: some names and figures.
	maxHead = 64 << 10
	// maxParts bounds the list of parts in memory: the hub's own few, and the
	// files of its owner.
	maxParts = 10_000
	// MaxName is how long the name of a part may be, for a header of one block.
	MaxName = 80
	// maxSize bounds the size of a part: more than any disk of a hub.
	maxSize = 1 << 50
)

// Head is what a backup says of itself.
type Head struct {
	Althing  string    `json:"althing"`            // the version of the program that made it
	Data     int       `json:"data"`               // the version of the data folder
	Hub      string    `json:"hub,omitempty"`      // the hub's name
	Made     time.Time `json:"made"`               // in whole seconds
	Revision uint64    `json:"revision"`           // of values and messages
	LeftOut  []string  `json:"left_out,omitempty"` // files of the owner's that it does not have
}

// Part is one part of a backup.
type Part struct {
	Name    string
	Size    int64
	Program bool // may be executed
	at      int64
}

// CheckName refuses the name of a part that could lead out of a folder, or that
// some system cannot have.
func CheckName(name string) error {
	odd := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`\:*?"<>|`, r) })
	if len(name) > MaxName || odd || !fs.ValidPath(name) || name == "." || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fault.New(fault.Invalid, "%.100q cannot be the name of a file in a backup", name)
	}
	return nil
}

// header is a part's header as this package writes it.
func header(p Part, made time.Time) ([]byte, error) {
	mode := int64(0o600)
	if p.Program {
		mode = 0o700
	}
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: folder + strconv.Itoa(Format) + "/" + p.Name, Size: p.Size,
		Mode: mode, ModTime: made, Format: tar.FormatGNU,
	})
	if err == nil && b.Len() != block {
		err = fault.New(fault.Invalid, "%.100q is too long for the name of a file in a backup", p.Name)
	}
	return b.Bytes(), err
}

// padding is how many bytes follow a part up to the next block.
func padding(size int64) int64 { return (block - size%block) % block }

// Length is how many bytes a backup with these parts has, its head aside.
func Length(parts []Part) int64 {
	whole := func(size int64) int64 { return block + size + padding(size) }
	total, sums := int64(2*block), sumLine(headName, nil)
	for _, p := range parts {
		total += whole(p.Size)
		sums += sumLine(p.Name, nil)
	}
	return total + whole(int64(len(sums)))
}

// sumLine is a part's line in SHA256SUMS.
func sumLine(name string, sum []byte) string {
	return fmt.Sprintf("%064x  %s\n", sum, name)
}

// sums are the lines of SHA256SUMS so far.
type sums struct {
	lines strings.Builder
	hash  hash.Hash
}

func (s *sums) begin() { s.hash = sha256.New() }

func (s *sums) end(name string) { s.lines.WriteString(sumLine(name, s.hash.Sum(nil))) }

// zeros reads n bytes, at most two blocks, which have to be zeros.
func zeros(r io.Reader, n int64) error {
	var b [2 * block]byte
	if _, err := io.ReadFull(r, b[:n]); err != nil {
		return short(err)
	}
	if b != [2 * block]byte{} {
		return errChanged
	}
	return nil
}
