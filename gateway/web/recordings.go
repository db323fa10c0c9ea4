package web

import (
	"net/http"
	"time"

	"althing/access"
	"althing/hub"
	"althing/value"
)

// recordingOperations are which shared values are recorded.
var recordingOperations = []operation{
	{method: http.MethodGet, path: "/recordings", act: access.Read, summary: "Which shared values are recorded, as the metrics registry.KEY", params: []param{hubParam}, out: recordingsOut{}, run: getRecordings},
	{method: http.MethodPut, path: "/recordings/{pattern}", act: access.Record, summary: "Record the numbers among the values whose keys match, from now on", params: []param{hubParam}, out: recordingOut{}, run: putRecording},
	{method: http.MethodDelete, path: "/recordings/{pattern}", act: access.Record, summary: "Record them no more; what was recorded stays", params: []param{hubParam}, run: deleteRecording},
}

type recordingsOut struct {
	Recordings []recordingOut `json:"recordings"`
}

type recordingOut struct {
	Pattern string     `json:"pattern"`
	Since   *time.Time `json:"since"`
	Numbers int64      `json:"numbers" help:"that are recorded now"`
	Full    bool       `json:"full" help:"the hub records as many numbers as it can, and more match"`
}

func recordingOf(r hub.Recording) recordingOut {
	return recordingOut{r.Pattern, moment(r.Since), int64(r.Numbers), r.Full}
}

func getRecordings(c *call) (any, error) {
	out := recordingsOut{Recordings: []recordingOut{}}
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	if other {
		answer, err := c.ask(id, "recording.list")
		if err != nil {
			return nil, err
		}
		all, _ := value.Items(answer("recordings"))
		for _, one := range all {
			get, err := members(one)
			if err != nil {
				return nil, err
			}
			out.Recordings = append(out.Recordings, recordingFrom(get))
		}
		return out, nil
	}
	all, err := c.session.Recordings(c.Context())
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		out.Recordings = append(out.Recordings, recordingOf(r))
	}
	return out, nil
}

// recordingFrom reads what another hub tells of one.
func recordingFrom(get func(name string) value.Value) recordingOut {
	n, _ := get("numbers").(value.Int)
	return recordingOut{value.Text(get("pattern")), momentOf(get("since")), int64(n), get("full") == value.Bool(true)}
}

func putRecording(c *call) (any, error) {
	pattern := c.PathValue("pattern")
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	if other {
		answer, err := c.ask(id, "recording.start", with("pattern", value.Str(pattern)))
		if err != nil {
			return nil, err
		}
		return recordingFrom(answer), nil
	}
	r, err := c.session.Record(c.Context(), pattern)
	if err != nil {
		return nil, err
	}
	return recordingOf(r), nil
}

func deleteRecording(c *call) (any, error) {
	pattern := c.PathValue("pattern")
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	if other {
		_, err := c.ask(id, "recording.stop", with("pattern", value.Str(pattern)))
		return nil, err
	}
	return nil, c.session.StopRecording(pattern)
}
