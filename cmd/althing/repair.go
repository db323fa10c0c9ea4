package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing/access"
	"althing/datadir"
	"althing/fault"
	"althing/journal"
	"althing/journal/jetstore"
	"althing/network"
	"althing/sqldb"
	"althing/state"
)

func newRepair() *cobra.Command {
	var f dataFlags
	c := &cobra.Command{
		Use:   "repair",
		Short: "save what can be saved of a damaged data folder",
		Long: `Looks through the data folder of a hub that does not run, saves what can be saved
where something is damaged, and says what is lost. The damaged files are set
aside, not deleted. A folder that is not damaged stays as it is.`,
		Example: "  althing repair\n  althing repair --data /srv/althing",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.whileWanted(c, "interrupted", func(ctx context.Context) error {
				return f.repair(ctx, c.OutOrStdout(), c.ErrOrStderr())
			})
		},
	}
	f.add(c)
	return c
}

func (f *dataFlags) repair(ctx context.Context, out, stderr io.Writer) (err error) {
	if err := becomeOwner(f.data); err != nil {
		return err
	}
	dir, err := datadir.OpenDamaged(f.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	fmt.Fprintf(out, "Looking through %s\n", visible(f.data))
	r := repairing{dir: dir, out: out, now: time.Now(), told: func(what string) (end func()) { return newProgress(stderr, what, nil, 0).end }, log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	if err := r.mendLog(ctx); err != nil {
		return err
	}
	if err := r.mendSQL(ctx); err != nil {
		return err
	}
	if err := r.lookAtKey(); err != nil {
		return err
	}
	return r.mendTree()
}

// repairing is a repair under way.
type repairing struct {
	dir *datadir.Dir
	out io.Writer
	log *slog.Logger
	now time.Time
	// told says that a part of the work goes on, until its end is called.
	told func(what string) (end func())
}

// mendLog mends the log of values, messages and clients.
func (r repairing) mendLog(ctx context.Context) error {
	end := r.told("the log")
	report, kept, err := jetstore.Repair(ctx, jetstore.Options{Dir: r.dir.Path(datadir.LogFolder), Log: r.log},
		func() journal.Machine { return state.New() }, r.now)
	end()
	switch {
	case err != nil:
		return err
	case kept == "":
		fmt.Fprintf(r.out, "log: sound, up to change %d\n", report.Rev)
	default:
		fmt.Fprintf(r.out, "log: damaged, and repaired\n  %s\n  the damaged files are in %s\n",
			strings.ReplaceAll(report.String(), "\n", "\n  "), visible(kept))
	}
	return nil
}

// mendSQL saves the rows of a damaged SQL file. It is in doubt whenever it was
// not closed in good order, so that its structure is looked at in any case.
func (r repairing) mendSQL(ctx context.Context) error {
	file := r.dir.Path(datadir.SQLFile)
	end := r.told("SQL")
	db, err := sqldb.Open(ctx, file, sqldb.Options{Log: r.log})
	end()
	if err == nil {
		fmt.Fprintln(r.out, "SQL: sound")
		return db.Close(ctx)
	}
	if !errors.Is(err, sqldb.ErrDamaged) {
		return err
	}
	end = r.told("SQL")
	report, err := sqldb.Repair(ctx, file)
	end()
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "SQL: damaged, and repaired\n  saved: %d rows\n", report.Rows)
	for _, lost := range report.Lost {
		fmt.Fprintf(r.out, "  lost: %s\n", visible(lost))
	}
	if len(report.Lost) == 0 {
		fmt.Fprintln(r.out, "  lost: nothing")
	}
	fmt.Fprintf(r.out, "  the damaged file is %s\n", visible(report.Damaged))
	return nil
}

// mendTree sets aside what is damaged of the hub's place in a tree of hubs: who it
// is, and what it knows of the others.
func (r repairing) mendTree() error {
	key := r.dir.Path(datadir.IdentityFile)
	_, err := network.OpenIdentity(key, func(string, []byte) error { return nil })
	if err := r.setAside("hub.key", key, "the next start makes another: to the other hubs of its tree the hub is a new one", err); err != nil {
		return err
	}
	kept := r.dir.Path(datadir.NetworkFile)
	return r.setAside("tree", kept, "if the hub has a parent, join it again with a token", network.CheckStored(network.File{Name: kept}))
}

// setAside sets a file aside that is damaged, and says what follows. Another error
// than that ends the repair.
func (r repairing) setAside(what, file, then string, err error) error {
	if !errors.Is(err, network.ErrDamaged) {
		return err
	}
	aside := file + r.now.UTC().Format(".damaged-20060102T150405")
	if err := os.Rename(file, aside); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s: damaged\n  %s\n  the damaged file is %s\n", what, then, visible(aside))
	return nil
}

// lookAtKey says what is to be done about a damaged admin key: nobody can save
// a hash.
func (r repairing) lookAtKey() error {
	if _, err := os.Stat(r.dir.Path("admin-key")); errors.Is(err, fs.ErrNotExist) {
		return nil // the next start makes one
	}
	_, err := access.Open(r.dir.Path(""), access.Options{Limits: access.DefaultLimits(), Log: r.log, Now: time.Now})
	if err != nil && fault.Is(err, fault.Invalid) {
		fmt.Fprintln(r.out, "admin key: damaged; make a new one with 'althing admin-key'")
		return nil
	}
	return err
}
