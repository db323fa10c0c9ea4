package jetstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"sync"
)

// witness is a small file that says up to which sequence all records are on
// disk. It lies outside of the server's folder: when records are missing at the
// end of the log, it tells what a power cut took from what was damaged later.
//
//	 0  1  version, 1
//	 1  8  count of the entry
//	 9  8  sequence
//	17  4  CRC-32C of the 17 bytes before
//
// Two entries, each at the start of a sector of its own, are written in turn and
// not synced but at the end: after a power cut an older one may be there, or only
// one of them, and that says less but nothing wrong.
type witness struct {
	mu    sync.Mutex
	file  *os.File
	count uint64 // of the newest entry
	seq   uint64 // in it
}

const (
	witnessVersion = 1
	witnessEntry   = 1 + 8 + 8 + 4
	witnessSector  = 4096 // of most disks; of the others a multiple of theirs
	witnessSize    = 2 * witnessSector
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// readWitness gives the newest whole entry of the file; zeros when there is none.
func readWitness(path string) (count, seq uint64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	for at := range int64(2) {
		var e [witnessEntry]byte
		if _, err := f.ReadAt(e[:], at*witnessSector); errors.Is(err, io.EOF) {
			continue
		} else if err != nil {
			return 0, 0, err
		}
		if c, s, ok := parseEntry(e[:]); ok && c >= count {
			count, seq = c, s
		}
	}
	return count, seq, nil
}

func parseEntry(e []byte) (count, seq uint64, ok bool) {
	le := binary.LittleEndian
	ok = e[0] == witnessVersion && le.Uint32(e[17:]) == crc32.Checksum(e[:17], castagnoli)
	return le.Uint64(e[1:]), le.Uint64(e[9:]), ok
}

// openWitness opens the file, new or not, to write on.
func openWitness(path string) (*witness, error) {
	count, seq, err := readWitness(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	// The room for both entries is taken now: a full disk must not stop them.
	info, err := f.Stat()
	if err == nil && info.Size() < witnessSize {
		_, err = f.WriteAt(make([]byte, witnessSize-info.Size()), info.Size())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &witness{file: f, count: count, seq: seq}, nil
}

// vouched is the sequence up to which the records are on disk.
func (w *witness) vouched() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seq
}

// vouch says that the records up to seq are on disk; w.mu is held.
func (w *witness) vouch(seq uint64) error {
	w.count++
	var e [witnessEntry]byte
	le := binary.LittleEndian
	e[0] = witnessVersion
	le.PutUint64(e[1:], w.count)
	le.PutUint64(e[9:], seq)
	le.PutUint32(e[17:], crc32.Checksum(e[:17], castagnoli))
	if _, err := w.file.WriteAt(e[:], int64(w.count%2)*witnessSector); err != nil {
		return err
	}
	w.seq = seq
	return nil
}

func (w *witness) close() error {
	return errors.Join(w.file.Sync(), w.file.Close())
}
