//go:build browser

package browser_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/internal/browser"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, page string) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte("<!DOCTYPE html><link rel=icon href=data:,>" + page))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestPage(t *testing.T) {
	p := browser.Open(t, serve(t, `<input id=in><button onclick="said.textContent = document.getElementById('in').value">ä</button><p id=said>`))
	p.Type(browser.Tab, "größe", browser.Tab, browser.Enter)
	p.Wait(`document.getElementById("said").textContent === "größe"`)
	if label := p.Text("button"); label != "ä" {
		t.Errorf("the button says %q", label)
	}
}

// TestProblems has a page that does wrong all that a page can.
func TestProblems(t *testing.T) {
	p := browser.Open(t, serve(t, `<script>
		console.log("not this");
		console.error("said so", 7);
		console.error("known");
		setTimeout(() => { fetch("/nothing").then(() => { document.title = "done"; }); throw new Error("thrown"); });
	</script>`), "known")
	p.Wait(`document.title === "done"`)
	var problems []string
	for len(problems) < 3 { // they come by themselves
		problems = append(problems, p.Problems()...)
		p.Wait("true")
	}
	for _, want := range []string{"said so", "thrown", "404"} {
		if !slices.ContainsFunc(problems, func(problem string) bool { return strings.Contains(problem, want) }) {
			t.Errorf("nothing says %q in %q", want, problems)
		}
	}
}
