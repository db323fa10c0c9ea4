//go:build browser

package webtest_test

import (
	"strings"
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestNetworkPage makes a token on the page, has another hub join by it, sees its link
// come and go, and starts it again.
func TestNetworkPage(t *testing.T) {
	h := webtest.Start(t)
	register(t, h, "lamp", "")
	page := h.OpenAdmin("/network/garden")
	page.Wait(`document.querySelector(".tiles")?.textContent.includes("at the top")`)
	page.Wait(`document.querySelector(".page-network tbody")?.textContent.includes("lamp")`)
	press := func(label string) {
		t.Helper()
		browser.Value[any](page.Page, `[...document.querySelectorAll("main button, dialog button")].findLast((b) => b.textContent === "`+label+`").click()`)
	}
	press("Make a token")
	page.Wait(`document.querySelector("dialog[open] code")`)
	page.Check()
	_, parent, _ := strings.Cut(page.Text("dialog code"), "--parent ")
	press("Close")
	page.Wait(`document.querySelectorAll(".below button").length === 1`)
	page.Shoot("hub")

	barn := webtest.Start(t, "--name", "barn", "--parent", strings.TrimSpace(parent))
	page.Show("/network")
	page.Wait(`document.querySelectorAll(".tree .hub").length === 2`)
	page.Wait(`[...document.querySelectorAll("tbody tr")].some((r) => r.textContent.includes("garden/barn") && r.textContent.includes("up"))`)
	page.Wait(`document.querySelector(".tree")?.textContent.includes("1 client ")`)
	page.Shoot("network")

	page.Click(`.tree a[href="/network/garden/barn"]`)
	page.Wait(`document.querySelector("main h1")?.textContent === "garden/barn" && document.querySelector(".facts")?.textContent.includes("` + barn.Session + `")`)
	page.Check()
	barn.Stop()
	page.Wait(`document.querySelector(".tiles")?.textContent.includes("down") && document.querySelector("main").innerText.includes("Who is there is not known")`)
	page.Show("/network")
	page.Wait(`document.querySelector(".tree .link.down")`)
	page.Shoot("network-down")
	page.Click(`.tree a[href="/network/garden/barn"]`)
	page.Wait(`[...document.querySelectorAll("main button")].some((b) => b.textContent === "Forget" && !b.hidden)`)
	page.Check()
	press("Forget")
	page.Wait(`document.querySelector("dialog[open]")`)
	press("Forget")
	page.Wait(`location.pathname === "/network" && document.querySelectorAll(".tree .hub").length === 1`)
	page.Show("/network/garden")
	page.Wait(`[...document.querySelectorAll("main button")].some((b) => b.textContent === "Withdraw")`)
	press("Withdraw")
	page.Wait(`document.querySelector("dialog[open]")`)
	press("Withdraw")
	page.Wait(`document.querySelectorAll(".below button").length === 0`)
}
