package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"go.uber.org/goleak"

	"althing/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The list of the session protocol and the exceptions of the text protocol.
var exceptions = map[fault.Code]string{
	"not_found":   "LookupError",
	"denied":      "PermissionError",
	"invalid":     "ValueError",
	"conflict":    "RuntimeError",
	"limit":       "OverflowError",
	"timeout":     "TimeoutError",
	"unavailable": "ConnectionError",
	"full":        "OverflowError",
	"closed":      "ConnectionError",
	"internal":    "SystemError",
}

func TestEveryCodeHasAnException(t *testing.T) {
	codes := []fault.Code{
		fault.NotFound, fault.Denied, fault.Invalid, fault.Conflict, fault.Limit,
		fault.Timeout, fault.Unavailable, fault.Full, fault.Closed, fault.Internal,
	}
	if len(codes) != len(exceptions) {
		t.Fatalf("%d codes, %d in the protocol", len(codes), len(exceptions))
	}
	for _, code := range codes {
		if got := fault.New(code, "x").Type(); got == "" || got != exceptions[code] {
			t.Errorf("%s is shown as %q, want %q", code, got, exceptions[code])
		}
	}
}

func TestLine(t *testing.T) {
	for _, test := range []struct {
		err  *fault.Error
		want string
	}{
		{fault.New(fault.NotFound, "no client '%s'", "x"), "Error: LookupError: no client 'x'"},
		{fault.Python(fault.Invalid, "ZeroDivisionError", "division by zero"), "Error: ZeroDivisionError: division by zero"},
		{fault.New(fault.Timeout, ""), "Error: TimeoutError"},
		{fault.New(fault.Invalid, "%s", "a\r\nb\nc\rd"), "Error: ValueError: a b c d"},
		{fault.Wrap(io.EOF, fault.Closed, "the hub has gone"), "Error: ConnectionError: the hub has gone"},
	} {
		if got := test.err.Line(); got != test.want {
			t.Errorf("the line is %q, want %q", got, test.want)
		}
	}
}

func TestError(t *testing.T) {
	if got, want := fault.New(fault.Full, "disk full").Error(), "disk full"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := fault.Wrap(io.EOF, fault.Closed, "gone").Error(), "gone: EOF"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOf(t *testing.T) {
	ours := fault.New(fault.Denied, "no")
	for _, test := range []struct {
		name string
		err  error
		want *fault.Error
	}{
		{"ours", ours, ours},
		{"ours within another", fmt.Errorf("outer: %w", ours), ours},
		{"ours behind ours", fault.Wrap(ours, fault.Closed, "gone"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := fault.Of(test.err)
			if test.want != nil && got != test.want {
				t.Errorf("found %v, want %v", got, test.want)
			}
			if test.want == nil && got.Code != fault.Closed {
				t.Errorf("found code %s, want that of the outer one", got.Code)
			}
		})
	}
	foreign := fault.Of(io.ErrUnexpectedEOF)
	if foreign.Code != fault.Internal || !errors.Is(foreign, io.ErrUnexpectedEOF) {
		t.Errorf("a foreign error became %v", foreign)
	}
	if got, want := foreign.Line(), "Error: SystemError: internal error; the hub's log says more"; got != want {
		t.Errorf("a foreign error is shown as %q, want %q", got, want)
	}
}

func TestIs(t *testing.T) {
	for _, test := range []struct {
		err  error
		code fault.Code
		want bool
	}{
		{fault.New(fault.Denied, "no"), fault.Denied, true},
		{fmt.Errorf("outer: %w", fault.New(fault.Denied, "no")), fault.Denied, true},
		{fault.New(fault.Denied, "no"), fault.Full, false},
		{io.EOF, fault.Internal, false},
		{nil, fault.Internal, false},
	} {
		if got := fault.Is(test.err, test.code); got != test.want {
			t.Errorf("%v is %s: %t", test.err, test.code, got)
		}
	}
}
