package sqldb

import (
	"context"
	"errors"
	"sync"
	"time"

	"althing/fault"
)

// pool is some connections that take turns. A turn is a place in a channel: a
// connection, or nil for one that is yet to be opened.
type pool struct {
	turns chan *conn
	open  func() (*conn, error)

	mu   sync.Mutex
	busy map[*conn]struct{} // those that Close may have to stop
}

func newPool(n int, open func() (*conn, error)) *pool {
	p := &pool{turns: make(chan *conn, n), open: open, busy: make(map[*conn]struct{}, n)}
	for range n {
		p.turns <- nil
	}
	return p
}

// take waits for a turn, and gives it back with p.give.
func (db *DB) take(ctx context.Context, p *pool) (*conn, error) {
	c, err := db.turn(ctx, p)
	if err != nil {
		return nil, err
	}
	if c == nil {
		if c, err = p.open(); err != nil {
			p.turns <- nil
			return nil, err
		}
	}
	p.mu.Lock()
	p.busy[c] = struct{}{}
	p.mu.Unlock()
	return c, nil
}

func (db *DB) turn(ctx context.Context, p *pool) (*conn, error) {
	select {
	case <-db.done:
		return nil, errClosed
	default:
	}
	select {
	case c := <-p.turns:
		return c, nil
	default:
	}
	patience := time.NewTimer(db.o.Wait)
	defer patience.Stop()
	select {
	case c := <-p.turns:
		return c, nil
	case <-db.done:
		return nil, errClosed
	case <-ctx.Done():
		return nil, gaveUp(ctx)
	case <-patience.C:
		return nil, fault.New(fault.Timeout, "SQL was busy with others for %v; try again", db.o.Wait)
	}
}

// give ends a turn. A connection that is broken is closed, and its place opens
// a new one.
func (p *pool) give(c *conn) {
	p.mu.Lock()
	delete(p.busy, c)
	p.mu.Unlock()
	if c.broken {
		_ = c.close()
		c = nil
	}
	p.turns <- c
}

// interrupt stops what is running.
func (p *pool) interrupt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.busy {
		c.Interrupt()
	}
}

// close waits for every turn to end and closes the connections.
func (p *pool) close() error {
	var errs []error
	for range cap(p.turns) {
		if c := <-p.turns; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}
