package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"althing/fault"
	"althing/hub"
)

// problem is what a failure is answered with (RFC 9457).
type problem struct {
	Type   string     `json:"type"`
	Title  string     `json:"title"`
	Status int        `json:"status"`
	Detail string     `json:"detail"`
	Code   fault.Code `json:"code"`
	// Exception is the Python exception of an expression that has failed.
	Exception string `json:"exception,omitempty"`
}

// statuses are those of the codes.
var statuses = map[fault.Code]int{
	fault.NotFound:    http.StatusNotFound,
	fault.Denied:      http.StatusForbidden,
	fault.Invalid:     http.StatusBadRequest,
	fault.Conflict:    http.StatusConflict,
	fault.Limit:       http.StatusUnprocessableEntity,
	fault.Timeout:     http.StatusGatewayTimeout,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Full:        http.StatusInsufficientStorage,
	fault.Closed:      http.StatusBadGateway,
	fault.Internal:    http.StatusInternalServerError,
}

// statusError is a failure with a status of its own.
type statusError struct {
	status int
	err    *fault.Error
}

func (e statusError) Error() string { return e.err.Error() }

func (e statusError) Unwrap() error { return e.err }

// failed makes an error with a status of its own.
func failed(status int, code fault.Code, format string, args ...any) error {
	return statusError{status, fault.New(code, format, args...)}
}

// problemOf gives an error as its problem, and what of it is for the log only.
func problemOf(err error) (p problem, cause error) {
	f := hub.Fault(err)
	p = problem{Status: statuses[f.Code], Detail: f.Message, Code: f.Code, Exception: f.Exception}
	if own, ok := errors.AsType[statusError](err); ok {
		p.Status = own.status
	}
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	if f.Code == fault.Internal {
		cause = err
	}
	return p, cause
}

// refuse answers with a failure.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p, cause := problemOf(err)
	if cause != nil {
		s.log().Error("web: a request has failed", "method", r.Method, "path", r.URL.Path, "error", cause)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	}
	s.problem(w, p)
}

// problem answers with one.
func (s *Server) problem(w http.ResponseWriter, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	text, err := json.Marshal(p)
	if err != nil { // a struct of texts and a number: it cannot be
		s.log().Error("web: a problem cannot be written", "error", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // who has gone reads no answer
}
