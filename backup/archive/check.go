package archive

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"althing/fault"
)

// File is a backup that was checked.
type File struct {
	Head  Head
	Parts []Part // without the head and the sums
	Size  int64
}

// ErrDamaged is wrapped by the error of what is no whole backup.
var ErrDamaged = errors.New("the backup is damaged")

var errChanged = errors.New("something has changed")

// Check reads a backup to its end and says whether every byte is as it was
// written. What it keeps in memory does not depend on the sizes that stand in it.
// A newer format is refused with the version that can read it; every other error
// that is not the reader's own wraps ErrDamaged.
func Check(r io.Reader) (*File, error) {
	c := checking{r: r, file: &File{}, names: map[string]bool{}}
	err := c.run()
	var told *fault.Error
	switch {
	case err == nil:
		c.file.Size = c.at
		return c.file, nil
	case errors.As(err, &told), errors.Is(err, errReading):
		return nil, err
	case c.at == 0:
		return nil, fault.Wrap(ErrDamaged, fault.Invalid, "it does not begin as the backup of a hub does")
	}
	return nil, fault.Wrap(ErrDamaged, fault.Invalid, "in %s, at or before byte %d, %v", c.where, c.at, err)
}

// errReading is wrapped by an error of the reader's own.
var errReading = errors.New("it cannot be read")

// short words an error of the reader: that it ends is damage.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is cut off")
	}
	return fmt.Errorf("%w: %w", errReading, err)
}

// checking is a Check at work.
type checking struct {
	r     io.Reader
	at    int64 // of what is read next
	where string
	made  time.Time
	sums  sums
	names map[string]bool
	file  *File
}

// Read implements io.Reader, and counts.
func (c *checking) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.at += int64(n)
	return n, err
}

func (c *checking) run() error {
	for {
		p, err := c.header()
		if err != nil {
			return err
		}
		switch {
		case c.names[p.Name]:
			return errors.New("it is there twice")
		case len(c.names) == 0 && p.Name != headName:
			return errors.New("it does not begin with its head")
		case len(c.names) > maxParts:
			return fmt.Errorf("there are more than %d parts, which no backup has", maxParts)
		}
		c.names[p.Name] = true
		switch p.Name {
		case headName:
			err = c.head(p)
		case sumsName:
			return c.end(p)
		default:
			c.file.Parts = append(c.file.Parts, p)
			err = c.body(p, io.Discard)
		}
		if err != nil {
			return err
		}
	}
}

// header reads a part's header, which has to be just as it was written: a
// link, a folder, a strange owner or an extension of tar's is never looked at.
func (c *checking) header() (Part, error) {
	var b [block]byte
	begun := c.at
	if _, err := io.ReadFull(c, b[:]); err != nil {
		if begun == 0 && !errors.Is(err, errReading) {
			c.at = 0
		}
		return Part{}, short(err)
	}
	said, err := tar.NewReader(bytes.NewReader(b[:])).Next()
	format, name := 0, ""
	if err == nil {
		format, name = split(said.Name)
	}
	if format < 1 {
		if begun == 0 {
			c.at = 0
		}
		return Part{}, errChanged
	}
	c.where = name
	if format > Format {
		return Part{}, c.newer(said.Size)
	}
	p := Part{Name: name, Size: said.Size, Program: said.Mode == 0o700, at: c.at}
	if begun == 0 {
		c.made = said.ModTime
	}
	want, err := header(p, c.made)
	if err != nil || !bytes.Equal(b[:], want) || p.Size > maxSize || CheckName(name) != nil {
		return Part{}, errChanged
	}
	return p, nil
}

// split takes a part's name in the tar file apart; the format is 0 when it is no
// part of a backup.
func split(path string) (format int, name string) {
	top, name, _ := strings.Cut(path, "/")
	version, ours := strings.CutPrefix(top, folder)
	format, err := strconv.Atoi(version)
	if !ours || err != nil {
		return 0, ""
	}
	return format, name
}

// newer refuses a format to come, of which the head is still the first part.
func (c *checking) newer(size int64) error {
	var head Head
	text, err := io.ReadAll(io.LimitReader(c, min(size, maxHead)))
	if err != nil || json.Unmarshal(text, &head) != nil || head.Althing == "" || len(head.Althing) > MaxName {
		head.Althing = "a newer version"
	}
	return NeedsNewer(head.Althing)
}

// NeedsNewer is the error for a backup that a later version of the program made.
func NeedsNewer(version string) error {
	return fault.New(fault.Invalid, "it was made by a newer althing (%q); use that one, or a newer still", version)
}

// body reads a part's bytes.
func (c *checking) body(p Part, to io.Writer) error {
	c.sums.begin()
	if _, err := io.CopyN(io.MultiWriter(to, c.sums.hash), c, p.Size); err != nil {
		return short(err)
	}
	c.sums.end(p.Name)
	return zeros(c, padding(p.Size))
}

func (c *checking) head(p Part) error {
	if p.Size > maxHead {
		return errChanged
	}
	var text bytes.Buffer
	if err := c.body(p, &text); err != nil {
		return err
	}
	if json.Unmarshal(text.Bytes(), &c.file.Head) != nil {
		return errChanged
	}
	return nil
}

// end compares the sums, and sees that nothing comes behind them.
func (c *checking) end(p Part) error {
	want := c.sums.lines.String()
	if p.Size != int64(len(want)) {
		return errChanged
	}
	var said strings.Builder
	if err := c.body(p, &said); err != nil {
		return err
	}
	if said.String() != want {
		c.where = firstDifference(said.String(), want)
		return errChanged
	}
	if err := zeros(c, 2*block); err != nil {
		return err
	}
	switch n, err := io.ReadFull(c, make([]byte, 1)); {
	case n > 0:
		return errors.New("something is behind its end")
	case !errors.Is(err, io.EOF):
		return short(err)
	}
	return nil
}

// firstDifference names the part whose sum is another, or the sums themselves.
func firstDifference(said, want string) string {
	lines := strings.Split(said, "\n")
	for i, line := range strings.Split(want, "\n") {
		if lines[i] != line {
			if _, name, ok := strings.Cut(line, "  "); ok && strings.HasSuffix(lines[i], "  "+name) {
				return name
			}
			break
		}
	}
	return sumsName
}

// Open gives the bytes of a part of the file, and whether there is one of that
// name.
func (f *File) Open(from io.ReaderAt, name string) (*io.SectionReader, bool) {
	for _, p := range f.Parts {
		if p.Name == name {
			return io.NewSectionReader(from, p.at, p.Size), true
		}
	}
	return nil, false
}
