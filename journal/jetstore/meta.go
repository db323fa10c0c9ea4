package jetstore

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go/jetstream"

	"althing/engine"
	"althing/fault"
	"althing/journal"
)

// meta is the stream's configuration in the server's two files. A server that
// finds it changed leaves the stream out and says so only in its log.
type meta struct{ dir string }

func (m meta) files() (info, sum string) {
	return filepath.Join(m.dir, "meta.inf"), filepath.Join(m.dir, "meta.sum")
}

// check refuses a changed configuration. While nothing was ever synced, it may
// be the first start that was cut short: then the stream begins anew.
func (m meta) check(synced uint64) error {
	if _, err := os.Stat(m.dir); errors.Is(err, fs.ErrNotExist) {
		if synced > 0 {
			return journal.Damaged("the folder %s is missing", m.dir)
		}
		return nil
	}
	info, sum := m.files()
	content, err := readIfThere(info)
	if err != nil {
		return err
	}
	want, err := readIfThere(sum)
	if err != nil {
		return err
	}
	h := newHash(streamName)
	_, _ = h.Write(content)
	switch {
	case len(content) > 0 && hex.EncodeToString(h.Sum(nil)) == string(want):
		return nil
	case synced > 0:
		return journal.Damaged("%s or the file beside it is changed", info)
	}
	return os.RemoveAll(m.dir)
}

// readIfThere gives a file's content, nothing for a file that is not there.
func readIfThere(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// open gives the stream, which it makes where there is none.
func (m meta) open(ctx context.Context, js jetstream.JetStream, maxBytes int64) (jetstream.Stream, error) {
	want := jetstream.StreamConfig{
		Name:       streamName,
		Subjects:   []string{subject},
		Storage:    jetstream.FileStorage,
		MaxBytes:   maxBytes,
		MaxMsgSize: engine.MaxPayload,
		Discard:    jetstream.DiscardNew, // refuse, never forget
		DenyDelete: true,
	}
	stream, err := js.Stream(ctx, streamName)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		if _, err := os.Stat(m.dir); err == nil {
			// The server would begin an empty log over what is there.
			return nil, fault.New(fault.Unavailable, "the engine does not take the log in %s; its reason is in the log", m.dir)
		}
		stream, err = js.CreateStream(ctx, want)
	case err == nil && stream.CachedInfo().Config.MaxBytes != maxBytes:
		stream, err = js.UpdateStream(ctx, want)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the log's stream cannot be opened")
	}
	return stream, nil
}

// sync brings the configuration to the disk, and the names of all folders above
// the blocks. The server does not.
func (m meta) sync() error {
	info, sum := m.files()
	if err := errors.Join(syncFile(info), syncFile(sum)); err != nil {
		return err
	}
	for dir := m.dir; ; dir = filepath.Dir(dir) {
		if err := syncDir(dir); err != nil {
			return err
		}
		if filepath.Base(dir) == "jetstream" {
			return syncDir(filepath.Dir(dir))
		}
	}
}
