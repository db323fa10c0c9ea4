//go:build browser

package webtest_test

import (
	"strings"
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestMessages watches what is said, filters it, answers the operator's callers, sends
// to a group and looks at its members.
func TestMessages(t *testing.T) {
	h := webtest.Start(t)
	lamp := h.Ask("getClientID()")
	h.Ask("join('" + lamp + "', 'garden')")
	h.Ask("send('" + lamp + "', 'CONSOLE', 'The tank is empty')")
	h.Ask("send('" + lamp + "', 'SYSADMIN', 'May I have a key?')")
	page := h.OpenAdmin("/messages")
	page.Wait(`document.querySelector(".said .empty h3")?.textContent === "Nothing is said" && document.querySelector(".groups tbody")?.textContent.includes("garden")`)

	h.Ask("send('" + lamp + "', 'garden', 'It rains <b>hard</b>')")
	h.Ask("send('" + lamp + "', '" + lamp + "', 'a note to myself')")
	page.Wait(`document.querySelectorAll(".stream li").length === 2 && document.querySelector(".stream").textContent.includes("It rains <b>hard</b>")`)
	page.Shoot("messages")
	page.Click(".bar input[name=to]")
	page.Type("gard")
	page.Wait(`document.querySelectorAll(".stream li").length === 1 && document.querySelector(".said [role=status]").textContent === "1 of 2 match"`)

	// Send to the group: it is in the inbox, and passes.
	page.Click("input[name=to][required]")
	page.Type("garden")
	page.Click("textarea[name=body]")
	page.Type("Water the beds")
	page.Click("form button[type=submit]")
	page.Wait(`document.querySelectorAll(".stream li").length === 2 && document.querySelector(".stream li p").textContent === "Water the beds"`)
	said := ""
	for range 3 {
		said = h.Ask("recv('" + lamp + "')")
	}
	if !strings.HasPrefix(said, "SYSADMIN") || !strings.HasSuffix(said, "Water the beds") {
		t.Errorf("the client gets %q", said)
	}

	// What came before the page was opened is there for the operator, who answers.
	browser.Value[any](page.Page, `[...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === "Console").click()`)
	page.Wait(`document.querySelector(".stream li p")?.textContent === "The tank is empty"`)
	page.Shoot("messages-console")
	page.Click(".stream li header button")
	page.Wait(`document.activeElement.name === "body" && document.querySelector("select[name=from]").value === "CONSOLE" && document.querySelector("input[name=to][required]").value === "` + lamp + `"`)
	page.Type("I fill it")
	page.Click("form button[type=submit]")
	page.Wait(`[...document.querySelectorAll(".toast")].some((toast) => toast.textContent.startsWith("Sent to ` + lamp + `"))`)
	if said := h.Ask("recv('" + lamp + "')"); !strings.HasPrefix(said, "CONSOLE") || !strings.HasSuffix(said, "I fill it") {
		t.Errorf("the client gets %q", said)
	}
	browser.Value[any](page.Page, `[...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === "Administrators").click()`)
	page.Wait(`document.querySelector(".stream li p")?.textContent === "May I have a key?"`)

	browser.Value[any](page.Page, `[...document.querySelectorAll(".groups button")].find((b) => b.textContent === "garden").click()`)
	page.Wait(`document.querySelector("dialog[open]")?.textContent.includes("` + lamp + `")`)
	page.Check()
}

// TestMessagesOfGuests shows a guest the groups, and no messages.
func TestMessagesOfGuests(t *testing.T) {
	h := webtest.Start(t, "--guests", "read")
	page := h.Open("/messages")
	page.Wait(`document.querySelector(".said .empty h3")?.textContent === "Messages are for administrators to see" && document.querySelector(".groups tbody")?.textContent.includes("ALL")`)
	page.Wait(`!document.querySelector("main form")`)
	page.Check()
}
