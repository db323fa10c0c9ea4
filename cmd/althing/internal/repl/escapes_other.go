//go:build !windows

package repl

import "os"

// showEscapes is for Windows only.
func showEscapes(*os.File) func() { return func() {} }
