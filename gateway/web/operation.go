package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"althing/access"
	"althing/fault"
)

// operation is one thing that can be asked of the hub over HTTP. The table of all is
// the one place from which requests are routed, checked and described.
type operation struct {
	method  string
	path    string // below /api/v1; {name} is one part of it
	summary string
	act     access.Act // what the caller must be allowed to
	params  []param    // of the query, beside those in the path
	in, out any        // a value of the type of the body and of the answer; nil: none
	plain   bool       // its path is not below /api/v1
	noCSRF  bool       // it is what a page does before it has a token
	quiet   bool       // no GET, and yet not for the audit here: it changes nothing, or the session notes it

	// One of the two answers. What run gives is sent as JSON; nil is no content.
	// serve writes the answer itself, for as long as it likes, of the type that kind
	// names; no kind: it leaves HTTP for another protocol.
	run   func(*call) (any, error)
	serve func(*call, http.ResponseWriter) error
	kind  string

	headers []param // that it looks at, and that may be left out
}

// anyone is the act of an operation that everybody may ask for.
const anyone access.Act = 255

// apiRoot is where the API's paths begin.
const apiRoot = "/api/v1"

// mostBody bounds a body: it is the bound of a query, and a value in JSON is at most
// twice as large as a value may be.
const mostBody = 1 << 20

// operations is the table: one line an area.
var operations = slices.Concat(
	healthOperations,
	commandOperations,
	completeOperations,
	evalOperations,
	keyOperations,
	messageOperations,
	logOperations,
	settingOperations,
	serviceOperations,
	deviceOperations,
	functionOperations,
	openAPIOperations,
	recordingOperations,
	registryOperations,
	sessionOperations,
	statusOperations,
	treeOperations,
	clientOperations,
	liveOperations,
	metricOperations,
	prometheusOperations,
	sqlOperations,
)

// route is the operation's path as the mux has it.
func (o *operation) route() string {
	if o.plain {
		return o.path
	}
	return apiRoot + o.path
}

// routes makes the handler of everything.
func (s *Server) routes() http.Handler {
	s.document = sync.OnceValues(func() ([]byte, error) { return json.Marshal(describe(operations)) })
	mux := http.NewServeMux()
	byPath := map[string]map[string]*operation{}
	for i := range operations {
		o := &operations[i]
		if byPath[o.route()] == nil {
			byPath[o.route()] = map[string]*operation{}
		}
		byPath[o.route()][o.method] = o
	}
	for path, byMethod := range byPath {
		mux.Handle(path, s.dispatch(byMethod))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fault.New(fault.NotFound, "there is no such path; GET %s/openapi.json has them all", apiRoot))
	})
	pages := s.assets()
	show := func(w http.ResponseWriter, r *http.Request) {
		if reads(r.Method) {
			pages.ServeHTTP(w, r)
			return
		}
		s.refuseMethod(w, r, "GET, HEAD")
	}
	mux.HandleFunc("/", show)
	mux.HandleFunc("/api", show) // the page: it shows the API, and is none of its paths
	return mux
}

// dispatch chooses by the method.
func (s *Server) dispatch(byMethod map[string]*operation) http.HandlerFunc {
	var allowed []string
	for method := range byMethod {
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		o := byMethod[method]
		if o == nil {
			s.refuseMethod(w, r, allow)
			return
		}
		s.answer(o, w, r)
	}
}

func (s *Server) refuseMethod(w http.ResponseWriter, r *http.Request, allow string) {
	w.Header().Set("Allow", allow)
	s.refuse(w, r, failed(http.StatusMethodNotAllowed, fault.Invalid, "%.20q is not for this path; it takes %s", r.Method, allow))
}

// answer answers one request.
func (s *Server) answer(o *operation, w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, server: s, operation: o, conn: connOf(r.Context()), reply: w.Header(), status: http.StatusOK}
	w.Header().Set("Cache-Control", "no-store")
	defer c.release()
	out, err := c.run(w)
	c.audit(err)
	switch {
	case err != nil:
		s.refuse(w, r, err)
	case o.serve != nil: // it has answered
	case out == nil && c.status == http.StatusOK:
		w.WriteHeader(http.StatusNoContent)
	case out == nil:
		w.WriteHeader(c.status)
	default:
		c.write(w, out)
	}
}

// run checks who asks and what, and carries it out.
func (c *call) run(w http.ResponseWriter) (out any, err error) {
	defer func() {
		if p := recover(); p != nil { // a mistake of ours costs one request
			err = fmt.Errorf("a panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := c.identify(); err != nil {
		return nil, err
	}
	c.session = c.conn.session.Once(c.proof)
	defer func() { c.session.Close() }() // a login makes it another
	if err := c.may(c.operation.act); err != nil {
		c.denied = true
		return nil, err
	}
	if err := c.checkParams(); err != nil {
		return nil, err
	}
	if err := c.readBody(w); err != nil {
		return nil, err
	}
	if c.operation.serve == nil {
		return c.operation.run(c)
	}
	return nil, c.stream(w)
}

// may says why the caller may not do that, or nil.
func (c *call) may(act access.Act) error {
	if act == anyone {
		return nil
	}
	err := c.session.May(act)
	if err != nil && c.session.Role() == access.Guest {
		return statusError{http.StatusUnauthorized, fault.Of(err)}
	}
	return err
}

// write sends the answer.
func (c *call) write(w http.ResponseWriter, out any) {
	text, err := c.encode(out)
	if err != nil {
		c.server.refuse(w, c.Request, err)
		return
	}
	c.reply.Set("Content-Type", "application/json")
	w.WriteHeader(c.status)
	_, _ = w.Write(text) // who has gone reads no answer
}

// encode gives the answer as text, when there is memory for it: to write it, and then
// until it is read.
func (c *call) encode(out any) ([]byte, error) {
	free := func() {}
	if large, is := out.(heavy); is {
		var err error
		if free, err = c.room(int64(large.weight()) * written); err != nil {
			return nil, err
		}
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // no browser takes it for HTML: its type is JSON, and nosniff is set
	err := e.Encode(out)
	free()
	if err != nil {
		return nil, fmt.Errorf("the answer of %s cannot be written: %w", c.operation.route(), err)
	}
	return text.Bytes(), c.hold(int64(text.Cap()))
}
