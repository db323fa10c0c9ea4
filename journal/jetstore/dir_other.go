//go:build !unix

package jetstore

// syncDir does nothing where a folder cannot be synced; names are safe there when
// the file is.
func syncDir(string) error { return nil }
