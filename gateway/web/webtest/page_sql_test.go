//go:build browser

package webtest_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// openSQL opens the page as the administrator, whose hub has a table of plants.
func openSQL(t *testing.T, flags ...string) (*webtest.Hub, *webtest.Page) {
	t.Helper()
	h := webtest.Start(t, flags...)
	h.Ask(`dbExec("CREATE TABLE plants (name TEXT PRIMARY KEY, height REAL, watered TEXT)")`)
	h.Ask(`dbExec("INSERT INTO plants VALUES ('basil', 21.5, '2026-06-01 08:00:00'), ('mint', 34, '2026-06-02 08:00:00'), ('<b>sage</b>', NULL, '2026-06-04 19:30:00')")`)
	page := h.OpenAdmin("/sql", "409", "422", "403")
	page.Wait(`document.querySelector("details[data-table=plants]")`)
	return h, page
}

// runSQL writes SQL in place of what is there, by the keyboard, and runs it.
func runSQL(page *webtest.Page, sql string) {
	writeSQL(page, sql)
	page.Do(ctrl(browser.Enter))
}

func writeSQL(page *webtest.Page, sql string) {
	browser.Value[any](page.Page, `document.querySelector(".sql-editor textarea").focus(); document.querySelector(".sql-editor textarea").select()`)
	page.Type(sql, browser.Escape)
}

// ctrl presses a key with Ctrl.
func ctrl(key string) chromedp.Action[chromedp.Void] {
	return chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl))
}

func TestSQLPage(t *testing.T) {
	h := webtest.Start(t)
	page := h.OpenAdmin("/sql")
	page.Shoot("sql-empty")
	// The example is written, run, and then there in the hub and beside the editor.
	page.Click(".result .empty > button")
	page.Do(ctrl(browser.Enter))
	page.Wait(`document.querySelectorAll(".result-grid tbody tr").length === 3`)
	page.Wait(`document.querySelector("details[data-table=plants]")`)
	if said := page.Text(".result .said"); !strings.Contains(said, "3 rows") || !strings.Contains(said, "3 rows changed") {
		t.Errorf("the page says %q", said)
	}
	if answer := h.Ask(`dbExec("SELECT count(*) FROM plants")`); !strings.Contains(answer, "3") {
		t.Errorf("the hub has %s", answer)
	}
	page.Shoot("sql")
	runSQL(page, "INSERT INTO plants VALUES ('<i>x</i>', NULL, '')")
	page.Wait(`document.querySelector(".result .said").textContent.startsWith("1 row changed")`)
	runSQL(page, "SELECT name, height, watered, x'00ff' AS raw, 9007199254740993 AS large FROM plants WHERE height IS NULL")
	page.Wait(`document.querySelector(".result-grid tbody tr")?.textContent === "1<i>x</i>NULLX'00FF'9007199254740993"`)
	if kinds := browser.Value[string](page.Page, `[...document.querySelectorAll(".result-grid thead small")].map((s) => s.textContent).join()`); kinds != "text,null,text,bytes,number" {
		t.Errorf("the columns are %s", kinds)
	}
	// What would empty a table asks first.
	runSQL(page, "DELETE FROM plants")
	page.Wait(`document.querySelector("dialog[open]")?.textContent.includes("DELETE FROM plants")`)
	page.Check()
	page.Type(browser.Enter) // Cancel has the focus
	page.Wait(`!document.querySelector("dialog")`)
	if answer := h.Ask(`dbExec("SELECT count(*) FROM plants")`); !strings.Contains(answer, "4") {
		t.Errorf("after Cancel the hub has %s", answer)
	}
	// What was run is there when the page is loaded again, and keys are not.
	runSQL(page, "SELECT 'ABCDEFGHIJKLMNOPQRSTUVW234' AS gate")
	page.Wait(`document.querySelector(".toast")?.textContent.includes("key")`)
	page.Show("/sql")
	page.Wait(`document.querySelectorAll(".history li").length === 3`)
	if kept := browser.Value[string](page.Page, `JSON.stringify({...localStorage})`); strings.Contains(kept, "ABCDEFGH") || !strings.Contains(kept, "x'00ff'") {
		t.Errorf("the browser has kept %s", kept)
	}
	page.Click(".history button")
	page.Wait(`document.querySelector(".sql-editor textarea").value.includes("x'00ff'")`)
}

// TestSQLCompletion writes a statement with as few keys as a person would.
func TestSQLCompletion(t *testing.T) {
	_, page := openSQL(t)
	text := `document.querySelector(".sql-editor textarea").value`
	open := `document.querySelector(".offers:not([hidden]) [aria-selected=true]")?.textContent`
	browser.Value[any](page.Page, `document.querySelector(".sql-editor textarea").focus()`)
	page.Type("SEL")
	page.Wait(open + ` === "SELECTkeyword"`)
	page.Check()
	page.Type(browser.Tab, " p.he")
	page.Wait(`document.querySelector(".offers").hidden`)
	page.Type(" FROM pl")
	page.Wait(open + ` === "plantstable"`)
	page.Type(browser.Tab, " p", browser.Escape)
	browser.Value[any](page.Page, `document.querySelector(".sql-editor textarea").setSelectionRange(11, 11)`)
	page.Do(ctrl(" "))
	page.Wait(open + ` === "heightcolumn of plants"`)
	page.Type(browser.Down, browser.Up, browser.Tab)
	page.Wait(text + ` === "SELECT p.height FROM plants p"`)
	page.Do(ctrl(browser.Enter))
	page.Wait(`document.querySelector(".result-grid thead button")?.textContent === "height"`)
	// What is drawn is what is written, and stands where it is written.
	page.Wait(`document.querySelector(".paint").textContent.trimEnd() === ` + text)
	if apart := browser.Value[float64](page.Page, `(() => { const [a, b] = document.querySelector(".sheet").children; return Math.abs(a.clientWidth - b.clientWidth) + Math.abs(a.getBoundingClientRect().top - b.getBoundingClientRect().top); })()`); apart != 0 {
		t.Errorf("the colours are %v pixels beside the text", apart)
	}
}

func TestSQLError(t *testing.T) {
	_, page := openSQL(t)
	runSQL(page, "SELECT * FROM plants;\n SELECT name FROM plantz")
	page.Wait(`document.querySelector(".trouble")?.textContent.includes("Did you mean plants?")`)
	page.Wait(`document.querySelector(".paint .wrong").textContent === "plantz" && document.querySelector(".trouble button").textContent === "Line 2, letter 19"`)
	page.Shoot("sql-error")
	page.Click(".trouble button")
	page.Type("plants", browser.Escape)
	page.Wait(`!document.querySelector(".paint .wrong")`)
	page.Do(ctrl(browser.Enter))
	page.Wait(`document.querySelectorAll(".result-grid tbody tr").length === 3 && !document.querySelector(".trouble")`)
	for sql, want := range map[string]string{
		"SELEC 1":   "syntax error",
		"SELECT (1": "still open",
		"INSERT INTO plants (name) VALUES ('mint')": "UPDATE it",
		"ATTACH 'x' AS y": "may not be used",
	} {
		runSQL(page, sql)
		page.Wait(`document.querySelector(".trouble")?.textContent.includes(` + strconv.Quote(want) + `)`)
	}
}

// TestSQLText looks at what the page tells by the words of a text alone.
func TestSQLText(t *testing.T) {
	page := webtest.Start(t).Open("/sql")
	for _, test := range []struct{ call, want string }{
		{"losses(`DELETE FROM a; delete from b where 1; UPDATE c SET x = (SELECT 1 FROM d WHERE 1)`)", `["DELETE FROM a – every row","UPDATE c SET x = (SELECT 1 FROM d WHERE 1) – changes every row"]`},
		{"losses(`ALTER TABLE a DROP COLUMN b; WITH q AS (SELECT 1 WHERE 1) DELETE FROM a -- WHERE`)", `["ALTER TABLE a DROP COLUMN b","WITH q AS (SELECT 1 WHERE 1) DELETE FROM a – every row"]`},
		{"losses(`INSERT INTO a VALUES ('; DROP TABLE a') ON CONFLICT DO UPDATE SET x = 1; CREATE TABLE b (a REFERENCES c ON DELETE CASCADE)`)", `[]`},
		{"statements(`CREATE TRIGGER a AFTER INSERT ON b BEGIN DELETE FROM c; SELECT CASE WHEN 1 THEN 2 END; END; SELECT 1;; /* ; */`).length", `2`},
		{"reads(`SELECT 1; WITH a AS (SELECT 1) SELECT * FROM a`)", `true`},
		{"reads(`WITH a AS (SELECT 1) DELETE FROM b`)", `false`},
		{"hasKey(`UPDATE u SET password = 'x'`)", `true`},
		{"hasKey(`SELECT 1 -- login('x')`)", `true`},
		{"hasKey(`CREATE TABLE t (key TEXT PRIMARY KEY, a_name_that_is_long_and_harmless TEXT); SELECT '2026-11-22 12:00:00.000000'`)", `false`},
	} {
		if got := browser.Value[string](page.Page, `import("/assets/pages/sql-text.js").then(({losses, statements, reads, hasKey}) => JSON.stringify(`+test.call+`))`); got != test.want {
			t.Errorf("%s is %s, not %s", test.call, got, test.want)
		}
	}
}

// TestSQLPlot draws heights over the time.
func TestSQLPlot(t *testing.T) {
	_, page := openSQL(t)
	runSQL(page, "SELECT watered, height FROM plants ORDER BY name DESC")
	page.Wait(`document.querySelector("[role=tab]:nth-child(2)")`)
	page.Click("[role=tab]:nth-child(2)")
	page.Wait(`document.querySelector(".plot-stage canvas") && document.querySelector(".plot-stage").ariaLabel.includes("2 points between 21.5 and 34")`)
	points := browser.Value[[][]*float64](page.Page, `document.querySelector(".plot-stage").plot.points("height")`)
	if len(points) != 3 || *points[0][0] != 1780300800 || *points[0][1] != 21.5 || *points[1][1] != 34 || points[2][1] != nil {
		t.Errorf("drawn is %v", points)
	}
	page.Shoot("sql-plot")
}

// TestSQLFiles saves a result, and looks at what is in the files.
func TestSQLFiles(t *testing.T) {
	_, page := openSQL(t)
	browser.Value[any](page.Page, `window.saved = []; URL.createObjectURL = (blob) => { blob.text().then((text) => saved.push(text)); return "#"; }`)
	runSQL(page, `SELECT name, height, 'a "b", c' AS name, '' AS none, '=1+1' AS sum, '-5' AS least FROM plants ORDER BY 1 DESC LIMIT 2`)
	page.Wait(`document.querySelectorAll(".result-grid tbody tr").length === 2`)
	browser.Value[any](page.Page, `for (const b of document.querySelectorAll(".above .actions button")) if (b.textContent) b.click()`)
	page.Wait(`saved.length === 2`)
	saved := browser.Value[[]string](page.Page, `saved`)
	if want := "name,height,name,none,sum,least\r\nmint,34,\"a \"\"b\"\", c\",\"\",'=1+1,-5\r\nbasil,21.5,\"a \"\"b\"\", c\",\"\",'=1+1,-5\r\n"; saved[0] != want {
		t.Errorf("the CSV is %q", saved[0])
	}
	if want := `{"name":"mint","height":34,"name_2":"a \"b\", c","none":"","sum":"=1+1","least":"-5"}`; !strings.Contains(saved[1], want) {
		t.Errorf("the JSON is %s", saved[1])
	}
}

// TestSQLManyRows scrolls through as many rows as one may ask for.
func TestSQLManyRows(t *testing.T) {
	_, page := openSQL(t)
	browser.Value[any](page.Page, `document.querySelector(".run select").value = "10000"`)
	runSQL(page, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 20000) SELECT i, printf('%.300c', 'y') AS long FROM n")
	page.Wait(`document.querySelector(".result .said")?.textContent.startsWith("10,000 rows, and there are more")`)
	if n := browser.Value[int](page.Page, `document.querySelectorAll(".result-grid tbody tr").length`); n > 100 {
		t.Errorf("%d rows are in the document", n)
	}
	browser.Value[any](page.Page, `document.querySelector(".result-grid").scrollTop = 1e9`)
	page.Wait(`document.querySelector(".result-grid tbody tr:last-child th").textContent === "10000"`)
	if off := browser.Value[float64](page.Page, `document.querySelector(".result-grid tbody tr:last-child").getBoundingClientRect().bottom - document.querySelector(".result-grid").getBoundingClientRect().bottom`); off > 2 || off < -20 {
		t.Errorf("the last row ends %v pixels below the table", off)
	}
	page.Click(".result-grid thead th:nth-child(2) button")
	page.Click(".result-grid thead th:nth-child(2) button")
	browser.Value[any](page.Page, `document.querySelector(".result-grid").scrollTop = 0`)
	page.Wait(`document.querySelector(".result-grid tbody td").textContent === "10000"`)
	page.Click(".cut")
	page.Wait(`document.querySelector("dialog .whole")?.textContent === "y".repeat(300)`)
	page.Check()
	page.Type(browser.Escape)
	page.Shoot("sql-rows")
}

// endlessSQL does not end by itself.
const endlessSQL = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"

// TestSQLStop stops what the page runs, and what somebody else does.
func TestSQLStop(t *testing.T) {
	h, page := openSQL(t, "--max-sql-time", "2m")
	runSQL(page, endlessSQL)
	page.Wait(`document.querySelector(".running li code")?.textContent.includes("RECURSIVE") && parseFloat(document.querySelector(".run .elapsed").textContent) > 0.3`)
	page.Shoot("sql-running")
	page.Click(".run .danger")
	page.Wait(`document.querySelector(".trouble")?.textContent.startsWith("Stopped") && document.querySelector(".run .danger").hidden`)
	page.Wait(`!document.querySelector(".running li")`)
	said := make(chan string, 1)
	go func() { said <- h.Ask(`dbExec("` + endlessSQL + `")`) }()
	page.Wait(`document.querySelector(".running li")?.textContent.includes("text")`)
	page.Click(".running button")
	page.Wait(`!document.querySelector(".running li")`)
	if answer := <-said; !strings.Contains(answer, "stopped the SQL") {
		t.Errorf("who was stopped is told %s", answer)
	}
}

// TestSQLOfGuests opens the page where guests may only read, and where they may nothing.
func TestSQLOfGuests(t *testing.T) {
	page := webtest.Start(t, "--guests", "read").Open("/sql", "403")
	page.Wait(`document.querySelector(".notice")?.textContent.includes("only read")`)
	page.Shoot("sql-guest")
	writeSQL(page, "CREATE TABLE t (a)")
	page.Wait(`document.querySelector(".run .warning")?.textContent.includes("log in")`)
	page.Do(ctrl(browser.Enter))
	page.Wait(`document.querySelector(".trouble")?.textContent.includes("may only read it")`)
	runSQL(page, "SELECT 7 AS n")
	page.Wait(`document.querySelector(".result-grid td")?.textContent === "7"`)
	page = webtest.Start(t, "--guests", "none").Open("/sql", "401", "403", "Authentication failed")
	page.Wait(`document.querySelector("main").textContent.includes("needs a key")`)
}
