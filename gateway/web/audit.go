package web

import (
	"net/url"
	"strings"

	"althing/access"
	"althing/fault"
)

// longestNote bounds a line of the audit.
const longestNote = 200

// audit notes a change, or that it was refused: who wanted what, and from where.
func (c *call) audit(err error) {
	if reads(c.Method) || c.session == nil {
		return // who is not even known was refused before anything was looked at
	}
	if c.operation.quiet && (!c.denied || c.operation.act != access.Manage) {
		return // the session has noted what was done
	}
	act := c.noted
	if act == "" {
		act = c.Method + " " + strings.TrimPrefix(c.URL.Path, apiRoot)
	}
	if hub := c.text(hubParam.name); hub != "" {
		act += " at " + hub
	}
	how := ""
	if err != nil {
		how = ", refused: " + string(fault.Of(err).Code)
	}
	c.enter(act, how)
}

// enter puts a line into the audit: what the caller does, and how that went.
func (c *call) enter(act, how string) {
	act = c.server.Hub.Access().Redact(act) // half a key would not be known for one
	if len(act) > longestNote {
		act = strings.ToValidUTF8(act[:longestNote], "") + "..."
	}
	c.server.Hub.Access().Audit(c.session.Addr(), "web: "+c.session.Who()+": "+act+how)
}

// parseQuery reads a query. Semicolons are no separators, and what is escaped wrong
// is refused.
func parseQuery(raw string) (url.Values, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the query behind the ? cannot be read")
	}
	return query, nil
}
