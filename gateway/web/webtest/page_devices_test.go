//go:build browser

package webtest_test

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// program chooses a program on the page, and gives what stands there.
func program(page *webtest.Page, title string) (file, code string) {
	browser.Value[any](page.Page, `[...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === "`+title+`").click()`)
	return page.Text(".program .file"), browser.Value[string](page.Page, `document.querySelector(".program pre").textContent`)
}

// saved writes a program into a folder of its own.
func saved(t *testing.T, file, code string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// compiled builds a program in Go, whose imports are this module's.
func compiled(t *testing.T, source string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "device")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// perform starts a program, and gives the function that ends it.
func perform(t *testing.T, env []string, name string, args ...string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), env...)
	said := &strings.Builder{}
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		cancel()
		_ = c.Wait() // most do not end by themselves, and are killed
		if t.Failed() {
			t.Logf("%s %v:\n%s", name, args, said)
		}
	}
}

// waitFor presses the button, has something happen, and sees the page say that the
// device is there.
func waitFor(t *testing.T, page *webtest.Page, name string, happen func() (end func())) {
	t.Helper()
	page.Click(".side-cards button.primary")
	page.Wait(`document.querySelector(".hello .badge")?.textContent === "waiting" && !document.querySelector(".elapsed").hidden`)
	defer happen()()
	page.Wait(`document.querySelector(".hello .badge").textContent === "hello"`)
	if said := page.Text(".hello"); !strings.Contains(said, name+" is there. After ") {
		t.Errorf("the page says %q", said)
	}
}

// The parts of a sketch that say where it sends what.
var (
	sketchHub     = regexp.MustCompile(`const char \*hub = "([^"]*)";`)
	sketchPort    = regexp.MustCompile(`const uint16_t port = (\d+);`)
	sketchRequest = regexp.MustCompile(`ask\(String\("([^"]*)"\) \+ millis\(\) / 1000 \+ "([^"]*)"\)`)
)

// sketch sends what an Arduino with that program would, as it would, and gives the answer.
func sketch(t *testing.T, code string) (answer string) {
	t.Helper()
	hub, port, request := sketchHub.FindStringSubmatch(code), sketchPort.FindStringSubmatch(code), sketchRequest.FindStringSubmatch(code)
	if hub == nil || port == nil || request == nil {
		t.Fatalf("the sketch says not where it sends what:\n%s", code)
	}
	c, err := net.Dial("tcp", net.JoinHostPort(hub[1], port[1]))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))          // a connection that cannot have one fails below
	_, _ = io.WriteString(c, request[1]+"12345"+request[2]) // the reading fails when it could not be written
	said, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

// TestDevices has every program say hello to the page.
func TestDevices(t *testing.T) {
	h := webtest.Start(t)
	page := h.Open("/devices?name=shed-1")
	page.Wait(`document.querySelector(".closed code").textContent === "althing serve --lan"`)
	page.Wait(`document.querySelector(".side-cards .empty h3").textContent === "None yet"`)
	page.Shoot("devices")

	for _, title := range []string{"Arduino, Ethernet", "Arduino, WiFi"} {
		file, code := program(page, title)
		waitFor(t, page, "shed-1", func() func() {
			if answer := sketch(t, code); answer != "OK" || file != "shed-1.ino" {
				t.Errorf("%s in %s is answered %q", title, file, answer)
			}
			return func() {}
		})
		keyIs(t, h, "getReg('devices.shed-1.hello')", "12345")
	}
	for _, title := range []string{"MicroPython", "Python", "Python, althing.py"} {
		file, code := program(page, title)
		path := saved(t, file, code)
		h.Ask("delete('devices.*')")
		waitFor(t, page, "shed-1", func() func() { return perform(t, []string{"PYTHONPATH=../../../clients/python"}, "python3", path) })
		keyIs(t, h, "getReg('devices.shed-1.hello') in (0, 1)", "True")
		page.Check()
	}
	for _, title := range []string{"Shell", "curl"} {
		_, code := program(page, title)
		h.Ask("delete('devices.*')")
		waitFor(t, page, "shed-1", func() func() { return perform(t, nil, "sh", "-c", code) })
		keyIs(t, h, "getReg('devices.shed-1.hello')", "1")
	}
	file, code := program(page, "Go")
	binary := compiled(t, saved(t, file, code))
	h.Ask("delete('devices.*')")
	waitFor(t, page, "shed-1", func() func() { return perform(t, nil, binary) })
	page.Wait(`document.querySelectorAll(".side-cards tbody tr").length === 1`)
	page.Shoot("devices-hello")
}

// TestDevicesByHand types a name, copies and downloads a program, and waits: in vain, for a
// device that has another name, and while the hub starts again.
func TestDevicesByHand(t *testing.T) {
	h := webtest.Start(t)
	h.Ask("setReg('devices.pond.hello', 'before')")
	page := h.Open("/devices", "WebSocket connection to", "Failed to load resource", "ERR_")
	page.Wait(`document.querySelector(".side-cards tbody tr")?.textContent.startsWith("pond'before'")`)
	const choose = `document.querySelector("main input").focus(); document.querySelector("main input").select()`
	browser.Value[any](page.Page, choose)
	page.Type(`po"n d`)
	page.Wait(`document.querySelector("main input").value === "po_n_d"`)
	browser.Value[any](page.Page, choose)
	page.Type("pond")
	page.Wait(`document.querySelector(".program pre").textContent.includes("setReg('devices.pond.hello', ") && location.search === "?name=pond"`)

	browser.Value[any](page.Page, `window.taken = {};
		navigator.clipboard.writeText = async (text) => { taken.copied = text; };
		URL.createObjectURL = (blob) => { blob.text().then((text) => { taken.saved = text; }); return "#"; };
		HTMLAnchorElement.prototype.click = function () { taken.name = this.download; }; null`)
	page.Click(`button[title="Copy the program"]`)
	page.Wait(`taken.copied === document.querySelector(".program pre").textContent`)
	browser.Value[any](page.Page, `[...document.querySelectorAll(".program button")].find((b) => b.textContent === "Save").click()`)
	page.Wait(`taken.saved === taken.copied && taken.name === "pond.ino"`)

	// What it said before is no hello; nor is what another says.
	page.Click(".side-cards button.primary")
	page.Wait(`document.querySelector(".hello .badge")?.textContent === "waiting"`)
	h.Ask("setReg('devices.<i>.hello', 1)")
	page.Wait(`document.querySelector(".side-cards .hint").textContent.startsWith("Meanwhile <i> has said hello")`)
	h.Restart(nil)
	h.Ask("setReg('devices.fence.hello', 1)")
	page.Wait(`[...document.querySelectorAll(".side-cards tbody a")].some((a) => a.textContent === "fence")`)
	page.Wait(`document.querySelector(".hello .badge").textContent === "waiting"`)
	browser.Value[any](page.Page, `const now = performance.now.bind(performance); performance.now = () => now() + 60000; null`)
	page.Wait(`document.querySelector(".hello .badge").textContent === "nothing yet" && document.querySelector(".advice code").textContent === "althing serve --lan"`)
	page.Shoot("devices-silent")
	h.Ask("setReg('devices.pond.hello', 'before')") // the same once more
	page.Wait(`document.querySelector(".hello .badge").textContent === "hello" && document.querySelector(".advice").textContent === ""`)
}

// outside is the address by which other machines reach a hub that is open to them.
func outside(t *testing.T, h *webtest.Hub) (host string) {
	t.Helper()
	for _, at := range []*string{&h.Text, &h.Session, &h.Web} {
		*at = strings.TrimSuffix(*at, ",") // the banner has further addresses behind it
	}
	host, _, _ = net.SplitHostPort(h.Web) // it is one
	if host == "localhost" {
		t.Skip("this machine is in no network")
	}
	return host
}

// TestDevicesInANetwork opens the page by the address that devices use, of a hub with
// TLS where guests may only read.
func TestDevicesInANetwork(t *testing.T) {
	h := webtest.Start(t, "--text", "0.0.0.0:0", "--session", "0.0.0.0:0", "--web", "0.0.0.0:0", "--guests", "read", "--tls")
	host := outside(t, h)
	page := h.Open("/devices?name=shed", "Cross-Origin-Opener-Policy") // which browsers ignore without TLS
	page.Wait(`document.querySelector("main select").value === "` + host + `"`)
	page.Wait(`document.querySelectorAll(".closed").length === 1 && document.querySelector(".closed code").textContent === "althing user add shed"`)
	_, code := program(page, "curl")
	if !strings.Contains(code, " http://"+h.Web+"/api/v1/registry/devices.shed.hello") {
		t.Errorf("curl asks %s", code)
	}
	waitFor(t, page, "shed", func() func() { return perform(t, nil, "sh", "-c", strings.ReplaceAll(code, "KEY", webtest.Key)) })
	_, code = program(page, "Arduino, WiFi")
	if answer := sketch(t, strings.ReplaceAll(code, "KEY", webtest.Key)); answer != "OK" {
		t.Errorf("the sketch is answered %q", answer)
	}
	for _, title := range []string{"MicroPython", "Python", "Python, althing.py"} {
		file, code := program(page, title)
		if strings.Contains(title, "althing") && !strings.Contains(code, h.Fingerprint) {
			t.Errorf("%s knows not the hub by its fingerprint", title)
		}
		path := saved(t, file, strings.ReplaceAll(code, "KEY", webtest.Key))
		waitFor(t, page, "shed", func() func() { return perform(t, []string{"PYTHONPATH=../../../clients/python"}, "python3", path) })
	}
	file, code := program(page, "Go")
	binary := compiled(t, saved(t, file, strings.ReplaceAll(code, "KEY", webtest.Key)))
	waitFor(t, page, "shed", func() func() { return perform(t, nil, binary) })
	page.Shoot("devices-network")
}

// TestDevicesWithTLS opens the page on the hub's own machine, whose programs are for others,
// which this hub lets in with TLS only.
func TestDevicesWithTLS(t *testing.T) {
	h := webtest.Start(t, "--text", "0.0.0.0:0", "--session", "0.0.0.0:0", "--web", "0.0.0.0:0", "--tls=only")
	host := outside(t, h)
	h.Web = strings.Replace(h.Web, host, "127.0.0.1", 1)
	page := h.Open("/devices")
	page.Wait(`document.querySelector("main select").value === "` + host + `" && !document.querySelector(".closed")`)
	page.Wait(`document.querySelector(".notice").textContent.includes("TLS only")`)
	page.Check()
	_, code := program(page, "curl")
	if !strings.Contains(code, " https://"+host+":") {
		t.Errorf("curl asks %s", code)
	}
	page.Wait(`!document.querySelector(".notice")`)
	waitFor(t, page, "lamp", func() func() { return perform(t, nil, "sh", "-c", code) })
}
