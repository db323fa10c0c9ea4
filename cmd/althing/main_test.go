package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// checked is a test run that fails when a goroutine is left.
type checked struct{ m *testing.M }

func (c checked) Run() int {
	status := c.m.Run()
	if err := goleak.Find(); err != nil && status == 0 {
		println(err.Error())
		return 1
	}
	return status
}

// TestMain makes this program the command althing for all tests: for scripts,
// and for exec.Command.
func TestMain(m *testing.M) {
	testscript.Main(checked{m}, map[string]func(){"althing": main})
}
