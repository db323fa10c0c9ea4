package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// progressAfter is how long a work may take without a word about how far it is.
	progressAfter = time.Second
	// redrawEvery is how often a terminal is told.
	redrawEvery = 200 * time.Millisecond
	// lineEvery is how often anything else is: a log must not fill with it.
	lineEvery = 10 * time.Second
	// remainingAfter is how much has to be done before it can be said how long the
	// rest takes, as a part of the whole.
	remainingAfter = 0.05
)

// progress tells how far a long work is: on a terminal in one line that is drawn
// again and again, elsewhere in a line now and then. Nothing else may be written
// there until its end. add may be called by any goroutine.
type progress struct {
	what     string
	of       func(int64) string // how an amount is worded; nil: it is unknown
	total    atomic.Int64       // 0: not known
	done     atomic.Int64
	out      io.Writer
	terminal *screen // nil: out is none that can be drawn on
	begun    time.Time
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// newProgress begins to tell of a work: of whose amount is worded how, nil when
// nobody counts; total may be set later.
func newProgress(out io.Writer, what string, of func(int64) string, total int64) *progress {
	p := &progress{what: what, of: of, out: out, begun: time.Now(), stop: make(chan struct{})}
	p.total.Store(total)
	if s, ok := out.(*screen); ok && os.Getenv("TERM") != "dumb" {
		p.terminal = s
	}
	p.stopped.Go(p.run)
	return p
}

// add counts what was done.
func (p *progress) add(n int64) { p.done.Add(n) }

// end stops telling and leaves an empty line.
func (p *progress) end() {
	close(p.stop)
	p.stopped.Wait()
}

func (p *progress) run() {
	wait := lineEvery
	if p.terminal != nil {
		wait = progressAfter
	}
	again := time.NewTimer(wait)
	defer again.Stop()
	drawn := false
	for {
		select {
		case <-p.stop:
			if drawn {
				p.terminal.draw("")
			}
			return
		case <-again.C:
		}
		text := p.text(time.Since(p.begun))
		if p.terminal == nil {
			fmt.Fprintln(p.out, text)
			again.Reset(lineEvery)
			continue
		}
		p.terminal.draw(text)
		drawn = true
		again.Reset(redrawEvery)
	}
}

// text is how far it is, in one line.
func (p *progress) text(since time.Duration) string {
	done, total := p.done.Load(), p.total.Load()
	switch {
	case p.of == nil:
		return fmt.Sprintf("%s: still at work after %v", p.what, since.Round(time.Second))
	case total <= 0:
		return fmt.Sprintf("%s: %s", p.what, p.of(done))
	}
	part := min(1, float64(done)/float64(total))
	text := fmt.Sprintf("%s: %d %% of %s", p.what, int(part*100), p.of(total))
	if part >= remainingAfter && part < 1 {
		rest := time.Duration(float64(since) * (1 - part) / part)
		text += fmt.Sprintf(", about %v left", max(rest, time.Second).Round(time.Second))
	}
	return text
}

// counts is a writer that counts.
type counts struct{ p *progress }

// Write implements io.Writer.
func (c counts) Write(b []byte) (int, error) {
	c.p.add(int64(len(b)))
	return len(b), nil
}
