// Package backup makes one file of everything that a hub keeps, and a data folder
// of such a file. docs/backup.md describes what is in it.
package backup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"althing/backup/archive"
	"althing/datadir"
	"althing/journal"
	"althing/sqldb"
)

// The parts of a backup, in this order. Those that would be empty are not there.
const (
	snapshotPart   = "snapshot"
	logPart        = "log"
	sqlPart        = "sql.db"
	settingsPart   = "settings.toml"
	recordedFolder = datadir.SeriesFolder + "/" // what was recorded
	filesFolder    = "files/"                   // what else lies in the data folder
)

// SettingsFile is where a restored data folder has the settings that the hub ran
// with.
const SettingsFile = settingsPart

// Source is what is backed up. The hub that has it open may be running.
type Source struct {
	Dir      *datadir.Dir
	Log      journal.Store
	SQL      *sqldb.DB
	Name     string // of the hub, if it is known
	Settings []byte // in the form of a settings file, if they are known
	Version  string // of the program
	Now      time.Time
}

// Backup is everything as it was when it was begun: values and messages at one
// revision, the tables after one transaction. One goroutine uses it. As long as
// it is not closed the tables' log cannot be emptied.
type Backup struct {
	Head  archive.Head
	Total int64 // bytes that Write writes, but for those of the head

	log      *journal.Saved
	image    *sqldb.Image
	settings []byte
	recorded []part
	files    []file
}

// Begin begins a backup.
func Begin(ctx context.Context, from Source) (b *Backup, err error) {
	b = &Backup{settings: from.Settings}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	if b.log, err = journal.Save(ctx, from.Log); err != nil {
		return b, err
	}
	if b.image, err = from.SQL.Image(ctx); err != nil {
		return b, err
	}
	if b.recorded, err = recorded(from.Dir.Path("")); err != nil {
		return b, err
	}
	var left []string
	if b.files, left, err = gather(from.Dir.Path("")); err != nil {
		return b, err
	}
	b.Head = archive.Head{
		Althing: from.Version, Data: datadir.Version, Hub: from.Name, Made: from.Now,
		Revision: b.log.Rev, LeftOut: left,
	}
	var parts []archive.Part
	for _, p := range b.parts() {
		parts = append(parts, p.Part)
	}
	b.Total = archive.Length(parts)
	return b, nil
}

// part is a part and how its bytes are written.
type part struct {
	archive.Part
	write func(context.Context, io.Writer) error
}

func (b *Backup) parts() []part {
	all := []part{
		{archive.Part{Name: snapshotPart, Size: b.log.SnapshotBytes}, func(_ context.Context, w io.Writer) error { return b.log.WriteSnapshot(w) }},
		{archive.Part{Name: logPart, Size: b.log.LogBytes}, b.log.WriteLog},
		{archive.Part{Name: sqlPart, Size: b.image.Size()}, b.image.Write},
		text(settingsPart, b.settings, false),
	}
	all = append(all, b.recorded...)
	filled := all[:0]
	for _, p := range all {
		if p.Size > 0 {
			filled = append(filled, p)
		}
	}
	for _, f := range b.files {
		filled = append(filled, text(filesFolder+f.name, f.text, f.program))
	}
	return filled
}

func text(name string, text []byte, program bool) part {
	return part{
		archive.Part{Name: name, Size: int64(len(text)), Program: program},
		func(_ context.Context, w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(text))
			return err
		},
	}
}

// Write writes the backup, once. After an error what was written is none.
func (b *Backup) Write(ctx context.Context, w io.Writer) error {
	a, err := archive.New(w, b.Head)
	if err != nil {
		return err
	}
	for _, p := range b.parts() {
		err := a.Add(p.Part, func(w io.Writer) error { return p.write(ctx, w) })
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
	return a.Close()
}

// Close gives back what the backup holds.
func (b *Backup) Close() error {
	if b.image != nil {
		b.image.Close()
	}
	if b.log != nil {
		return b.log.Close()
	}
	return nil
}
