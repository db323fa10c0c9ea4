package althing

import (
	"context"
	"errors"
	"io"

	"althing/fault"
	"althing/value"
)

// Backup writes everything that the hub keeps to w, as one file whose form
// docs/backup.md describes; the client must be an administrator's. begun is told
// about how many bytes it will have, before the first of them is written. After
// an error what was written is no backup.
func (c *Client) Backup(ctx context.Context, w io.Writer, begun func(total int64)) error {
	r, err := c.call(ctx, "backup.begin")
	if err != nil {
		return err
	}
	channel, total := string(field[value.Str](r, "channel")), int64(field[value.Int](r, "total"))
	if r.err != nil {
		return r.err
	}
	nc, err := c.OpenChannel(ctx, channel)
	if err != nil {
		return err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	begun(total)
	// A file would have its own way to read a connection, without a large buffer.
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{nc}, make([]byte, backupBuffer))
	nc.Close()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	// The hub knows better why it has ended before its time.
	_, ended := c.call(ctx, "backup.end")
	if refused, ok := errors.AsType[*fault.Error](ended); ok {
		return refused
	}
	return errors.Join(err, ended)
}

// backupBuffer is how much is read of a backup at a time.
const backupBuffer = 256 << 10
