package backup

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"althing/datadir"
	"althing/fault"
	"althing/journal/jetstore"
	"althing/sqldb"
)

// Folder makes a backup of the data folder of a hub that does not run: write is
// given it, and may use it until it returns.
func Folder(ctx context.Context, dir, version string, log *slog.Logger, write func(*Backup) error) (err error) {
	if _, err := os.Stat(filepath.Join(dir, datadir.VersionFile)); errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "'%s' is no data folder of a hub; name the right one with --data", dir)
	}
	d, err := datadir.Open(dir, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	store, err := jetstore.Open(ctx, jetstore.Options{Dir: d.Path(datadir.LogFolder), Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	db, err := sqldb.Open(ctx, d.Path(datadir.SQLFile), sqldb.Options{Verified: d.Sealed(), Log: log})
	if err != nil {
		return err
	}
	settings, _ := os.ReadFile(d.Path(SettingsFile)) // most folders have none
	err = saveAll(ctx, Source{Dir: d, Log: store, SQL: db, Settings: settings, Version: version, Now: time.Now()}, write)
	if closed := db.Close(context.WithoutCancel(ctx)); closed != nil {
		return errors.Join(err, closed)
	}
	return errors.Join(err, d.Seal(datadir.SQLFile))
}

func saveAll(ctx context.Context, from Source, write func(*Backup) error) error {
	b, err := Begin(ctx, from)
	if err != nil {
		return err
	}
	return errors.Join(write(b), b.Close())
}
