package jetstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"althing/fault"
	"althing/journal"
)

// line is a connection to the stream.
type line struct {
	conn   *nats.Conn
	stream jetstream.Stream
	inbox  string         // acknowledgements come to subjects below it
	acks   chan *nats.Msg // of the one record in flight, and of those given up
}

// connect makes sure of the stream and of a line to it.
func (s *Store) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	conn := s.engine.Conn()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	stream, err := s.meta.open(ctx, js, s.o.MaxBytes)
	if err != nil {
		return err
	}
	l := &line{conn: conn, stream: stream, inbox: nats.NewInbox(), acks: make(chan *nats.Msg, 16)}
	if _, err := conn.ChanSubscribe(l.inbox+".*", l.acks); err != nil {
		return err
	}
	s.line.Store(l)
	state := stream.CachedInfo().State
	s.stored.Store(state.LastSeq)
	s.since.Store(int64(state.Bytes)) // too much, until the next snapshot
	return nil
}

// writer is what Append uses from call to call.
type writer struct {
	count     uint64 // of the record in flight
	timer     *time.Timer
	down      bool      // the engine has to be restarted before anything else
	restarted time.Time // last
	looked    time.Time // last, at the free space
	free      int64     // then, less what was written since
}

// Append implements journal.Store.
func (s *Store) Append(ctx context.Context, expectLast uint64, data []byte) (uint64, error) {
	if err := s.room(len(data)); err != nil {
		return 0, err
	}
	if s.writer.down {
		if err := s.restart(ctx); err != nil {
			return 0, err
		}
	}
	seq, err := s.publish(ctx, expectLast, data)
	if err == nil {
		s.stored.Store(seq)
		s.since.Add(int64(len(data)))
		return seq, nil
	}
	if !errors.Is(err, errSilent) {
		return 0, err
	}
	s.o.Log.Warn("the log does not answer; the engine is started again", "err", err)
	s.writer.down = true
	if err := s.restart(ctx); err != nil {
		return 0, err
	}
	return 0, err
}

// errSilent means that the stream does not take part any more: the server has
// met a full disk or another error of the file system.
var errSilent = errors.New("no answer")

// publish sends the record and waits for the acknowledgement. A request of the
// library costs twice as much: it makes a channel, a context and a map entry a
// call.
func (s *Store) publish(ctx context.Context, expectLast uint64, data []byte) (uint64, error) {
	l, w := s.line.Load(), &s.writer
	w.count++
	reply := l.inbox + "." + strconv.FormatUint(w.count, 36)
	msg := nats.Msg{
		Subject: subject,
		Reply:   reply,
		Header:  nats.Header{jetstream.ExpectedLastSeqHeader: {strconv.FormatUint(expectLast, 10)}},
		Data:    data,
	}
	if err := l.conn.PublishMsg(&msg); err != nil {
		return 0, fmt.Errorf("%w: %w", errSilent, err)
	}
	if w.timer == nil {
		w.timer = time.NewTimer(s.o.Patience)
	} else {
		w.timer.Reset(s.o.Patience)
	}
	defer w.timer.Stop()
	for {
		select {
		case m := <-l.acks:
			if m.Subject == reply {
				return acknowledged(m)
			}
		case <-w.timer.C:
			return 0, fmt.Errorf("%w within %v", errSilent, s.o.Patience)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// The server's codes for want of room.
const (
	codeNoResources  = 10023
	codeNoStorage    = 10047
	codeStoreFailed  = 10077 // with MaxBytes reached
	codeWrongLastSeq = 10071
)

// acknowledged reads the server's answer.
func acknowledged(m *nats.Msg) (uint64, error) {
	if len(m.Data) == 0 {
		return 0, fmt.Errorf("%w: the stream is not there", errSilent)
	}
	var ack struct {
		Seq   uint64 `json:"seq"`
		Error *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(m.Data, &ack); err != nil {
		return 0, fmt.Errorf("acknowledgement %q: %w", m.Data, err)
	}
	if ack.Error == nil {
		return ack.Seq, nil
	}
	err := errors.New(ack.Error.Description)
	switch ack.Error.Code {
	case codeWrongLastSeq:
		return 0, journal.ErrMoved
	case codeNoResources, codeNoStorage, codeStoreFailed:
		return 0, fault.Wrap(err, fault.Full, "the log has no room; nothing was changed, reading goes on")
	}
	return 0, fault.Wrap(err, fault.Unavailable, "the log refuses to write")
}

// restartEvery is how long nothing is tried after a restart that did not help:
// each costs some milliseconds of work, and writers may come by the thousand.
const restartEvery = time.Second

// restart starts the engine again, on files that were looked at. Nothing that
// was in flight can be stored any more after it.
func (s *Store) restart(ctx context.Context) error {
	if wait := restartEvery - time.Since(s.writer.restarted); wait > 0 {
		return fault.New(fault.Unavailable, "the log cannot be written; nothing was changed, reading goes on")
	}
	s.writer.restarted = time.Now()
	if err := s.engine.Restart(s.check); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.writer.down = false
	s.o.Log.Info("the engine is up again")
	return nil
}

// lookEvery is how long a look at the free space holds, when it was far from
// what has to stay free; nearIt is how far.
const (
	lookEvery = 100 * time.Millisecond
	nearIt    = 8 << 20
)

// room refuses records when the disk has no more room than the next snapshot may
// need: what the last one had and all that came since.
func (s *Store) room(size int) error {
	if s.o.Free == nil {
		return nil
	}
	w := &s.writer
	need := s.o.Reserve + s.snapshots.newest.Load() + s.since.Load() + int64(size)
	if now := time.Now(); now.Sub(w.looked) > lookEvery || w.free < need+nearIt {
		free, err := s.o.Free()
		if err != nil {
			return fault.Wrap(err, fault.Unavailable, "the free space in %s is not known", s.o.Dir)
		}
		w.looked, w.free = now, free
	}
	if w.free < need {
		return fault.New(fault.Full, "the disk is full: %d MB are free and %d MB are kept for a snapshot; nothing was changed, reading goes on", w.free>>20, need>>20)
	}
	w.free -= int64(size)
	return nil
}
