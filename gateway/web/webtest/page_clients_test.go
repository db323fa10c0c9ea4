//go:build browser

package webtest_test

import (
	"context"
	"testing"
	"time"

	"althing"
	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestClientsPage looks at who is there, finds one, does to it what administrators do,
// and overhears it.
func TestClientsPage(t *testing.T) {
	h := webtest.Start(t)
	lamp := register(t, h, "lamp", "above the workbench")
	register(t, h, "thermostat", "")
	line := connectLine(t, h)
	id := h.Ask("getClientID()")
	h.Ask("join('" + id + "', 'garden')")
	line.ask("send('" + id + "', 'lamp', 'water is low')")

	page := h.OpenAdmin("/clients")
	const row = `[...document.querySelectorAll("tbody tr")]`
	page.Wait(row + `.some((r) => r.textContent.includes("lamp") && r.textContent.includes("session") && r.cells[7].textContent === "1")`)
	page.Wait(row + `.some((r) => r.textContent.includes("` + id + `") && r.textContent.includes("text"))`)
	page.Wait(row + `.some((r) => r.textContent.includes("conn-"))`)
	page.Click(".page-head .actions button")
	page.Wait(row + `.some((r) => r.textContent.includes("lamp") && r.cells[5].textContent.endsWith("ms"))`)
	page.Shoot("clients")

	page.Click(`input[type="search"]`)
	page.Type("lamp")
	page.Wait(row + `.length === 1`)
	page.Click("tbody button.name")
	page.Wait(`document.querySelector(".client-panel h2")?.textContent === "lamp" && document.querySelector(".facts").textContent.includes("above the workbench")`)

	press := func(label string) {
		t.Helper()
		browser.Value[any](page.Page, `[...document.querySelectorAll(".client-panel button, dialog button")].find((b) => b.textContent === "`+label+`").click()`)
	}
	press("Listen")
	page.Wait(`[...document.querySelectorAll(".client-panel button")].some((b) => b.textContent === "Listening")`)
	if _, err := lamp.Set(t.Context(), "lamp.on", true); err != nil {
		t.Fatal(err)
	}
	page.Wait(`document.querySelector(".traffic").textContent.includes("registry.set {'key': 'lamp.on', 'value': True}")`)
	page.Shoot("client")

	press("Mute")
	page.Wait(row + `[0].textContent.includes("muted")`)
	if _, err := lamp.Eval(t.Context(), "1"); err == nil {
		t.Error("who is muted is heard")
	}
	press("Unmute")
	page.Wait(`!` + row + `[0].textContent.includes("muted")`)

	press("Rights")
	page.Wait(`document.querySelector("dialog[open]")`)
	page.Check()
	page.Click(`dialog input[type="checkbox"]`)
	press("Set")
	page.Wait(row + `[0].textContent.includes("admin")`)

	heard := make(chan string, 10)
	lamp.OnMessage(func(m *althing.Message) { heard <- string(m.Body) })
	if err := lamp.Push(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	press("Message")
	page.Wait(`document.querySelector("dialog[open] textarea")`)
	page.Click("dialog textarea")
	page.Type("good evening")
	press("Send")
	for late := time.After(time.Minute); ; {
		select {
		case body := <-heard:
			if body != "good evening" {
				continue
			}
		case <-late:
			t.Error("the message has not arrived")
		}
		break
	}

	press("Rename")
	page.Wait(`document.querySelector("dialog[open] input")?.value === "lamp"`)
	browser.Value[any](page.Page, `document.querySelector("dialog input").select()`)
	page.Type("lantern", browser.Enter)
	page.Wait(`document.querySelector(".client-panel h2")?.textContent === "lantern"`)
	press("Kick")
	page.Wait(`document.querySelector("dialog[open]")`)
	browser.Value[any](page.Page, `[...document.querySelectorAll("dialog button")].find((b) => b.textContent === "Kick").click()`)
	page.Wait(`document.querySelector(".client-panel").textContent.includes("away")`)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // until it has heard of it
	defer cancel()
	for ctx.Err() == nil {
		if _, err := lamp.Conn(); err != nil {
			break
		}
	}
	page.Check()
}
