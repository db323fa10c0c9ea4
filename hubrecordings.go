package althing

import (
	"context"
	"time"

	"althing/value"
)

// Recording is a pattern: what numbers the hub's shared values are whose keys match
// is recorded by the hub, every second.
type Recording struct {
	Pattern string
	Since   time.Time
	Numbers int  // that are recorded now
	Full    bool // the hub records as many as it can, and more match
}

// Record has the hub record the numbers among the values whose keys match a pattern,
// from now on and after its restarts. One that is there already goes on.
func (c *Client) Record(ctx context.Context, pattern string) (Recording, error) {
	r, err := c.callText(ctx, "recording.start", "pattern", pattern)
	if err != nil {
		return Recording{}, err
	}
	made := recordingOf(r)
	return made, r.err
}

// StopRecording ends that, for the same pattern. What was recorded stays.
func (c *Client) StopRecording(ctx context.Context, pattern string) error {
	_, err := c.callText(ctx, "recording.stop", "pattern", pattern)
	return err
}

// Recordings gives all of the hub's, in the order of their patterns.
func (c *Client) Recordings(ctx context.Context) ([]Recording, error) {
	r, err := c.call(ctx, "recording.list")
	if err != nil {
		return nil, err
	}
	all := items(r, "recordings", func(v value.Value) (Recording, bool) {
		of, ok := v.(*value.Dict)
		if !ok {
			return Recording{}, false
		}
		one := result{members: of}
		return recordingOf(&one), one.err == nil
	})
	return all, r.err
}

func recordingOf(r *result) Recording {
	made := Recording{
		Pattern: string(field[value.Str](r, "pattern")), Numbers: int(field[value.Int](r, "numbers")), Full: bool(optional[value.Bool](r, "full")),
	}
	var ok bool
	if made.Since, ok = moment(r.any("since")); !ok {
		r.strange("since")
	}
	return made
}
