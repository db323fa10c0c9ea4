//go:build !linux

package datadir_test

import "errors"

const (
	writable = 0
	readOnly = 1
)

func mount(string, int, uintptr) (func(), error) { return nil, errors.New("only on Linux") }
