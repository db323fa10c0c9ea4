//go:build browser

package webtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// TestSettingsPage finds a setting and sees where it is from.
func TestSettingsPage(t *testing.T) {
	h := webtest.Start(t, "--max-keys", "5000")
	page := h.OpenAdmin("/settings")
	const rows = `[...document.querySelectorAll("tbody tr")]`
	page.Wait(rows + `.length > 20`)
	page.Shoot("settings")
	page.Click(`input[type="search"]`)
	page.Type("max-keys")
	page.Wait(rows + `.length === 1 && ` + rows + `[0].cells[1].textContent === "5000" && ` + rows + `[0].cells[2].textContent === "flag"`)
	page.Check()
}

// TestServicesPage enables a service and takes that back.
func TestServicesPage(t *testing.T) {
	page := webtest.Start(t).OpenAdmin("/services")
	const ping = `[...document.querySelectorAll("tbody tr")].find((r) => r.textContent.startsWith("ping"))`
	page.Wait(`[...document.querySelectorAll("tbody tr")].find((r) => r.textContent.startsWith("record"))?.cells[3].textContent.includes(":")`)
	page.Wait(ping + `?.cells[1].textContent === "off"`)
	page.Shoot("services")
	browser.Value[any](page.Page, ping+`.querySelector("button").click()`)
	page.Wait(ping + `.cells[1].textContent === "on" && ` + ping + `.cells[3].textContent.includes(":")`)
	browser.Value[any](page.Page, `[...document.querySelectorAll(".toast button")].find((b) => b.textContent === "Undo").click()`)
	page.Wait(ping + `.cells[1].textContent === "off"`)
	page.Check()
}

// TestFunctionsPage adds a function to the folder that the page names, and runs it.
func TestFunctionsPage(t *testing.T) {
	page := webtest.Start(t).OpenAdmin("/functions")
	page.Wait(`document.querySelector(".example code")`)
	page.Shoot("functions-none")
	folder := page.Text(".example code")
	program := "#!/bin/sh\n# Adds up.\necho 42\n"
	if err := os.WriteFile(filepath.Join(folder, "answer"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	page.Click(".page-head .actions button")
	page.Wait(`document.querySelector("tbody tr")?.textContent.includes("Adds up.")`)
	page.Click("tbody button")
	page.Wait(`document.querySelector("input[name=args]")`)
	page.Type("1, 'two'", browser.Enter)
	page.Wait(`document.querySelector(".out pre")?.textContent === "42"`)
	page.Shoot("functions")
}
