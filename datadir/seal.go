package datadir

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"althing/fault"
)

// The seal lists, at a clean stop, files that have no checks of their own, with
// their size and checksum: "size checksum name" a line, and last the checksum
// of the lines. Log and snapshots check themselves.

// crcTable is that of a checksum which finds every single flipped byte, and for
// which most processors have an instruction: several GB/s, so that only the
// disk slows a start with a large SQL file.
var crcTable = crc32.MakeTable(crc32.Castagnoli)

// maxSeal bounds what is read of a seal: a few names.
const maxSeal = 64 << 10

// Seal notes how those files are, at a clean stop. A file that is not there is
// noted as such.
func (d *Dir) Seal(names ...string) error {
	var lines bytes.Buffer
	for _, name := range names {
		size, sum, err := checksum(d.Path(name))
		if errors.Is(err, fs.ErrNotExist) {
			size, err = -1, nil
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%d %08x %s\n", size, sum, name)
	}
	fmt.Fprintf(&lines, "seal %08x\n", crc32.Checksum(lines.Bytes(), crcTable))
	return WriteFile(d.Path(sealFile), lines.Bytes())
}

func (d *Dir) breakSeal() error {
	err := os.Remove(d.Path(sealFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// A seal that a power cut brought back would call every later change damage.
	return errors.Join(err, SyncFolder(d.path))
}

// checkSeal compares the files with what was noted. Without a seal, after a
// crash, there is nothing to compare.
func (d *Dir) checkSeal() error {
	file, err := os.Open(d.Path(sealFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unusable(err, d.path, "cannot be read")
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxSeal))
	if err != nil {
		return unusable(err, d.path, "cannot be read")
	}
	seals, err := parseSeal(text)
	if err != nil {
		return d.damaged(sealFile)
	}
	for _, s := range seals {
		size, sum, err := checksum(d.Path(s.name))
		if errors.Is(err, fs.ErrNotExist) {
			size, sum, err = -1, 0, nil
		}
		if err != nil {
			return unusable(err, d.path, "cannot be read")
		}
		if size != s.size || sum != s.sum {
			return d.damaged(s.name)
		}
	}
	d.sealed = true
	return nil
}

func (d *Dir) damaged(name string) error {
	return fault.New(fault.Invalid, "the data folder '%s' is damaged: its file %s changed while no hub ran; 'althing repair --data %s' keeps what can be kept and says what is lost", d.path, name, d.path)
}

// sealed is a file as it was at the stop.
type sealed struct {
	name string
	size int64 // -1: it was not there
	sum  uint32
}

var errSeal = errors.New("no seal")

func parseSeal(text []byte) ([]sealed, error) {
	end := bytes.LastIndex(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) + 1
	var list []sealed
	lines := bufio.NewScanner(bytes.NewReader(text[:end]))
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), " ", 3)
		if len(fields) != 3 {
			return nil, errSeal
		}
		size, err1 := strconv.ParseInt(fields[0], 10, 64)
		sum, err2 := strconv.ParseUint(fields[1], 16, 32)
		if err1 != nil || err2 != nil || !filepath.IsLocal(fields[2]) {
			return nil, errSeal
		}
		list = append(list, sealed{fields[2], size, uint32(sum)})
	}
	want := fmt.Sprintf("seal %08x\n", crc32.Checksum(text[:end], crcTable))
	if lines.Err() != nil || string(text[end:]) != want {
		return nil, errSeal
	}
	return list, nil
}

func checksum(path string) (size int64, sum uint32, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = file.Close() }()
	h := crc32.New(crcTable)
	size, err = io.CopyBuffer(onlyWriter{h}, file, make([]byte, 1<<20))
	return size, h.Sum32(), err
}

// onlyWriter keeps io.CopyBuffer to the large buffer it was given.
type onlyWriter struct{ io.Writer }
