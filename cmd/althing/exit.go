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

// codes are what kind of failure a Python exception is, where the exit status
// depends on it.
var codes = map[string]fault.Code{
	"LookupError":     fault.NotFound,
	"KeyError":        fault.NotFound,
	"NameError":       fault.NotFound,
	"PermissionError": fault.Denied,
	"TimeoutError":    fault.Timeout,
}

// hubError is an error that the hub has answered with, such as
// "LookupError: no client 'x'".
func hubError(line string) error {
	exception, _, _ := strings.Cut(line, ":")
	code, known := codes[exception]
	if !known {
		code = fault.Invalid
	}
	return fault.Python(code, exception, "%s", line)
}
