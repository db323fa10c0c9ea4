//go:build browser

package webtest_test

import (
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestLogin logs in and out with nothing but the keyboard.
func TestLogin(t *testing.T) {
	page := webtest.Start(t).Open("/", "401")
	page.Wait(`document.getElementById("role").textContent === "guest"`)
	browser.Value[any](page.Page, `document.getElementById("login").focus()`)
	page.Type(browser.Enter)
	page.Wait(`document.activeElement.type === "password"`)
	page.Check()
	page.Type("wrong", browser.Enter)
	page.Wait(`document.querySelector("dialog .problem").textContent.includes("wrong")`)
	page.Type(webtest.Key, browser.Enter)
	page.Wait(`document.getElementById("role").textContent === "admin" && !document.querySelector("dialog")`)
	page.Ready()
	browser.Value[any](page.Page, `document.getElementById("login").focus()`)
	page.Type(browser.Enter)
	page.Wait(`document.getElementById("role").textContent === "guest"`)
}

// TestKeys goes about by the keys that the list of them names.
func TestKeys(t *testing.T) {
	page := webtest.Start(t).OpenAdmin("/nothing-here", "404")
	page.Wait(`document.querySelector("main h1").textContent === "There is no such page"`)
	page.Check()
	page.Type("g", "o")
	page.Wait(`location.pathname === "/" && document.querySelector("main h1").textContent === "Overview"`)
	page.Type("?")
	page.Wait(`document.querySelector("dialog[open] h2").textContent === "Keyboard shortcuts"`)
	page.Check()
	page.Type(browser.Escape)
	page.Wait(`!document.querySelector("dialog")`)
	page.Show("/")
	page.Type(browser.Tab)
	page.Wait(`document.activeElement.className === "skip"`)
	page.Type(browser.Enter)
	page.Wait(`document.activeElement.id === "main"`)
}

// TestMenuOnPhone opens the menu and goes to a page with it.
func TestMenuOnPhone(t *testing.T) {
	page := webtest.Start(t).OpenAdmin("/")
	page.Phone()
	page.Ready()
	page.Check()
	page.Click("#menu")
	page.Wait(`document.getElementById("menu").ariaExpanded === "true" && document.activeElement.closest("nav") !== null`)
	page.Check()
	page.Type(browser.Escape)
	page.Wait(`getComputedStyle(document.getElementById("side")).visibility === "hidden" && document.activeElement.id === "menu"`)
}

// TestAway stops the hub under a page, which says so and comes back by itself. What it
// asks for meanwhile in vain is no error of the page's.
func TestAway(t *testing.T) {
	for _, path := range []string{"/", "/registry"} {
		t.Run(path, func(t *testing.T) {
			h := webtest.Start(t)
			page := h.OpenAdmin(path, "WebSocket connection to", "Failed to load resource", "ERR_")
			page.Wait(`document.getElementById("state").textContent === "live"`)
			h.Restart(func() {
				page.Wait(`!document.getElementById("banner").hidden && document.getElementById("banner").textContent.includes("away")`)
				page.Check()
			})
			page.Wait(`document.getElementById("banner").hidden && document.getElementById("state").textContent === "live"`)
			// Logins are kept in memory only: who was an administrator is a guest again.
			page.Wait(`document.getElementById("role").textContent === "guest"`)
		})
	}
}

// TestNothingForGuests opens a hub that shows them nothing.
func TestNothingForGuests(t *testing.T) {
	h := webtest.Start(t, "--guests", "none")
	page := h.Open("/", "401", "WebSocket connection to", "Failed to load resource")
	page.Wait(`document.querySelector("main h2")?.textContent === "This page needs a key"`)
	page.Check()
	page.Click("main button")
	page.Wait(`document.activeElement.type === "password"`)
	page.Type(webtest.Key, browser.Enter)
	page.Wait(`document.querySelector(".plot") !== null`)
	// It keeps no logins over a restart.
	h.Restart(nil)
	page.Wait(`document.querySelector("main h2")?.textContent === "This page needs a key" && document.getElementById("banner").hidden`)
}

// TestPageThatWasLeft goes from page to page as an address is typed: the hub counts one
// connection, although the browser keeps the pages. Who comes back to one finds it live.
func TestPageThatWasLeft(t *testing.T) {
	page := webtest.Start(t).OpenAdmin("/log")
	page.Show("/settings")
	page.Show("/clients")
	const alone = `document.querySelectorAll("tbody tr").length === 1 && document.querySelector("#state").textContent === "live"`
	page.Wait(alone)
	browser.Value[any](page.Page, `dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })); null`)
	page.Wait(`document.querySelector("#state").textContent === "not live"`)
	browser.Value[any](page.Page, `dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })); null`)
	page.Wait(alone)
}
