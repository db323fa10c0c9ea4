package althing

import "althing/wire"

// Tracer is told each frame of a conn: sent, or read. It must not block, and a frame
// is not its to change.
type Tracer func(sent bool, f wire.Frame)

// Trace has t told of every frame from now on, in place of the one before; nil ends
// that. While there is none it costs nothing. Frames of channels are not told, nor
// what was said when the client registered.
func (c *Conn) Trace(t Tracer) {
	if t == nil {
		c.tracer.Store(nil)
		return
	}
	c.tracer.Store(&t)
}

func (c *Conn) traced() bool { return c.tracer.Load() != nil }

func (c *Conn) trace(sent bool, f wire.Frame) {
	if t := c.tracer.Load(); t != nil {
		(*t)(sent, f)
	}
}
