package hub

import (
	"context"
	"time"

	"althing/fault"
	"althing/registry"
	"althing/value"
)

// askChanges is how one hub asks another what has changed behind a position. It is
// answered when something has, or after some seconds with nothing; so nothing
// crosses when nobody listens, and nothing has to be ended when a link is cut.
const askChanges = "registry.changes"

const (
	// longestLook is how long that waits: shorter than any question may take.
	longestLook = 25 * time.Second
	// largestBatch is after how many bytes the changes of one answer are enough.
	largestBatch = 256 << 10
)

// answerChanges answers askChanges.
func answerChanges(ctx context.Context, s *Session, params *value.Dict) (value.Value, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	text, _ := textOf(params, "pattern")
	pattern, err := registry.Compile(text)
	if err != nil {
		return nil, s.refuse(err)
	}
	given, _ := params.Get(value.Str("at"))
	at, ok := unpackPosition(given)
	seconds, _ := params.Get(value.Str("wait"))
	wait, is := seconds.(value.Float)
	if !ok || !is || !(wait >= 0) {
		return nil, s.refuse(fault.New(fault.Invalid, "the other hub asks for changes as this one does not understand; it may be of another version"))
	}
	ctx, cancel := context.WithTimeout(ctx, min(longestLook, time.Duration(min(float64(wait), longestLook.Seconds())*float64(time.Second))))
	defer cancel()
	return s.hub.changesBehind(ctx, at, pattern).pack(), nil
}

// changesBehind gives what is to be told next behind a position, when there is
// something or ctx is done.
func (h *Hub) changesBehind(ctx context.Context, at position, pattern *registry.Pattern) batch {
	now := h.state.Revision(registry.Values)
	restored := !at.anew && at.after > now // the hub is back from an old backup
	if restored {
		at = position{anew: true}
	}
	if at.anew && at.key == "" {
		at.fence = now
	}
	rung := make(chan struct{}, 1)
	w := &Watch{hub: h, pattern: pattern, pump: pump{start: h.crew.start, work: func() {
		select {
		case rung <- struct{}{}:
		default:
		}
	}}}
	h.crier.watch(w)
	defer h.crier.unwatch(w)
	for {
		all := at.anew
		news, some := h.behind(&at, pattern)
		news.Anew = news.Anew || restored
		switch {
		case some && (all || news.Anew):
			return batch{news, at}
		case some:
			return shortened(news, at)
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return batch{next: at}
		case <-h.stopping:
			return batch{next: at}
		}
	}
}

// batch is a part of what a watch tells, and the position behind it.
type batch struct {
	Changes
	next position
}

// shortened gives as many of the changes, which are in order, as one answer may
// have. Those of one revision stay together.
func shortened(news Changes, at position) batch {
	size := 0
	for i, change := range news.List {
		if size >= largestBatch && change.Rev != news.List[i-1].Rev {
			at.after = news.List[i-1].Rev
			news.List, news.After = news.List[:i], at.after
			break
		}
		size += len(change.Key)
		if !change.Deleted {
			size += value.Size(change.Value)
		}
	}
	return batch{news, at}
}

func (b batch) pack() value.Value {
	list := make(value.List, len(b.List))
	for i, change := range b.List {
		packed := value.List{value.Str(change.Key), value.Int(change.Rev)}
		if !change.Deleted {
			packed = append(packed, change.Value)
		}
		list[i] = packed
	}
	return value.DictOf("changes", list, "anew", value.Bool(b.Anew), "at", b.next.pack())
}

// unpackBatch reads what pack made; false: it is none.
func unpackBatch(v value.Value) (b batch, ok bool) {
	d, ok := v.(*value.Dict)
	if !ok {
		return b, false
	}
	at, _ := d.Get(value.Str("at"))
	if b.next, ok = unpackPosition(at); !ok {
		return b, false
	}
	anew, _ := d.Get(value.Str("anew"))
	b.Anew = anew == value.Bool(true)
	changes, _ := d.Get(value.Str("changes"))
	list, ok := changes.(value.List)
	for _, packed := range list {
		of, _ := packed.(value.List)
		if len(of) != 2 && len(of) != 3 {
			return b, false
		}
		key, isKey := of[0].(value.Str)
		rev, isRev := of[1].(value.Int)
		if !isKey || !isRev || rev < 0 {
			return b, false
		}
		change := registry.Change{Key: string(key), Rev: uint64(rev), Deleted: len(of) == 2}
		if !change.Deleted {
			change.Value = of[2]
		}
		b.List = append(b.List, change)
	}
	if !b.next.anew {
		b.After = b.next.after
	}
	return b, ok
}

func (p position) pack() value.Value {
	return value.List{value.Int(p.after), value.Bool(p.anew), value.Str(p.key), value.Int(p.fence)}
}

func unpackPosition(v value.Value) (p position, ok bool) {
	of, _ := v.(value.List)
	if len(of) != 4 {
		return p, false
	}
	after, isAfter := of[0].(value.Int)
	anew, isAnew := of[1].(value.Bool)
	key, isKey := of[2].(value.Str)
	fence, isFence := of[3].(value.Int)
	if !isAfter || !isAnew || !isKey || !isFence || after < 0 || fence < 0 {
		return p, false
	}
	return position{uint64(after), bool(anew), string(key), uint64(fence)}, true
}
