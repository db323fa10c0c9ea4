//go:build browser

package webtest_test

import (
	"net/http"
	"strings"
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// hostile is what a stranger calls everything: HTML that would tell on itself.
const hostile = `<img src=x onerror=hurt=1>`

// TestWhatLooksLikeHTMLIsText opens every page of a hub in which all that can have a name
// has one that is HTML, and all that can hold a text holds one.
func TestWhatLooksLikeHTMLIsText(t *testing.T) {
	h := webtest.Start(t, "--name", hostile, "--description", hostile)
	for _, query := range []string{
		`setReg('` + hostile + `', '` + hostile + `')`,
		`setReg('` + hostile + `.` + hostile + `', {'` + hostile + `': b'` + hostile + `'})`,
		`dbExec('CREATE TABLE "` + hostile + `" ("` + hostile + `" TEXT DEFAULT "` + hostile + `")')`,
		`dbExec('INSERT INTO "` + hostile + `" VALUES (\'` + hostile + `\')')`,
	} {
		if answer := h.Ask(query); strings.Contains(answer, "rror:") {
			t.Fatalf("%s is answered %s", query, answer)
		}
	}
	register(t, h, hostile, hostile)
	id := h.Ask("getClientID()")
	h.Ask("join('" + id + "', '" + hostile + "')")
	answer, err := http.Post(h.URL("/api/v1/eval"), "application/json", strings.NewReader(`{"text":"'`+hostile+`'"}`)) // for the log
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	page := h.OpenAdmin("/", "404")
	for path, shown := range map[string]bool{
		"/": true, "/network": true, "/clients": true, "/registry": true, "/messages": true, "/sql": true, "/prompt": false,
		"/services": false, "/functions": false, "/log": true, "/settings": true, "/devices": false, "/api": false,
		"/network/%3Cimg%20src=x%20onerror=hurt=1%3E": true, "/" + "%3Cimg%20src=x%20onerror=hurt=1%3E": false,
	} {
		page.Show(path)
		if path == "/messages" {
			h.Ask("send('" + id + "', '" + hostile + "', '" + hostile + "')")
		}
		if shown {
			page.Wait(`document.querySelector("main").textContent.includes("onerror=hurt")`)
		}
		if browser.Value[bool](page.Page, `typeof hurt !== "undefined" || document.querySelector("img[src=x]") !== null`) {
			t.Errorf("on %s what a stranger wrote is HTML", path)
		}
	}
	if got := browser.Value[bool](page.Page, `import("/assets/js/literal.js").then(({typed}) => typed("toString").value === "toString")`); !got {
		t.Error("the word toString is no text")
	}
}
