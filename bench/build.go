//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"althing/bench/internal/table"
)

// build measures the binaries as they are handed out, for every machine they are
// made for.
func build(ctx context.Context, b *bench) error {
	var failed []error
	for _, target := range []struct{ name, system, processor, arm string }{
		{"linux/amd64", "linux", "amd64", ""},
		{"linux/arm (6)", "linux", "arm", "6"},
		{"linux/arm64", "linux", "arm64", ""},
		{"darwin/arm64", "darwin", "arm64", ""},
		{"darwin/amd64", "darwin", "amd64", ""},
		{"windows/amd64", "windows", "amd64", ""},
	} {
		row := b.row(table.Row{What: "binary, stripped: " + target.name, Unit: table.Bytes, Bar: table.AtMost(35e6)})
		path := filepath.Join(b.folder, "cross")
		env := []string{"CGO_ENABLED=0", "GOOS=" + target.system, "GOARCH=" + target.processor, "GOARM=" + target.arm}
		if err := goBuild(ctx, env, "-trimpath", "-ldflags=-s -w", "-o", path, "./cmd/althing"); err != nil {
			failed = append(failed, err) // the row says "not measured", and the others go on
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		row.Ours(float64(info.Size()))
		b.say("build: %s %s", target.name, table.Bytes.Text(float64(info.Size())))
	}
	return errors.Join(failed...)
}
