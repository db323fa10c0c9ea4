//go:build !linux

package sqldb_test

import "errors"

func smallDisk(string, int) (func(), error) { return nil, errors.New("only on Linux") }
