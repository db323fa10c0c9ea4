package jetstore

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"althing/fault"
	"althing/journal"
)

// Repair makes a damaged log in o.Dir work again. It gives everything that can be
// found to an empty machine and begins a new log with that state; the damaged
// files stay beside it in a folder, whose path it gives. now names that folder.
//
// A log that is not damaged stays as it is, and the path is empty. When an error
// is returned nothing has changed. The store must not be open; fresh makes an
// empty machine every time.
func Repair(ctx context.Context, o Options, fresh func() journal.Machine, now time.Time) (report journal.Report, kept string, err error) {
	o = o.withDefaults()
	rev, err := verify(ctx, o, fresh())
	if err == nil {
		return journal.Report{Rev: rev}, "", nil
	}
	if !errors.Is(err, journal.ErrDamaged) {
		return journal.Report{}, "", err
	}
	kept = filepath.Join(o.Dir, "damaged-"+now.UTC().Format("20060102-150405"))
	if err := move(o.Dir, kept); err != nil {
		return journal.Report{}, "", errors.Join(unusable(err, o.Dir), move(kept, o.Dir))
	}
	report, err = rebuild(ctx, o, kept, fresh())
	if err != nil {
		return journal.Report{}, "", errors.Join(err, remove(o.Dir), move(kept, o.Dir), os.Remove(kept))
	}
	return report, kept, nil
}

// verify opens the log as the hub would, and closes it again.
func verify(ctx context.Context, o Options, m journal.Machine) (rev uint64, err error) {
	s, err := Open(ctx, o)
	if err != nil {
		return 0, err
	}
	j, err := journal.Open(ctx, s, m, journal.Options{Log: o.Log})
	if err != nil {
		return 0, errors.Join(err, s.Close())
	}
	rev = j.Stats().Rev
	return rev, errors.Join(j.Close(ctx), s.Close())
}

// rebuild makes a new store in o.Dir of the files in old.
func rebuild(ctx context.Context, o Options, old string, m journal.Machine) (journal.Report, error) {
	_, synced, err := readWitness(filepath.Join(old, witnessFile))
	if err != nil {
		return journal.Report{}, unusable(err, old)
	}
	s, err := Open(ctx, o)
	if err != nil {
		return journal.Report{}, err
	}
	report, err := journal.Repair(ctx, &remains{
		snapshots: snapshots{dir: filepath.Join(old, snapshotDir)},
		blocks:    blocks{dir: filepath.Join(streamDir(old), "msgs")},
		synced:    synced,
	}, s, m)
	return report, errors.Join(err, s.Close())
}

// parts are what Open makes in a folder.
func parts() []string { return []string{"jetstream", snapshotDir, witnessFile} }

// move moves everything of a store to another folder.
func move(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, name := range parts() {
		err := os.Rename(filepath.Join(from, name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return errors.Join(syncDir(from), syncDir(to))
}

// remove removes everything of a store.
func remove(dir string) error {
	var errs []error
	for _, name := range parts() {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, name)))
	}
	return errors.Join(errs...)
}

// remains is what is left of a store, for journal.Repair.
type remains struct {
	snapshots
	blocks
	synced uint64
}

// Latest implements journal.Remains.
func (r *remains) Latest(ctx context.Context, upTo uint64) (uint64, io.ReadCloser, error) {
	return r.snapshots.Latest(ctx, upTo)
}

// Synced implements journal.Remains.
func (r *remains) Synced() uint64 { return r.synced }

// Records implements journal.Remains. Between whole frames it looks for whole
// records: of a frame the header may be changed and not the data.
func (r *remains) Records(ctx context.Context) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		numbers, err := r.list()
		if err != nil {
			yield(journal.Record{}, err)
			return
		}
		var buf []byte
		for _, n := range numbers {
			if err := ctx.Err(); err != nil {
				yield(journal.Record{}, err)
				return
			}
			if buf, err = readInto(buf, r.blocks.path(n)); err != nil {
				yield(journal.Record{}, fault.Wrap(err, fault.Unavailable, "%s cannot be read", r.blocks.path(n)))
				return
			}
			for p := range newScanner(n).pieces(buf) {
				if !r.salvage(p, yield) {
					return
				}
			}
		}
	}
}

// salvage gives what a piece of a block holds.
func (r *remains) salvage(p piece, yield func(journal.Record, error) bool) bool {
	if p.damaged == nil {
		return p.removed || yield(journal.Record{Seq: p.seq, Data: p.data}, nil)
	}
	for data := range journal.Salvage(p.damaged) {
		if !yield(journal.Record{Data: data}, nil) {
			return false
		}
	}
	return true
}
