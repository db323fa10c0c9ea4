//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// page measures what a browser fetches to show the first page, as it is sent.
func page(ctx context.Context, b *bench) error {
	weight := b.row(table.Row{What: "the dashboard's first page, compressed", Unit: table.Bytes, Bar: table.AtMost(300e3)})
	requests := b.row(table.Row{What: "— files", Unit: table.Count})
	took := b.row(table.Row{What: "— all of them fetched, one after the other", Unit: table.Time, Bar: table.AtMost(0.2)})
	web, err := proc.FreeAddress()
	if err != nil {
		return err
	}
	if _, err := b.node(ctx, "house", "--web", web); err != nil {
		return err
	}
	for range b.rounds {
		var v visit
		begin := time.Now()
		if err := v.load(ctx, "http://"+web); err != nil {
			return err
		}
		took.Ours(time.Since(begin).Seconds())
		weight.Ours(float64(v.bytes))
		requests.Ours(float64(len(v.seen)))
		b.say("page: %s in %d files", table.Bytes.Text(float64(v.bytes)), len(v.seen))
	}
	return nil
}

// visit is a browser without a cache.
type visit struct {
	seen  map[string]bool
	bytes int
}

// named finds what a file loads: all that it names in quotes and that is a file. Of
// the other pages nothing is loaded.
var named = regexp.MustCompile("(?:[\"'`]|url\\()([^\"'`(){}\\s]+\\.(?:js|css|svg|png|woff2))[\"'`)]")

// remarks are no code.
var remarks = regexp.MustCompile(`(?m)^\s*(?://|\*).*$`)

// firstPage is loaded by a name that is put together.
const firstPage = "/assets/pages/overview.js"

// load fetches the first page and all that it needs.
func (v *visit) load(ctx context.Context, base string) error {
	v.seen = map[string]bool{}
	for waiting := []string{base + "/", base + firstPage}; len(waiting) > 0; waiting = waiting[1:] {
		from := waiting[0]
		if v.seen[from] {
			continue
		}
		v.seen[from] = true
		text, err := v.fetch(ctx, from)
		if err != nil {
			return err
		}
		at, err := url.Parse(from)
		if err != nil {
			return err
		}
		for _, m := range named.FindAllStringSubmatch(remarks.ReplaceAllString(text, ""), -1) {
			to, err := at.Parse(m[1])
			if err == nil && to.Host == at.Host && (!strings.Contains(to.Path, "/pages/") || to.Path == firstPage) {
				waiting = append(waiting, to.String())
			}
		}
	}
	return nil
}

// fetch gets a file twice: as it is sent, which is counted, and to be read.
func (v *visit) fetch(ctx context.Context, from string) (text string, err error) {
	for _, coding := range []string{"gzip", "identity"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
		if err != nil {
			return "", err
		}
		r.Header.Set("Accept-Encoding", coding) // which keeps the client from unpacking it
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", from, answer.Status)
		}
		if err != nil {
			return "", err
		}
		if coding == "gzip" {
			v.bytes += len(body)
		}
		text = string(body)
	}
	return text, nil
}
