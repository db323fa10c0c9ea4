package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"althing/backup/archive"
	"althing/datadir"
	"althing/fault"
	"althing/series"
)

// recorded are the files of what was recorded, as long as they are now: a running
// hub only appends to them. A block that is half written is cut off when the
// restored folder is opened.
func recorded(dir string) ([]part, error) {
	entries, err := os.ReadDir(filepath.Join(dir, datadir.SeriesFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(err, fault.Unavailable, "what was recorded cannot be read")
	}
	var files []part
	for _, e := range entries {
		if !e.Type().IsRegular() || !series.IsFile(e.Name()) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // too old meanwhile
		}
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, datadir.SeriesFolder, e.Name())
		files = append(files, part{
			archive.Part{Name: recordedFolder + e.Name(), Size: info.Size()},
			func(_ context.Context, w io.Writer) error { return copyStart(w, path, info.Size()) },
		})
	}
	return files, nil
}

// copyStart writes the first size bytes of a file. What has gone since, because it
// was too old or the clock was set back, is zeros, in which nothing is found.
func copyStart(w io.Writer, path string, size int64) error {
	f, err := os.Open(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var there int64
	if err == nil {
		defer f.Close() //nolint:errcheck // it was only read
		there, err = io.CopyN(w, f, size)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	_, err = io.CopyN(w, zeros{}, size-there)
	return err
}

// zeros has no end.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
