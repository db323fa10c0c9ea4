package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"althing/backup"
	"althing/backup/archive"
	"althing/datadir"
	"althing/fault"
	"althing/hub"
)

// backupFlags are what backup takes.
type backupFlags struct {
	hubFlags
	data                 string
	check, force, asJSON bool
}

func newBackup() *cobra.Command {
	var f backupFlags
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "save everything that a hub keeps in one file",
		Long: `Writes everything that a hub keeps into FILE, while the hub goes on working: an
administrator's act. What is in FILE was checked when it was written; --check
checks a file that is there. Whoever has FILE can act as the hub: keep it where
nobody else can read it. 'althing restore' brings it back.`,
		Example: "  althing backup barn.backup --admin-key-file key.txt\n  althing backup --check barn.backup\n  althing backup barn.backup --data /srv/althing",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, stop := untilSignal(c.Context())
			defer stop()
			var err error
			if f.check {
				err = f.checkBackup(c.OutOrStdout(), c.ErrOrStderr(), args[0])
			} else {
				err = f.backup(ctx, c.OutOrStdout(), c.ErrOrStderr(), args[0])
			}
			if ctx.Err() != nil && err != nil {
				return fmt.Errorf("interrupted: %w", err)
			}
			return err
		},
	}
	f.add(c)
	c.Flags().StringVar(&f.data, "data", "", "save this data `folder` of a hub that does not run")
	c.Flags().BoolVar(&f.check, "check", false, "write nothing: say whether FILE is whole, and what it is")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print an object: what the backup is, and its size in bytes")
	c.Flags().BoolVar(&f.force, "force", false, "replace FILE when there is one; the old one goes when the new one is whole")
	return c
}

// backup writes a file that is there whole in the end, or not at all.
func (f *backupFlags) backup(ctx context.Context, out, stderr io.Writer, path string) (err error) {
	if info, err := os.Lstat(path); err == nil && (!f.force || !info.Mode().IsRegular()) {
		return fault.New(fault.Conflict, "'%s' is there already; give another name, or --force to replace a file", visible(path))
	}
	to, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*") // its owner's alone
	if err != nil {
		return fmt.Errorf("the backup cannot be written: %w", err)
	}
	defer func() {
		if err != nil {
			_ = to.Close() // it is no backup
			err = errors.Join(err, os.Remove(to.Name()))
		}
	}()
	giveWay()
	told := newProgress(stderr, "backup", size, 0)
	file, err := f.fill(ctx, to, told)
	if err == nil {
		err = to.Sync()
	}
	told.end()
	if err == nil {
		err = to.Close()
	}
	if err == nil {
		err = datadir.Rename(to.Name(), path)
	}
	if err != nil {
		return err
	}
	return f.describe(out, stderr, visible(path), file)
}

// describe says what a backup is.
func (f *backupFlags) describe(out, stderr io.Writer, what string, file *archive.File) error {
	if f.asJSON {
		return json.NewEncoder(out).Encode(struct {
			archive.Head
			Size int64 `json:"size"`
		}{file.Head, file.Size})
	}
	tellLeftOut(stderr, file.Head)
	_, err := fmt.Fprintf(out, "%s: %s, %s\n", what, visible(file.Head.Summary()), size(file.Size))
	return err
}

// fill writes the backup, and checks what it writes.
func (f *backupFlags) fill(ctx context.Context, to io.Writer, told *progress) (*archive.File, error) {
	r, w := io.Pipe()
	type result struct {
		file *archive.File
		err  error
	}
	checked := make(chan result, 1)
	go func() {
		file, err := backup.Check(r)
		r.CloseWithError(err)
		checked <- result{file, err}
	}()
	err := f.write(ctx, io.MultiWriter(to, w, counts{told}), told.total.Store)
	w.CloseWithError(err) // nil is the end
	was := <-checked
	if err != nil { // which the check has met too
		return nil, err
	}
	return was.file, was.err
}

// write has the hub write the backup, or writes that of a folder.
func (f *backupFlags) write(ctx context.Context, w io.Writer, begun func(total int64)) error {
	if f.data != "" {
		return backup.Folder(ctx, f.data, hub.Version, slog.New(slog.DiscardHandler), func(b *backup.Backup) error {
			begun(b.Total)
			return b.Write(ctx, w)
		})
	}
	return f.talk(ctx, func(a asker) error { return a.Backup(ctx, w, begun) })
}

// checkBackup reads a backup and says what it is.
func (f *backupFlags) checkBackup(out, stderr io.Writer, path string) error {
	from, file, err := openBackup(stderr, path)
	if err != nil {
		return err
	}
	_ = from.Close() // it was only read
	return f.describe(out, stderr, "whole", file)
}

// openBackup opens a backup and checks it.
func openBackup(stderr io.Writer, path string) (from *os.File, file *archive.File, err error) {
	if from, err = os.Open(path); err != nil {
		return nil, nil, fmt.Errorf("the backup cannot be read: %w", err)
	}
	info, err := from.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrInvalid
	}
	if err == nil {
		told := newProgress(stderr, "checking", size, info.Size())
		file, err = backup.Check(io.TeeReader(from, counts{told}))
		told.end()
	}
	if err != nil {
		_ = from.Close() // it was only read
		return nil, nil, fmt.Errorf("%s: %w", visible(path), err)
	}
	return from, file, nil
}

// tellLeftOut names the files that a backup does not have.
func tellLeftOut(stderr io.Writer, head archive.Head) {
	for _, name := range head.LeftOut {
		fmt.Fprintf(stderr, "left out, because it is a link, too large, or has an unusual name: %s\n", visible(name))
	}
}

func newRestore() *cobra.Command {
	var f dataFlags
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "make a data folder of a backup",
		Long: `Makes a data folder of FILE, which 'althing backup' has written. FILE is checked
whole before anything else. The folder must be new or empty; it is there whole in
the end, or not at all.`,
		Example: "  althing restore barn.backup --data /srv/althing",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.whileWanted(c, "interrupted; nothing was restored", func(ctx context.Context) error {
				return f.restore(ctx, c.OutOrStdout(), c.ErrOrStderr(), args[0])
			})
		},
	}
	f.add(c)
	return c
}

func (f *dataFlags) restore(ctx context.Context, out, stderr io.Writer, path string) error {
	from, file, err := openBackup(stderr, path)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it was only read
	told := newProgress(stderr, "restoring", size, file.Size)
	err = backup.Restore(ctx, file, from, f.data, slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), told.add)
	told.end()
	if err != nil {
		return err
	}
	tellLeftOut(stderr, file.Head)
	fmt.Fprintf(out, "restored: %s\nstart it with: althing serve --data %s\n", visible(file.Head.Summary()), visible(f.data))
	if _, err := os.Stat(filepath.Join(f.data, backup.SettingsFile)); err == nil {
		fmt.Fprintf(out, "the settings that it ran with: --config %s\n", visible(filepath.Join(f.data, backup.SettingsFile)))
	}
	return nil
}
