package journal

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A mark says that the log surely reached the disk up to a position. A log that
// ends before its mark has lost something; one that ends after it may be torn
// there, as a power cut leaves it.
const (
	markVersion = 1
	markSize    = 1 + positionSize + checksumSize
)

// markLag is how many seconds a record waits to be vouched for. The store syncs
// every second; a card that is asked for more than it can do may need some more.
const markLag = 5

// marks moves the mark after the log. While nothing is written no timer runs.
type marks struct {
	tick    <-chan time.Time
	ticker  *time.Ticker
	history [markLag]position // at the last ticks, oldest first
}

func (m *marks) init(at position) {
	for i := range m.history {
		m.history[i] = at
	}
}

// moved hears of every record.
func (m *marks) moved() {
	if m.ticker == nil {
		m.ticker = time.NewTicker(time.Second)
		m.tick = m.ticker.C
	}
}

// mark writes the position of some seconds ago.
func (j *Journal) mark() {
	m := &j.marks
	old := m.history[0]
	copy(m.history[:], m.history[1:])
	m.history[markLag-1] = j.at
	if m.history[0] != old {
		j.writeMark(m.history[0])
	}
	if m.history[0] == j.at {
		m.stop()
	}
}

func (m *marks) stop() {
	if m.ticker != nil {
		m.ticker.Stop()
		m.ticker, m.tick = nil, nil
	}
}

// lastMark vouches for everything.
func (j *Journal) lastMark() {
	j.marks.stop()
	j.writeMark(j.at)
}

func (j *Journal) writeMark(at position) {
	if err := j.store.Mark(context.Background(), appendMark(nil, at)); err != nil {
		j.o.Log.Warn("how far the log is safe could not be noted", "err", err)
	}
}

func appendMark(dst []byte, at position) []byte {
	start := len(dst)
	dst = appendPosition(append(dst, markVersion), at)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// parseMark gives the position of a mark that is whole. One that is not vouches
// for nothing: its sector may have been written when the power went.
func parseMark(mark []byte) (position, bool) {
	if len(mark) != markSize || mark[0] != markVersion {
		return position{}, false
	}
	content, sum := mark[:markSize-checksumSize], mark[markSize-checksumSize:]
	if binary.LittleEndian.Uint32(sum) != crc32.Checksum(content, castagnoli) {
		return position{}, false
	}
	return takePosition(content[1:]), true
}

// furthest gives the mark that vouches for most; the zero position if none does.
func furthest(marks [][]byte) position {
	var best position
	for _, m := range marks {
		if at, ok := parseMark(m); ok && at.number >= best.number {
			best = at
		}
	}
	return best
}
