package jetstore

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"althing/fault"
	"althing/journal"
)

// Last implements journal.Store.
func (s *Store) Last(ctx context.Context) (journal.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	stream := s.line.Load().stream
	info, err := stream.Info(ctx)
	if err != nil {
		return journal.Record{}, unread(err)
	}
	last := journal.Record{Seq: info.State.LastSeq}
	if info.State.Msgs == 0 {
		return last, nil
	}
	msg, err := stream.GetMsg(ctx, last.Seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return last, nil
	case err != nil:
		return journal.Record{}, unread(err)
	}
	last.Data = msg.Data
	return last, nil
}

func unread(err error) error {
	return fault.Wrap(err, fault.Unavailable, "the log cannot be read")
}

const (
	// readAhead is how many bytes of records the server may send before they
	// are asked for again: some records of the longest kind, thousands of usual
	// ones. The server closes a connection with 64 MiB waiting.
	readAhead = 8 << 20

	// readIdle is when the server forgets a reader that went away.
	readIdle = 30 * time.Second
)

// Read implements journal.Store.
func (s *Store) Read(ctx context.Context, after uint64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		if err := s.read(ctx, after, yield); err != nil {
			yield(journal.Record{}, unread(err))
		}
	}
}

func (s *Store) read(ctx context.Context, after uint64, yield func(journal.Record, error) bool) error {
	stream := s.line.Load().stream
	info, err := stream.Info(ctx)
	if err != nil {
		return err
	}
	last := info.State.LastSeq
	if info.State.Msgs == 0 || last <= after {
		return nil
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       after + 1,
		AckPolicy:         jetstream.AckNonePolicy,
		MemoryStorage:     true,
		Replicas:          1,
		InactiveThreshold: readIdle,
	})
	if err != nil {
		return err
	}
	defer func() {
		// It would go by itself; this only sooner.
		_ = stream.DeleteConsumer(context.WithoutCancel(ctx), consumer.CachedInfo().Name)
	}()
	messages, err := consumer.Messages(jetstream.PullMaxBytes(readAhead))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for seq := after; seq < last; {
		msg, err := messages.Next(jetstream.NextMaxWait(s.o.Patience))
		if err != nil {
			return err
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		if seq = meta.Sequence.Stream; seq > last {
			return nil
		}
		if !yield(journal.Record{Seq: seq, Data: msg.Data()}, nil) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
