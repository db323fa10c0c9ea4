package datadir

import (
	"fmt"
	"os"
)

// withNumber writes this process's number into the file that was just locked,
// for whoever finds it locked, unless the lock failed.
func withNumber(file *os.File, err error) (*os.File, error) {
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(file, "%d\n", os.Getpid())
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
