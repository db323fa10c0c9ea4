//go:build browser

package webtest_test

import (
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestPromptPage types expressions and commands, has words completed, and brings back
// what was typed before.
func TestPromptPage(t *testing.T) {
	h := webtest.Start(t)
	h.Ask("setReg('garden.soil.temp', 21)")
	page := h.OpenAdmin("/prompt", "422")
	const last = `[...document.querySelectorAll(".reply")].at(-1)?.textContent`
	page.Wait(`document.activeElement.tagName === "TEXTAREA"`)
	page.Check()
	page.Type("getR")
	page.Wait(`document.querySelector(".words li[aria-selected=true]")?.textContent === "getReg" && document.querySelector(".word-help").textContent.includes("gives a shared value")`)
	page.Type(browser.Tab, "('garden.s")
	page.Wait(`document.querySelector(".words li")?.textContent === "garden.soil.temp"`)
	page.Check()
	page.Click(`.words li`)
	page.Type(") * 2", browser.Enter)
	page.Wait(last + ` === "42"`)
	page.Type("[1,", browser.Enter, "2]", browser.Escape, browser.Enter)
	page.Wait(last + ` === "[1, 2]"`)
	page.Type("1/0", browser.Enter)
	page.Wait(last + ` === "ZeroDivisionError: division by zero"`)
	page.Type("MyData['greeting'] = '<b>hello</b>'", browser.Enter)
	page.Wait(last + ` === "OK"`)
	if got := h.Ask("getReg('greeting')"); got != "<b>hello</b>" {
		t.Errorf("the hub has %q", got)
	}
	page.Type(browser.Up)
	page.Wait(`document.querySelector("textarea").value.includes("greeting")`)
	browser.Value[any](page.Page, `document.querySelector("textarea").value = ""`)
	page.Type("s.listn")
	page.Wait(`document.querySelector(".words li")?.textContent === "s.listnetwork"`)
	page.Type(browser.Tab, ")", browser.Enter)
	page.Wait(last + `?.includes("garden")`)
	page.Type("fet")
	page.Wait(`document.querySelector(".words li")?.textContent === "fetch"`)
	page.Shoot("prompt")
}
