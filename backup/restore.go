package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"althing/backup/archive"
	"althing/datadir"
	"althing/fault"
	"althing/journal"
	"althing/journal/jetstore"
	"althing/series"
	"althing/sqldb"
	"althing/state"
)

// partSuffix is what a data folder is called until it is whole; restoring is the
// file in it that says so.
const (
	partSuffix = ".part"
	restoring  = "restoring"
)

// Check reads a backup to its end and says whether this program can restore it.
func Check(r io.Reader) (*archive.File, error) {
	f, err := archive.Check(r)
	if err != nil {
		return nil, err
	}
	if f.Head.Data > datadir.Version {
		return nil, archive.NeedsNewer(f.Head.Althing)
	}
	for _, p := range f.Parts {
		if name, ok := strings.CutPrefix(p.Name, recordedFolder); ok && series.IsFile(name) {
			continue
		}
		if name, ok := strings.CutPrefix(p.Name, filesFolder); ok {
			top, _, deep := strings.Cut(name, "/")
			if !own(name) && (!deep || top == functionsFolder) {
				continue
			}
		} else if p.Name == snapshotPart || p.Name == logPart || p.Name == sqlPart || p.Name == settingsPart {
			continue
		}
		return nil, fault.Wrap(archive.ErrDamaged, fault.Invalid, "it has a part %q, which no backup has", p.Name)
	}
	return f, nil
}

// Restore makes a data folder of a backup that Check has read. dir must not be
// there, or be an empty folder; it comes into being whole, or not at all.
// count is called with how many bytes of the backup were taken.
func Restore(ctx context.Context, f *archive.File, from io.ReaderAt, dir string, log *slog.Logger, count func(int64)) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := free(dir); err != nil {
		return err
	}
	part := dir + partSuffix
	if err := discard(part); err != nil {
		return err
	}
	r := restore{file: f, from: from, log: log, count: count}
	if r.dir, err = datadir.Open(part, log); err != nil {
		return err
	}
	err = r.everything(ctx)
	err = errors.Join(err, r.dir.Close())
	if err == nil {
		err = publish(part, dir)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	return nil
}

// free refuses a folder that has something in it.
func free(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fault.Wrap(err, fault.Unavailable, "'%s' is no folder that can be used; give another with --data", dir)
	case len(entries) > 0:
		return fault.New(fault.Conflict, "the folder '%s' is not empty; a backup is restored into a new one, give it with --data", dir)
	}
	return nil
}

// discard removes what a restore left that was ended by force.
func discard(part string) error {
	if _, err := os.Lstat(part); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(part, restoring)); err != nil {
		return fault.New(fault.Conflict, "'%s' is in the way; move it", part)
	}
	left, err := datadir.OpenDamaged(part)
	if err != nil {
		return err // another restore has it
	}
	return errors.Join(left.Close(), os.RemoveAll(part))
}

// publish gives a folder that is whole its name.
func publish(part, dir string) error {
	if err := os.Remove(filepath.Join(part, restoring)); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return datadir.Rename(part, dir)
}

// restore is a restore at work.
type restore struct {
	file  *archive.File
	from  io.ReaderAt
	dir   *datadir.Dir
	log   *slog.Logger
	count func(int64)
}

func (r *restore) everything(ctx context.Context) error {
	if err := datadir.WriteFile(r.dir.Path(restoring), nil); err != nil {
		return err
	}
	if err := r.bringLog(ctx); err != nil {
		return err
	}
	for _, p := range r.file.Parts {
		if p.Name == snapshotPart || p.Name == logPart {
			continue // they are in the log now
		}
		name := strings.TrimPrefix(p.Name, filesFolder)
		if err := r.copy(ctx, p, r.dir.Path(filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	if err := r.checkSQL(ctx); err != nil {
		return err
	}
	return r.dir.Seal(datadir.SQLFile)
}

// bringLog works the snapshot and the records into a new log.
func (r *restore) bringLog(ctx context.Context) error {
	var snapshot func() io.Reader
	if _, ok := r.file.Open(r.from, snapshotPart); ok {
		snapshot = func() io.Reader {
			part, _ := r.file.Open(r.from, snapshotPart)
			return part
		}
	}
	log := io.Reader(strings.NewReader(""))
	if part, ok := r.file.Open(r.from, logPart); ok {
		log = counting{part, r.count}
	}
	store, err := jetstore.Open(ctx, jetstore.Options{Dir: r.dir.Path(datadir.LogFolder), Log: r.log})
	if err != nil {
		return err
	}
	_, err = journal.Bring(ctx, snapshot, log, store, state.New())
	return errors.Join(err, store.Close())
}

// copy writes a part into a file.
func (r *restore) copy(ctx context.Context, p archive.Part, path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if p.Program {
		mode = 0o700
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	part, _ := r.file.Open(r.from, p.Name)
	if _, err := io.Copy(to, counting{part, r.count}); err != nil {
		return err
	}
	return errors.Join(to.Sync(), datadir.SyncFolder(filepath.Dir(path)), ctx.Err())
}

// checkSQL looks at the structure of the tables' file.
func (r *restore) checkSQL(ctx context.Context) error {
	db, err := sqldb.Open(ctx, r.dir.Path(datadir.SQLFile), sqldb.Options{Log: r.log})
	if errors.Is(err, sqldb.ErrDamaged) {
		return fault.New(fault.Invalid, "the file of its tables is no whole SQLite file, and was none when it was backed up")
	}
	if err != nil {
		return err
	}
	return db.Close(ctx)
}

// counting tells how much is read.
type counting struct {
	io.Reader
	count func(int64)
}

// Read implements io.Reader.
func (c counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.count(int64(n))
	return n, err
}
