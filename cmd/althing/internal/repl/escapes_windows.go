package repl

import (
	"os"

	"golang.org/x/sys/windows"
)

// showEscapes has the console act on escape sequences, as other terminals do by
// themselves, until the function it gives is called.
func showEscapes(out *os.File) func() {
	console := windows.Handle(out.Fd())
	var before uint32
	if windows.GetConsoleMode(console, &before) != nil {
		return func() {}
	}
	_ = windows.SetConsoleMode(console, before|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) // an old console shows them as they are
	return func() { _ = windows.SetConsoleMode(console, before) }
}
