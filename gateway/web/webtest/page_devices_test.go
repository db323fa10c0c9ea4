//go:build browser

package webtest_test

import (
	"strings"
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestDevicesPage takes the line for a shell, does with it what a device does, and sees
// that it was there.
func TestDevicesPage(t *testing.T) {
	h := webtest.Start(t)
	page := h.Open("/devices")
	page.Wait(`document.querySelector(".closed")?.textContent.includes("--lan")`)
	page.Wait(`document.querySelector("pre")?.textContent.includes("hub.connect(\"127.0.0.1\", ` + port(h.Text) + `)")`)
	page.Shoot("devices")
	browser.Value[any](page.Page, `[...document.querySelectorAll("[role=tab]")].find((t) => t.textContent === "Shell").click()`)
	browser.Value[any](page.Page, `{ const i = document.querySelector("input"); i.value = "lamp 7"; i.dispatchEvent(new Event("input")); null }`)
	page.Wait(`document.querySelector("pre").textContent.includes("devices.lamp_7.hello")`)
	browser.Value[any](page.Page, `[...document.querySelectorAll("button")].find((b) => b.textContent === "Wait for its hello").click()`)
	page.Wait(`document.querySelector(".hello").textContent.includes("waiting")`)
	line := page.Text("pre")
	_, query, _ := strings.Cut(line, `"`)
	query, _, _ = strings.Cut(query, `"`)
	if got := h.Ask(query); got != "OK" {
		t.Fatalf("%s is answered %s", query, got)
	}
	page.Wait(`document.querySelector(".hello").textContent.includes("it is there")`)
	page.Check()
}

// port is that of an address.
func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
