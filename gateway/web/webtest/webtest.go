// Package webtest shows the pages of real hubs to tests: it runs the hub's program with
// a web port, opens a page in Chromium, and looks at it as people who cannot see it do,
// and for people who want to.
//
// The tests of a page stand in page_NAME_test.go of this folder, with the build tag
// browser:
//
//	h := webtest.Start(t)
//	page := h.OpenAdmin("/registry")
//	page.Wait(`document.querySelector("main h1")?.textContent === "Registry"`)
//	h.Ask("setReg('lamp', 1)")
//	page.Wait(…)
//	page.Check()
//	page.Shoot("registry")
package webtest

import (
	_ "embed"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/internal/browser"
	"althing/internal/hubrun"
)

// Key is the admin key of every hub here.
const Key = "the-key-of-all-tested-hubs"

// patience bounds what a hub is asked for.
const patience = 30 * time.Second

// program is the hub's, built once for all tests of a package.
var program struct {
	sync.Once
	folder, path string
}

// Main is for TestMain: it runs the tests, and removes the program that they ran.
func Main(m *testing.M) (status int) {
	folder, err := os.MkdirTemp("", "webtest")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	program.folder = folder
	return m.Run()
}

// Hub is a hub that has a web port.
type Hub struct {
	*hubrun.Hub
	t     testing.TB
	data  string
	flags []string
}

// Start starts a hub of its own for a test, on ports that are free, with further flags.
func Start(t testing.TB, flags ...string) *Hub {
	t.Helper()
	program.Do(func() {
		program.path = filepath.Join(program.folder, "althing")
		hubrun.BuildAs(t, program.path)
	})
	return run(t, "garden", flags)
}

func run(t testing.TB, name string, flags []string) *Hub {
	t.Helper()
	h := &Hub{t: t, data: t.TempDir()}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(Key), 0o600); err != nil {
		t.Fatal(err)
	}
	h.flags = append([]string{"--name", name, "--admin-key-file", key}, flags...)
	h.Hub = hubrun.Start(t, program.path, h.data, h.flags...)
	return h
}

// Child starts a further hub below this one.
func (h *Hub) Child(name string, flags ...string) *Hub {
	h.t.Helper()
	_, parent, found := strings.Cut(h.Run("token"), "--parent ")
	if !found {
		h.t.Fatal("althing token has printed no line for --parent")
	}
	parent, _, _ = strings.Cut(parent, "\n")
	return run(h.t, name, append([]string{"--parent", strings.Trim(parent, "'\" ")}, flags...))
}

// Run runs a verb of the program as the hub's administrator, and gives what it prints.
func (h *Hub) Run(args ...string) (printed string) {
	h.t.Helper()
	c := exec.CommandContext(h.t.Context(), program.path, append(args, "--hub", h.Text)...) //nolint:gosec // the tests' own
	c.Env = append(os.Environ(), "ALTHING_KEY="+Key)
	out, err := c.Output()
	if err != nil {
		h.t.Fatalf("althing %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// Restart stops the hub and starts it again where it was. Between the two, meanwhile is
// called, if it is not nil.
func (h *Hub) Restart(meanwhile func()) {
	h.t.Helper()
	h.Stop()
	if meanwhile != nil {
		meanwhile()
	}
	h.Hub = hubrun.Start(h.t, program.path, h.data,
		append([]string{"--text", h.Text, "--session", h.Session, "--cpu", h.CPU, "--web", h.Web}, h.flags...)...)
}

// URL is the address of a path on the web port.
func (h *Hub) URL(path string) string { return "http://" + h.Web + path }

// Ask sends one query to the text port, and gives the answer.
func (h *Hub) Ask(query string) (answer string) {
	h.t.Helper()
	dialer := net.Dialer{Deadline: time.Now().Add(patience)}
	c, err := dialer.DialContext(h.t.Context(), "tcp", h.Text)
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(dialer.Deadline) // a connection that cannot have one fails below
	if _, err := io.WriteString(c, query); err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
	said, err := io.ReadAll(c)
	if err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
	return string(said)
}

// Page is a page of the hub in a window of 1280 by 800.
type Page struct {
	*browser.Page
	t   testing.TB
	hub *Hub
}

// Open opens a page as a guest, and returns when its heading is there. The test fails
// when the page reports an error with none of the ignored texts in it.
func (h *Hub) Open(path string, ignored ...string) *Page {
	h.t.Helper()
	p := &Page{browser.Open(h.t, h.URL("/favicon.ico"), ignored...), h.t, h}
	p.Resize(desktop.width, desktop.height)
	p.Show(path)
	return p
}

// OpenAdmin opens a page as the administrator.
func (h *Hub) OpenAdmin(path string, ignored ...string) *Page {
	h.t.Helper()
	p := &Page{browser.Open(h.t, h.URL("/favicon.ico"), ignored...), h.t, h}
	p.Resize(desktop.width, desktop.height)
	p.LogIn()
	p.Show(path)
	return p
}

// LogIn makes this browser the administrator's, without the dialog.
func (p *Page) LogIn() {
	p.t.Helper()
	status := browser.Value[int](p.Page, `fetch("/api/v1/session", {method: "POST", headers: {"Content-Type": "application/json"},
		body: JSON.stringify({key: "`+Key+`"})}).then((answer) => answer.status)`)
	if status != 200 {
		p.t.Fatalf("the login is answered with status %d", status)
	}
}

// Show shows another page of the same hub, loaded anew, and returns when it is whole.
func (p *Page) Show(path string) {
	p.t.Helper()
	p.Go(p.hub.URL(path))
	p.Ready()
}

// Ready waits until the page that is shown is whole: its heading is there and it has
// loaded what it starts with.
func (p *Page) Ready() {
	p.t.Helper()
	p.Wait(`document.querySelector("main h1") && !document.querySelector("main[aria-busy]")`)
}

//go:embed testdata/axe.min.js
var axe string

// Check fails the test when axe finds something that keeps people from using the page
// as it is shown now, or when it, or a table that
// folds, is wider than the window.
func (p *Page) Check() {
	p.t.Helper()
	if browser.Value[bool](p.Page, `typeof axe === "undefined"`) {
		browser.Value[any](p.Page, axe+"; null")
	}
	found := browser.Value[string](p.Page, `axe.run({resultTypes: ["violations"]}).then(({violations}) => JSON.stringify(
		violations.map(({id, help, nodes}) => ({id, help, at: nodes.slice(0, 5).map((n) => n.html.slice(0, 200) + " " + n.failureSummary)}))))`)
	var violations []struct {
		ID, Help string
		At       []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		p.t.Fatal(err)
	}
	for _, v := range violations {
		p.t.Errorf("axe: %s: %s\n  %s", v.ID, v.Help, strings.Join(v.At, "\n  "))
	}
	if wide := browser.Value[string](p.Page, `document.documentElement.scrollWidth > innerWidth ? document.documentElement.scrollWidth + " of " + innerWidth : ""`); wide != "" {
		p.t.Errorf("the page is %s pixels wide", wide)
	}
	if p.wideTable() {
		p.t.Error("a table that folds is wider than the phone")
	}
}

// wideTable reports whether a table that folds on a phone is there on one, and has to be
// moved sideways all the same.
func (p *Page) wideTable() bool {
	return browser.Value[bool](p.Page, `innerWidth <= 560 && [...document.querySelectorAll("table.folds")].some((t) => t.parentElement.scrollWidth > t.parentElement.clientWidth)`)
}

// viewport is a size of the window.
type viewport struct {
	name          string
	width, height int64
}

var (
	desktop = viewport{"desktop", 1280, 800}
	phone   = viewport{"phone", 360, 740}
)

// Shoot has the page checked, and takes pictures of it, on a desktop and on a phone, in
// light and in dark: NAME-desktop-light.png and so on in the folder that
// ALTHING_SCREENSHOTS names, else among the test's artifacts.
func (p *Page) Shoot(name string) {
	p.t.Helper()
	folder := os.Getenv("ALTHING_SCREENSHOTS")
	if folder == "" {
		folder = p.t.ArtifactDir()
	}
	for _, v := range []viewport{desktop, phone} {
		p.Resize(v.width, v.height)
		for _, theme := range []string{"light", "dark"} {
			p.Theme(theme)
			p.Check()
			file := filepath.Join(folder, name+"-"+v.name+"-"+theme+".png")
			if err := os.WriteFile(file, p.Screenshot(), 0o600); err != nil { //nolint:gosec // the folder is the tester's to choose
				p.t.Error(err)
			}
		}
	}
	p.Resize(desktop.width, desktop.height)
	p.Theme("light")
}

// Phone makes the window that of a phone, 360 pixels wide.
func (p *Page) Phone() {
	p.t.Helper()
	p.Resize(phone.width, phone.height)
}

// Theme is "light" or "dark".
func (p *Page) Theme(theme string) {
	p.t.Helper()
	browser.Value[any](p.Page, `localStorage.setItem("theme", "`+theme+`"); document.documentElement.dataset.theme = "`+theme+`";
		dispatchEvent(new Event("themechange")); new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null))))`)
}
