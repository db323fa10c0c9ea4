package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
)

// call is one request, as the function that answers it sees it.
type call struct {
	*http.Request
	session *hub.Session // the door into the hub, with the caller's rights
	in      any          // points to the body, of the operation's type
	reply   http.Header  // of the answer
	status  int          // of the answer, when it is none of the usual

	server    *Server
	operation *operation
	conn      *conn
	cookie    string
	login     *login        // nil: none
	proof     *access.Proof // nil: no key was shown
	noted     string
	denied    bool     // the caller may not do that at all
	held      []func() // give back what is in memory for it
}

// param is a parameter of the query.
type param struct {
	name, help string
	kind       paramKind
	many       bool // it may be given more than once
	needed     bool // the operation refuses without
}

// paramKind is what a parameter's text means.
type paramKind uint8

// The kinds of parameters.
const (
	aText paramKind = iota
	aNumber
	aTime
	aDuration
)

// hubParam is for operations that can be asked of any hub of the tree.
var hubParam = param{name: "hub", help: "which hub of the tree to ask, by its name or path; default: this one"}

// checkParams refuses what the operation does not know: a misspelt filter must not
// be one that was not given.
func (c *call) checkParams() error {
	query, err := parseQuery(c.URL.RawQuery)
	if err != nil {
		return err
	}
	for name, given := range query {
		i := slices.IndexFunc(c.operation.params, func(p param) bool { return p.name == name })
		if i < 0 {
			return fault.New(fault.Invalid, "there is no parameter %.40q here", name)
		}
		if p := c.operation.params[i]; !p.many && len(given) > 1 {
			return fault.New(fault.Invalid, "the parameter %q is given more than once", name)
		} else if err := p.check(given); err != nil {
			return err
		}
	}
	c.Form = query
	return nil
}

// check refuses texts that are not of the parameter's kind.
func (p param) check(given []string) (err error) {
	for _, text := range given {
		switch p.kind {
		case aText:
			continue
		case aNumber:
			_, err = strconv.ParseInt(text, 10, 64)
		case aTime:
			_, err = time.Parse(time.RFC3339, text)
		case aDuration:
			_, err = access.Duration(text)
		}
		if err != nil {
			return fault.New(fault.Invalid, "the parameter %q is to be %s, not %.40q", p.name, kinds[p.kind].help, text)
		}
	}
	return nil
}

// kinds says what each kind is, to people and in the OpenAPI document.
var kinds = [...]struct{ help, schema, format string }{
	aText:     {"a text", "string", ""},
	aNumber:   {"a whole number", "integer", "int64"},
	aTime:     {"a time like 2026-01-31T12:00:00Z", "string", "date-time"},
	aDuration: {"a duration like 30s, 5m or 90d", "string", ""},
}

// text gives a parameter, empty when it was not given.
func (c *call) text(name string) string { return c.Form.Get(name) }

// given reports whether a parameter was.
func (c *call) given(name string) bool { return c.Form.Has(name) }

// texts gives all of a parameter that may be given more than once.
func (c *call) texts(name string) []string { return c.Form[name] }

// number gives a parameter, or usual when it was not given, between the two bounds.
func (c *call) number(name string, usual, least, most int64) int64 {
	n, err := strconv.ParseInt(c.text(name), 10, 64)
	if err != nil {
		n = usual
	}
	return max(least, min(n, most))
}

// time gives a parameter, zero when it was not given.
func (c *call) time(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, c.text(name)) // checkParams has read it
	return t
}

// duration gives a parameter, zero when it was not given.
func (c *call) duration(name string) time.Duration {
	d, _ := access.Duration(c.text(name)) // checkParams has read it
	return d
}

// note says for the audit what the request does, where method and path do not.
func (c *call) note(act string) { c.noted = act }

// hold counts what is in memory until the caller has sent or read it.
func (c *call) hold(bytes int64) error {
	give, err := c.room(bytes)
	if err == nil {
		c.held = append(c.held, give)
	}
	return err
}

// room counts what is in memory until give is called.
func (c *call) room(bytes int64) (give func(), err error) {
	if give, err = c.session.Hold(bytes); err != nil {
		return nil, failed(http.StatusServiceUnavailable, fault.Limit, "%s", fault.Of(err).Message)
	}
	return give, nil
}

// release gives back what was held.
func (c *call) release() {
	for _, give := range c.held {
		give()
	}
}

// stream has an operation answer for as long as it likes: until the caller has gone
// or the server ends, of which the context of the call tells.
func (c *call) stream(w http.ResponseWriter) error {
	if !c.server.enter() {
		return errStopping
	}
	defer c.server.streams.Done()
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	defer context.AfterFunc(c.server.ctx, cancel)()
	c.Request = c.WithContext(ctx)
	return c.operation.serve(c, w)
}

// endless takes the deadlines from the connection of a stream, which sets its own.
func endless(w http.ResponseWriter) error {
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return control.SetWriteDeadline(time.Time{})
}
