//go:build browser

package webtest_test

import (
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestLogPage reads the log as it is written, by level and part, and the audit.
func TestLogPage(t *testing.T) {
	h := webtest.Start(t)
	page := h.OpenAdmin("/log")
	const rows = `[...document.querySelectorAll("tbody tr")]`
	page.Wait(rows + `.some((r) => r.textContent.includes("log in"))`)
	if got := h.Ask("admin('wrong', 's.status()')"); got == "" {
		t.Error("a wrong key is answered with nothing")
	}
	page.Wait(rows + `[0]?.textContent.includes("a wrong key was given") && ` + rows + `[0].textContent.includes("warn")`)
	choose := func(label, value string) {
		t.Helper()
		browser.Value[any](page.Page, `{ const s = [...document.querySelectorAll("label")].find((l) => l.textContent === "`+label+`").control;
			s.value = "`+value+`"; s.dispatchEvent(new Event("change")); null }`)
	}
	choose("Level", "debug")
	page.Wait(rows + `.length > 0`)
	page.Wait(`document.querySelector("select").value === "debug"`)
	h.Ask("print('seen by those who look')")
	page.Wait(rows + `.some((r) => r.textContent.includes("seen by those who look"))`)
	page.Shoot("log")
	choose("Part", "access")
	page.Wait(rows + `.length > 0 && ` + rows + `.every((r) => r.cells[2].textContent === "access")`)
	browser.Value[any](page.Page, `[...document.querySelectorAll("[role=tab]")].at(-1).click()`)
	page.Wait(rows + `.some((r) => r.textContent.includes("web: admin: log in"))`)
	page.Shoot("audit")
}
