package main

import (
	"errors"
	"io/fs"
	"strings"

	"althing/fault"
)

// Exit statuses of every verb.
const (
	exitOK       = 0
	exitError    = 1
	exitUsage    = 2
	exitNotFound = 3
	exitRefused  = 4
	exitTimeout  = 5
	exitNoHub    = 6
)

// errNoHub is when there is nobody to talk to.
var errNoHub = errors.New("no hub")

func exitStatus(err error) int {
	var usage usageError
	var f *fault.Error
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errNoHub):
		return exitNoHub
	case errors.As(err, &f):
		return faultStatus(f.Code)
	case errors.Is(err, fs.ErrPermission):
		return exitRefused
	}
	return exitError
}

func faultStatus(code fault.Code) int {
	switch code {
	case fault.NotFound:
		return exitNotFound
	case fault.Denied:
		return exitRefused
	case fault.Timeout:
		return exitTimeout
	}
	return exitError
}

// spoken is an error of the hub's in the words of Python, where it is one of
// Python's: "KeyError: 'x'".
func spoken(f *fault.Error) error {
	if f.Exception == "" {
		return f
	}
	return fault.Python(f.Code, f.Exception, "%s", strings.TrimPrefix(f.Line(), "Error: "))
}
