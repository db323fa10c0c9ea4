package session

import (
	"bufio"
	"context"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

const (
	// backupChannel is the channel whose handler writes a backup.
	backupChannel = "Backup"
	// connectWithin is how long a client may take to connect to it.
	connectWithin = 10 * time.Second
	// stalled is how long a client may take nothing of a backup, which holds on to
	// what the hub could otherwise give up.
	stalled = 30 * time.Second
	// backupBuffer makes large writes of small ones; what fills it keeps a
	// processor for 0.1 ms.
	backupBuffer = 128 << 10
)

// saving is a backup that is being made for a client. Whoever claims it first
// ends it: the handler of the channel, or nobody came.
type saving struct {
	client  *althing.Conn
	backup  *hub.Backup
	claimed chan struct{}
	taken   atomic.Bool
	done    chan struct{}
	err     error // when done is closed
}

func (v *saving) claim() bool {
	if v.taken.Swap(true) {
		return false
	}
	close(v.claimed)
	return true
}

// finish ends the backup, for one who has claimed it.
func (v *saving) finish(err error) {
	if closed := v.backup.Close(); err == nil {
		err = closed
	}
	v.err = err
	close(v.done)
}

// expire ends the backup when nobody comes for it.
func (v *saving) expire(stopping <-chan struct{}) {
	late := time.NewTimer(connectWithin)
	defer late.Stop()
	select {
	case <-v.claimed:
	case <-late.C:
	case <-stopping:
	}
	if v.claim() {
		v.finish(fault.New(fault.Timeout, "nobody connected to the channel %s within %v", backupChannel, connectWithin))
	}
}

// backupBegin begins a backup, which can be read from the channel that it names.
func (s *Server) backupBegin(ctx context.Context, conn *althing.Conn, _ *value.Dict) (althing.Answer, error) {
	if err := s.openBackups(); err != nil {
		return done, err
	}
	v := &saving{client: conn, claimed: make(chan struct{}), done: make(chan struct{})}
	err := linkOf(ctx).use(func(session *hub.Session) (err error) {
		v.backup, err = session.Backup(ctx)
		return err
	})
	if err != nil {
		return done, err
	}
	s.saving.Store(v)
	go v.expire(s.hub.Stopping())
	return answer(
		member("channel", value.Str(backupChannel)), member("total", value.Int(v.backup.Total)),
		member("revision", value.Int(v.backup.Head.Revision)),
	)
}

// openBackups opens the channel at its first use: most hubs need no further port.
func (s *Server) openBackups() error {
	s.opening.Lock()
	defer s.opening.Unlock()
	if _, open := s.server.Channel(backupChannel); open {
		return nil
	}
	return s.server.OpenChannel(althing.Channel{Name: backupChannel, Handle: s.writeBackup})
}

// writeBackup is the channel's handler: only who has begun the backup gets it.
func (s *Server) writeBackup(ctx context.Context, nc net.Conn, client *althing.Conn) {
	v := s.saving.Load()
	if v == nil || v.client != client || !v.claim() {
		return
	}
	out := bufio.NewWriterSize(impatient{nc}, backupBuffer)
	err := v.backup.Write(ctx, out)
	if err == nil {
		err = out.Flush()
	}
	v.finish(err)
}

// impatient is a connection whose other side has to go on reading.
type impatient struct{ net.Conn }

// Write implements io.Writer.
func (c impatient) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(stalled)); err != nil {
		return 0, err
	}
	runtime.Gosched() // whoever asks the hub something comes first
	return c.Conn.Write(p)
}

// backupEnd waits for the end of the client's backup, and says how it was.
func (s *Server) backupEnd(ctx context.Context, conn *althing.Conn, _ *value.Dict) (althing.Answer, error) {
	v := s.saving.Load()
	if v == nil || v.client != conn {
		return done, fault.New(fault.NotFound, "this client has begun no backup")
	}
	select {
	case <-v.done:
		return done, v.err
	case <-ctx.Done():
		return done, ctx.Err()
	}
}
