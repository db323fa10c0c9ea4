//go:build browser

package webtest_test

import (
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestAPIPage finds an operation, reads what it takes and gives, and asks for it.
func TestAPIPage(t *testing.T) {
	h := webtest.Start(t)
	page := h.OpenAdmin("/api")
	page.Wait(`document.querySelectorAll("main details").length > 40`)
	page.Shoot("api")
	page.Type("/", "running")
	page.Wait(`document.querySelectorAll("main details").length === 2 && document.querySelector("main [role=status]").textContent.startsWith("2 of ")`)
	browser.Value[any](page.Page, `document.querySelector("#getSqlRunning > summary").click()`)
	page.Wait(`document.querySelector("#getSqlRunning pre")?.textContent.includes('"statements"')`)
	page.Check()
	browser.Value[any](page.Page, `[...document.querySelectorAll("#getSqlRunning button")].find((b) => b.textContent === "Ask").click()`)
	page.Wait(`document.querySelector("#getSqlRunning .said")?.textContent.includes('"statements": []')`)
	page.Show("/api#postMessages")
	page.Wait(`document.querySelector("#postMessages[open] code")?.checkVisibility() &&
		document.querySelector("#postMessages .line code").textContent.includes("-X POST") && document.querySelector("#postMessages .line code").textContent.includes('"to":"…"')`)
	page.Shoot("api-operation")
}
