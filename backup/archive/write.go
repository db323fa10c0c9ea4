package archive

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"althing/fault"
)

// Writer writes a backup: New, Add for every part, Close. One goroutine uses it.
// After an error what it has written is no backup.
type Writer struct {
	w    io.Writer
	made time.Time
	sums sums
}

// New begins a backup with its head.
func New(w io.Writer, head Head) (*Writer, error) {
	head.Made = head.Made.UTC().Truncate(time.Second)
	text, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	if len(text) >= maxHead {
		return nil, fault.New(fault.Limit, "too many files of the owner's cannot be backed up")
	}
	a := &Writer{w: w, made: head.Made}
	return a, a.addText(headName, string(text)+"\n")
}

// Add adds a part. write must write as many bytes as the part's size says.
func (a *Writer) Add(p Part, write func(io.Writer) error) error {
	if err := CheckName(p.Name); err != nil {
		return err
	}
	head, err := header(p, a.made)
	if err != nil {
		return err
	}
	if _, err := a.w.Write(head); err != nil {
		return err
	}
	a.sums.begin()
	body := &counted{w: io.MultiWriter(a.w, a.sums.hash)}
	if err := write(body); err != nil {
		return err
	}
	if body.n != p.Size {
		return fault.New(fault.Unavailable, "%s has changed while it was backed up; try again", p.Name)
	}
	a.sums.end(p.Name)
	_, err = a.w.Write(make([]byte, padding(p.Size)))
	return err
}

func (a *Writer) addText(name, text string) error {
	return a.Add(Part{Name: name, Size: int64(len(text))}, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// Close ends the backup with the sums of all parts.
func (a *Writer) Close() error {
	if err := a.addText(sumsName, a.sums.lines.String()); err != nil {
		return err
	}
	_, err := a.w.Write(make([]byte, 2*block))
	return err
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// Summary is the head in a line, for people.
func (h Head) Summary() string {
	name := h.Hub
	if name == "" {
		name = "a hub"
	}
	return fmt.Sprintf("%s, made %s by althing %s, up to change %d", name, h.Made.Format(time.DateTime+" MST"), h.Althing, h.Revision)
}
