package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// release is what is packed.
type release struct {
	module     string // the path of this module
	version    string
	date       time.Time // of the commit
	maintainer string
}

// target is a kind of machine.
type target struct {
	os, arch, arm string
	debian        string // its name for Debian, where there is a package
}

// targets are all there are. Debian's armhf wants ARMv7, Raspberry Pi OS calls
// itself so on ARMv6 too: the package has what runs on both.
var targets = []target{
	{os: "linux", arch: "amd64", debian: "amd64"},
	{os: "linux", arch: "arm64", debian: "arm64"},
	{os: "linux", arch: "arm", arm: "7"},
	{os: "linux", arch: "arm", arm: "6", debian: "armhf"},
	{os: "darwin", arch: "amd64"},
	{os: "darwin", arch: "arm64"},
	{os: "windows", arch: "amd64"},
}

func (t target) String() string {
	if t.arm != "" {
		return t.os + "-armv" + t.arm
	}
	return t.os + "-" + t.arch
}

func (t target) ending() string {
	if t.os == "windows" {
		return ".exe"
	}
	return ""
}

func (t target) env() []string {
	return []string{"CGO_ENABLED=0", "GOOS=" + t.os, "GOARCH=" + t.arch, "GOARM=" + t.arm}
}

func names(targets []target) (list []string) {
	for _, t := range targets {
		list = append(list, t.String())
	}
	return list
}

// run runs a program and gives what it wrote.
func run(env []string, name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), env...)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, errs.Bytes())
	}
	return strings.TrimSpace(string(out)), nil
}

// newRelease asks git what this is. A commit that has the version's tag is that
// version; any other comes before it.
func newRelease() (r release, err error) {
	if r.module, err = run(nil, "go", "list", "-m"); err != nil {
		return r, err
	}
	source, err := os.ReadFile("hub/status.go")
	if err != nil {
		return r, err
	}
	_, rest, found := strings.Cut(string(source), "\nvar Version = \"")
	if !found {
		return r, errors.New("hub/status.go has no version")
	}
	r.version, _, _ = strings.Cut(rest, `"`)

	git := func(args ...string) (string, error) {
		return run(nil, "git", append([]string{"-c", "safe.directory=*"}, args...)...)
	}
	commit, err := git("log", "-1", "--format=%ct %h %an <%ae>", "--abbrev=12")
	if err != nil {
		return r, err
	}
	parts := strings.SplitN(commit, " ", 3)
	seconds, err := strconv.ParseInt(parts[0], 10, 64)
	if given := os.Getenv("SOURCE_DATE_EPOCH"); given != "" {
		seconds, err = strconv.ParseInt(given, 10, 64)
	}
	if err != nil {
		return r, err
	}
	r.date, r.maintainer = time.Unix(seconds, 0).UTC(), parts[2]
	tags, err := git("tag", "--points-at", "HEAD")
	if err != nil {
		return r, err
	}
	changed, err := git("status", "--porcelain")
	if err != nil {
		return r, err
	}
	released := false
	for tag := range strings.FieldsSeq(tags) {
		released = released || tag == "v"+r.version
	}
	switch {
	case changed != "":
		r.version += "-dev." + r.date.Format("20060102") + ".g" + parts[1] + ".changed"
	case !released:
		r.version += "-dev." + r.date.Format("20060102") + ".g" + parts[1]
	}
	return r, nil
}

// debianVersion sorts before the release that it leads to.
func (r release) debianVersion() string { return strings.ReplaceAll(r.version, "-", "~") }

// build compiles the hub, if that has not been done, and gives the file.
func (r release) build(t target, work string) (string, error) {
	program := filepath.Join(work, t.String()+t.ending())
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	flags := "-s -w -buildid= -X " + r.module + "/hub.Version=" + r.version
	_, err := run(t.env(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", program, "./cmd/althing")
	return program, err
}

// common gives what is in the archives of all kinds of machines.
func (r release) common(work string) ([]file, error) {
	files, err := sources("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "docs/*.json", "docs/images/*.png", "clients/python/README.md", "clients/python/share.py", "clients/python/althing*.py")
	if err != nil {
		return nil, err
	}
	// A program for this machine tells of itself.
	own, err := r.build(target{os: runtime.GOOS, arch: runtime.GOARCH}, work)
	if err != nil {
		return nil, err
	}
	// The pages name the user's folders, whoever makes them.
	env := []string{"HOME=~", "XDG_CONFIG_HOME=~/.config", "XDG_DATA_HOME="}
	pages := filepath.Join(work, "man")
	if _, err := run(env, own, "man", pages); err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(pages, "*.1"))
	if err != nil {
		return nil, err
	}
	for _, page := range found { // in the order of their names
		content, err := os.ReadFile(page)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name: "man/" + filepath.Base(page), content: content})
	}
	for _, said := range []struct {
		name string
		args []string
	}{
		{"completions/althing.bash", []string{"completion", "bash"}},
		{"completions/_althing", []string{"completion", "zsh"}},
		{"completions/althing.fish", []string{"completion", "fish"}},
		{"completions/althing.ps1", []string{"completion", "powershell"}},
		{unitName, []string{"boot", "install", "--print"}},
	} {
		text, err := run(env, own, said.args...)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name: said.name, content: []byte(text + "\n")})
	}
	return files, nil
}

// unitName is the service's in the archives.
const unitName = "althing.service"

// sources reads files of the project.
func sources(patterns ...string) (files []file, err error) {
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("%s: %w", pattern, fs.ErrNotExist)
		}
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			files = append(files, file{name: filepath.ToSlash(path), content: content})
		}
	}
	return files, nil
}
