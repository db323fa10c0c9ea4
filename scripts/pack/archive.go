package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"time"
)

// file is one of an archive, or of a release.
type file struct {
	name    string
	mode    fs.FileMode // 0: everybody may read it
	content []byte
}

const (
	readable   fs.FileMode = 0o644
	executable fs.FileMode = 0o755
)

// rights is the mode, with the usual for none.
func (f file) rights() fs.FileMode {
	if f.mode == 0 {
		return readable
	}
	return f.mode
}

// tarred makes a compressed tar file of files whose names have this before them.
// Everything in it is of one date, and root's.
func tarred(before string, files []file, date time.Time) ([]byte, error) {
	var b bytes.Buffer
	compressed, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one
	archive := tar.NewWriter(compressed)
	folders := map[string]bool{}
	for _, f := range files {
		add := func(kind byte, name string, mode fs.FileMode, content []byte) error {
			err := archive.WriteHeader(&tar.Header{
				Typeflag: kind, Name: before + name, Mode: int64(mode), Size: int64(len(content)),
				ModTime: date, Uname: "root", Gname: "root", Format: tar.FormatGNU,
			})
			if err == nil {
				_, err = archive.Write(content)
			}
			return err
		}
		for i, r := range f.name {
			if folder := f.name[:i+1]; r == '/' && !folders[folder] {
				folders[folder] = true
				if err := add(tar.TypeDir, folder, executable, nil); err != nil {
					return nil, err
				}
			}
		}
		if err := add(tar.TypeReg, f.name, f.rights(), f.content); err != nil {
			return nil, err
		}
	}
	err := errors.Join(archive.Close(), compressed.Close())
	return b.Bytes(), err
}

// zipped makes a zip file, everything in it of one date.
func zipped(files []file, date time.Time) ([]byte, error) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, f := range files {
		head := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: date}
		head.SetMode(f.rights())
		w, err := archive.CreateHeader(head)
		if err == nil {
			_, err = w.Write(f.content)
		}
		if err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return b.Bytes(), err
}

// gzipped is a file as Debian wants those that are read seldom.
func gzipped(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one
	_, _ = w.Write(content)                               // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
