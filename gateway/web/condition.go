package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"althing/fault"
)

// condition is what If-Match or If-None-Match says.
type condition struct {
	given     bool
	any       bool     // *
	revisions []uint64 // of the tags that can be ours
}

// The headers of conditions, as they are described.
var (
	ifMatch     = param{name: "If-Match", help: "only if the key has one of these ETags; * is any"}
	ifNoneMatch = param{name: "If-None-Match", help: "only if the key has none of these ETags; * is that it does not exist"}
)

// etag is a revision as HTTP has it.
func etag(revision uint64) string { return `"` + strconv.FormatUint(revision, 10) + `"` }

// condition reads a header. A tag that is none of ours matches nothing; where nothing
// is changed, one that a proxy has made weak when it packed the answer is ours still.
func (c *call) condition(header string) (is condition) {
	for _, line := range c.Header.Values(header) {
		for tag := range strings.SplitSeq(line, ",") {
			tag = strings.TrimSpace(tag)
			is.given = true
			is.any = is.any || tag == "*"
			if reads(c.Method) {
				tag = strings.TrimPrefix(tag, "W/")
			}
			digits := strings.TrimSuffix(strings.TrimPrefix(tag, `"`), `"`)
			if revision, err := strconv.ParseUint(digits, 10, 64); err == nil && len(tag) == len(digits)+2 {
				is.revisions = append(is.revisions, revision)
			}
		}
	}
	return is
}

// holds reports whether a key with that revision matches; 0 is one that is not there.
func (is condition) holds(revision uint64) bool {
	return revision != 0 && (is.any || slices.Contains(is.revisions, revision))
}

// mostTries bounds how often a write is tried again whose condition still holds
// although others have written in between, as that of * may.
const mostTries = 100

var errCondition = failed(http.StatusPreconditionFailed, fault.Conflict, "the key is not as If-Match or If-None-Match has it; read it again")

// conditionally has a write done under the conditions of the request. The write is
// given the revision that the key must have, and fails when it has another: so that
// what was looked at is what is replaced.
func (c *call) conditionally(write func(expect *uint64) (uint64, error)) (uint64, error) {
	match, none := c.condition(ifMatch.name), c.condition(ifNoneMatch.name)
	if !match.given && !none.given {
		return write(nil)
	}
	for range mostTries {
		e, err := c.entry()
		if err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
		if match.given && !match.holds(e.Revision) || none.given && none.holds(e.Revision) {
			return 0, errCondition
		}
		revision, err := write(&e.Revision)
		if !fault.Is(err, fault.Conflict) {
			return revision, err
		}
	}
	return 0, fault.New(fault.Conflict, "others write this key all the time; try again")
}
