//go:build unix

package jetstore

import (
	"errors"
	"os"
)

// syncDir brings a folder's names to the disk: a file that was synced may still
// be without its name after a power cut.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
