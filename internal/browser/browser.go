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
	Tab    = kb.Tab
	Enter  = kb.Enter
	Escape = kb.Escape
	Left   = kb.ArrowLeft
	Right  = kb.ArrowRight
	Up     = kb.ArrowUp
	Down   = kb.ArrowDown
	End    = kb.End
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
		"force-prefers-reduced-motion", // what is half there is neither checked nor drawn
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

// Go shows another page in the same window.
func (p *Page) Go(url string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(url))
}

// Resize makes the window another size, in pixels.
func (p *Page) Resize(width, height int64) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
}

// Screenshot is what can be seen now, as PNG.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	return run(p, "a picture of the page", chromedp.CaptureScreenshot())
}

// Click clicks at the first element that a CSS selector finds, once it is there.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Do(chromedp.Click(selector))
}

// Value works out an expression of JavaScript in the page. What is promised is
// waited for.
func Value[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// run takes one step that gives something.
func run[T any](p *Page, what string, step chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, step)
	if err != nil {
		p.t.Fatalf("%.200s: %v", what, err)
	}
	return result
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
	return run(p, "the text of "+selector, chromedp.Text(selector))
}
