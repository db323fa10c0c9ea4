//go:build unix && !linux

package functions

// wait waits for the program, and ends what it leaves behind. There is no way here
// to wait without giving its number back; it is not given to another as soon as
// that.
func (f *family) wait() error {
	err := f.cmd.Wait()
	f.leave()
	return err
}
