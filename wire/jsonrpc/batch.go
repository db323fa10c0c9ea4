package jsonrpc

import (
	"strconv"
	"strings"

	"althing/fault"
	"althing/wire"
)

const (
	// maxBatch is the objects of one batch: all are read before the first is
	// answered.
	maxBatch = 1000
	// maxBatchAnswers is the bytes of the answers that are kept on a connection
	// until the last of their batch is there: of all its batches together, for a
	// client may have begun many that wait for one slow answer each.
	maxBatchAnswers = 4 * wire.MaxFrame
)

// batch is a batch that was read, while answers to it are missing.
type batch struct {
	missing int
	answers []byte // behind one another, with commas
}

// batchMark stands between a question's id and the number of its batch. No id
// has it: a line ends there.
const batchMark = "\n"

// inBatch takes apart the ID of a question that came in a batch.
func inBatch(id string) (own, number string, ok bool) {
	return strings.Cut(id, batchMark)
}

// readBatch reads the frames of a batch.
func (c *codec) readBatch(line []byte) []wire.Frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.number++
	number := strconv.Itoa(c.number)
	b := &batch{}
	var frames []wire.Frame
	err := elements(line, func(raw []byte) error {
		if len(frames) == maxBatch {
			return fault.New(fault.Limit, "a batch may have %d objects", maxBatch)
		}
		f := decode(raw)
		if f.ID != "" && f.Kind != wire.Answer {
			b.missing++
			f.ID += batchMark + number
		}
		frames = append(frames, f)
		return nil
	})
	switch {
	case fault.Is(err, fault.Limit):
		return []wire.Frame{wrong(noID, errFrame, err)}
	case err != nil:
		return []wire.Frame{wrong(noID, errParse, err)}
	case len(frames) == 0:
		return []wire.Frame{wrong(noID, errFrame, fault.New(fault.Invalid, "a batch has at least one object"))}
	}
	if b.missing > 0 {
		if c.batches == nil {
			c.batches = make(map[string]*batch)
		}
		c.batches[number] = b
	}
	return frames
}

// appendInBatch keeps an answer until it is the last of its batch, and then
// appends them all.
func (c *codec) appendInBatch(dst []byte, f wire.Frame, id, number string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.batches[number]
	if b == nil {
		return dst // an answer too many
	}
	if c.kept > maxBatchAnswers {
		f = wire.Frame{Kind: wire.Answer, Err: fault.New(fault.Limit, "the answers of unfinished batches may have %d bytes", maxBatchAnswers)}
	}
	before := len(b.answers)
	if len(b.answers) > 0 {
		b.answers = append(b.answers, ',')
	}
	b.answers = appendAnswer(b.answers, f, id)
	c.kept += len(b.answers) - before
	if b.missing--; b.missing > 0 {
		return dst
	}
	c.kept -= len(b.answers)
	delete(c.batches, number)
	dst = append(append(dst, '['), b.answers...)
	return append(dst, "]\n"...)
}
