// Command pack makes the files of a release, for every kind of machine or for those
// that are named: archives, Debian packages, a bill of materials and checksums. From
// the same commit, with the same Go, they are the same to the byte.
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	to := flag.String("o", "dist", "the `folder` to write to")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: go run ./scripts/pack [-o FOLDER] [TARGET…]\n\ntargets: %s\n\n", strings.Join(names(targets), ", "))
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := pack(*to, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// pack makes a release for the targets of these names, or for all. It is run in the
// project's folder.
func pack(to string, wanted []string) error {
	chosen := targets
	if len(wanted) > 0 {
		chosen = nil
		for _, name := range wanted {
			at := slices.Index(names(targets), name)
			if at < 0 {
				return fmt.Errorf("there is no target '%s', but %s", name, strings.Join(names(targets), ", "))
			}
			chosen = append(chosen, targets[at])
		}
	}
	r, err := newRelease()
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "pack-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	common, err := r.common(work)
	if err != nil {
		return err
	}
	var made []file
	bill := newBill(r)
	for _, t := range chosen {
		files, err := r.forTarget(t, work, common, bill)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		made = append(made, files...)
	}
	sbom, err := bill.text()
	if err != nil {
		return err
	}
	made = append(made, file{name: "althing-" + r.version + ".cdx.json", content: sbom})
	made = append(made, file{name: "SHA256SUMS", content: checksums(made)})
	return write(to, made)
}

// forTarget makes what there is for one kind of machine.
func (r release) forTarget(t target, work string, common []file, bill *bill) ([]file, error) {
	program, err := r.build(t, work)
	if err != nil {
		return nil, err
	}
	used, err := modulesOf(program, t)
	if err != nil {
		return nil, err
	}
	bill.add(used)
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	licenses := file{name: "THIRD-PARTY.txt", content: thirdParty(used)}
	hub := file{name: "althing" + t.ending(), mode: executable, content: content}
	files := append([]file{hub, licenses}, common...)
	folder := "althing-" + r.version + "-" + t.String()
	for i := range files {
		files[i].name = folder + "/" + files[i].name
	}
	var made []file
	if t.os == "windows" {
		archive, err := zipped(files, r.date)
		if err != nil {
			return nil, err
		}
		made = append(made, file{name: folder + ".zip", content: archive})
	} else {
		archive, err := tarred("", files, r.date)
		if err != nil {
			return nil, err
		}
		made = append(made, file{name: folder + ".tar.gz", content: archive})
	}
	if t.debian != "" {
		archive, err := r.debianPackage(t, hub.content, licenses.content, common)
		if err != nil {
			return nil, err
		}
		made = append(made, file{name: fmt.Sprintf("althing_%s_%s.deb", r.debianVersion(), t.debian), content: archive})
	}
	return made, nil
}

func checksums(files []file) []byte {
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(f.content), f.name)
	}
	return b.Bytes()
}

// write writes the files, and says how large they are.
func write(to string, files []file) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(to, f.name)
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return err
		}
		fmt.Printf("%5.1f MB  %s\n", float64(len(f.content))/1e6, path)
	}
	return nil
}
