package web

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"althing/hub"
)

// source tells of one topic, to all who hear it with the same role: first what there
// is, then what changes. Its methods may be called concurrently.
type source struct {
	feed    *feed
	key     sourceKey
	kind    *topicKind
	about   string       // what the topic has behind the name of its kind
	session *hub.Session // of run's goroutine
	end     context.CancelFunc

	mu        sync.Mutex
	listeners map[*listener]struct{}
	known     memory // nil: nothing is known yet
	state     *event // tells of what is known; nil: it has changed since
	ended     *event
}

// memory is what a source knows, for those who come later.
type memory interface {
	// appendState appends the data of the event state.
	appendState(dst []byte) []byte
}

// event is something that is told, encoded once for all who hear it.
type event struct {
	number uint64
	text   []byte // JSON without line breaks
	state  bool   // it tells of all that is known
}

// appendTo appends it as an event of a stream.
func (e *event) appendTo(dst []byte) []byte {
	dst = strconv.AppendUint(append(dst, "id: "...), e.number, 10)
	return append(append(append(dst, "\ndata: "...), e.text...), "\n\n"...)
}

// appendFrame appends it as a frame of a WebSocket (RFC 6455, 5.2).
func (e *event) appendFrame(dst []byte) []byte {
	const finalText, in16, in64 = 0x81, 126, 127
	switch size := len(e.text); {
	case size < in16:
		dst = append(dst, finalText, byte(size))
	case size < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, finalText, in16), uint16(size))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, finalText, in64), uint64(size))
	}
	return append(dst, e.text...)
}

// stateEvent is what every topic begins with.
const stateEvent = "state"

// enter makes a listener hear the source. The caller holds the feed's mu.
func (s *source) enter(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[l] = struct{}{}
	switch {
	case s.ended != nil:
		l.push(nil, s.ended)
	case s.known != nil:
		l.push(s, s.current())
	}
}

// leave ends that, and says how many are left. The caller holds the feed's mu.
func (s *source) leave(l *listener) (left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
	return len(s.listeners)
}

// current gives the state. The caller holds mu.
func (s *source) current() *event {
	if s.state == nil {
		s.state = s.encode(stateEvent, s.known.appendState(nil))
		s.state.state = true
	}
	return s.state
}

// begin says what is known from now on, to all.
func (s *source) begin(known memory) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.state = known, nil
	if len(s.listeners) > 0 {
		s.tellAll(s.current())
	}
}

// forget says that nothing is known until the next begin.
func (s *source) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.state = nil, nil
}

// note changes what is known, for those who come later only.
func (s *source) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.state = nil
}

// tell tells all of something, with data in JSON. change notes it in what is known.
func (s *source) tell(name string, data []byte, change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.state = nil
	if len(s.listeners) > 0 {
		s.tellAll(s.encode(name, data))
	}
}

// failed tells all why nothing more is told.
func (s *source) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = s.feed.problem(s.key.topic, err)
	for l := range s.listeners {
		l.push(nil, s.ended)
	}
}

// over reports whether it has ended.
func (s *source) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended != nil
}

// tellAll hands an event to all. The caller holds mu.
func (s *source) tellAll(e *event) {
	for l := range s.listeners {
		l.push(s, e)
	}
}

func (s *source) encode(name string, data []byte) *event {
	topic := quoted(s.key.topic)
	text := make([]byte, 0, len(topic)+len(name)+len(data)+len(`{"topic":,"event":"","data":}`))
	text = append(append(text, `{"topic":`...), topic...)
	text = append(append(text, `,"event":"`...), name...)
	text = append(append(text, `","data":`...), data...)
	return s.feed.event(append(text, '}'))
}

// problem is the event that says why a topic ends, or a subscription is none; topic
// may be empty.
func (f *feed) problem(topic string, err error) *event {
	p, cause := problemOf(err)
	if cause != nil {
		f.log.Error("web: a live topic has failed", "topic", topic, "error", cause)
	}
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	text, _ := json.Marshal(struct { // of texts and a number: it can be written
		Topic   string  `json:"topic,omitempty"`
		Problem problem `json:"problem"`
	}{topic, p})
	return f.event(text)
}

// event makes an event of a JSON text without line breaks.
func (f *feed) event(text []byte) *event { return &event{number: f.events.Add(1), text: text} }

func quoted(text string) []byte {
	q, _ := json.Marshal(text) // every text can be
	return q
}
