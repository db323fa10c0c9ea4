// Package browser shows pages to tests as people see them: in Chromium, without a
// window.
package browser

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience bounds each wait. Chromium's first start on a small machine is the
// longest of them.
const patience = time.Minute

// Keys that Type can press beside letters.
const (
	Tab   = kb.Tab
	Enter = kb.Enter
)

// Page is a page in a Chromium of its own, whose folder is fresh. What cannot be
// done with it fails the test. One goroutine uses it.
type Page struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // chromedp keeps the page in it

	mu       sync.Mutex
	problems []string
}

// Open shows a page. It is closed with the test, which fails when the page has
// reported an error: an exception that nobody caught, console.error, a connection
// that failed. Those whose text has one of the ignored in it are none.
func Open(t testing.TB, url string, ignored ...string) *Page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test needs Chromium, which `make browser` installs: %v", err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.NoSandbox, // which it cannot have in a container
	}
	for _, flag := range []string{
		"disable-dev-shm-usage", // small in a container
		// Nothing but the page: no updates, no accounts, no guesses at what comes next.
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	// Contexts without an end: the page's end is the test's Cleanup.
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	p := &Page{t: t}
	var forget context.CancelFunc
	p.ctx, forget = chromedp.NewContext(allocator)
	reported := make(chan struct{})
	messages := chromedp.Console(p.ctx) // which starts Chromium
	go func() {
		defer close(reported)
		for message, err := range messages {
			if err != nil {
				return // Chromium has ended, or did not start: whatever is done next tells
			}
			p.report(message, ignored)
		}
	}()
	t.Cleanup(func() {
		if err := chromedp.Cancel(p.ctx); err != nil {
			t.Errorf("closing Chromium: %v", err)
		}
		forget()
		free()
		<-reported
		for _, problem := range p.Problems() {
			t.Errorf("the page has reported: %s", problem)
		}
	})
	// The first step starts Chromium where it has not been: its context has no end.
	if err := chromedp.Do(p.ctx, chromedp.Navigate(url)); err != nil {
		t.Fatalf("opening %s in Chromium: %v", url, err)
	}
	return p
}

func (p *Page) report(message chromedp.ConsoleMessage, ignored []string) {
	wrong := []chromedp.ConsoleType{chromedp.ConsoleError, chromedp.ConsoleException, "assert"}
	text := message.String()
	if !slices.Contains(wrong, message.Type) || slices.ContainsFunc(ignored, func(i string) bool { return strings.Contains(text, i) }) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, text)
}

// Problems gives the errors that the page has reported since the last call. The
// test does not fail because of those.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	problems := p.problems
	p.problems = nil
	return problems
}

// Do has Chromium take some of chromedp's steps.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%v; the page says:\n%s", err, p.Text("body"))
	}
}

// Type presses keys, wherever the page has its focus.
func (p *Page) Type(keys ...string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(strings.Join(keys, "")))
}

// Wait waits until an expression of JavaScript is true.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	p.Do(chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(0)))
}

// Text is what can be read of the first element that a CSS selector finds.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(selector))
	if err != nil {
		p.t.Fatalf("the text of %s: %v", selector, err)
	}
	return text
}
