package datadir

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The free space at each tick, and what is told.
func TestWatch(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		rule string
		free []int64 // MiB; -1: the disk cannot be asked
		want string
	}{
		{"enough is not told", []int64{900, 300, 200, 128}, ""},
		{"scarce is told once", []int64{900, 127, 50, 0}, "127 scarce"},
		{"enough again is told past the upper mark", []int64{100, 200, 255, 256, 300}, "100 scarce, 256 enough"},
		{"it does not waver", []int64{127, 129, 127, 200, 127, 300, 200, 129}, "127 scarce, 300 enough"},
		{"a disk that cannot be asked is as it was", []int64{-1, 100, -1, -1, 300}, "100 scarce, 300 enough"},
		{"scarce from the beginning", []int64{5}, "5 scarce"},
	} {
		ticks := make(chan time.Time)
		ctx, cancel := context.WithCancel(context.Background())
		next := 0
		var told []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			watch(ctx, ticks, func() (int64, error) {
				next++
				if c.free[next-1] < 0 {
					return 0, errors.New("no answer")
				}
				return c.free[next-1] * mib, nil
			}, func(free int64, scarce bool) {
				told = append(told, fmt.Sprint(free/mib, map[bool]string{true: " scarce", false: " enough"}[scarce]))
			})
		}()
		for range c.free {
			ticks <- time.Time{}
		}
		cancel()
		<-done
		if got := strings.Join(told, ", "); got != c.want {
			t.Errorf("%s: told was %q, want %q", c.rule, got, c.want)
		}
	}
}

func FuzzParseSeal(f *testing.F) {
	f.Add([]byte("6 0a1b2c3d sql.db\nseal 00000000\n"))
	f.Add([]byte("-1 00000000 absent.db\nseal ffffffff\n"))
	f.Add([]byte("seal 00000000\n"))
	f.Add([]byte("\n\n"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := parseSeal(text)
		if err != nil && len(list) != 0 {
			t.Error("an error, and a list")
		}
		for _, s := range list {
			if !filepath.IsLocal(s.name) || strings.Contains(s.name, "\n") {
				t.Errorf("it names %q", s.name)
			}
		}
	})
}
