//go:build browser

package webtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// garden fills a hub with what a small network shares.
func garden(h *webtest.Hub) {
	h.Ask(`setReg('garden.soil.temp', 21.5); setReg('garden.soil.moisture', 40); setReg('garden.lamp', True); setReg('garden.name', 'Behind the house'); setReg('garden.beds', [1, 'two', (3,)])`)
	h.Ask(`setReg('house.door', 'closed'); setReg('house.kitchen.light', 0.5); setReg('note', '<img src=x onerror=alert(1)>'); setReg('soon', 5.0, expire=3600)`)
	for i := range 12 {
		h.Ask(fmt.Sprintf("setReg('garden.soil.temp', %v)", 20+float64(i*i%7)/2))
	}
}

// keyIs waits until the text port answers that.
func keyIs(t *testing.T, h *webtest.Hub, query, want string) {
	t.Helper()
	got := ""
	for late := time.Now().Add(10 * time.Second); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		if got = h.Ask(query); got == want {
			return
		}
	}
	t.Errorf("%s is %s, not %s", query, got, want)
}

// row is a row of the tree, by its key.
func row(key string) string { return fmt.Sprintf("document.querySelector(`.row[data-key=%q]`)", key) }

// TestWhatATypedValueIs reads values as `althing set` does.
func TestWhatATypedValueIs(t *testing.T) {
	page := webtest.Start(t).Open("/registry")
	for typed, want := range map[string]string{
		"56": "a whole number", "-1.5e3": "a number", "0x1F": "a number", "1_000": "a number", "1+2j": "a number", "-2j": "a number",
		"True": "a truth", "(1,)": "a Python literal, which the hub reads", "192.168.1.5": "a text", "10 Downing Street": "a text", "1_": "a text", "0xyz": "a text",
	} {
		if is := browser.Value[string](page.Page, fmt.Sprintf(`import("/assets/js/literal.js").then(({typed}) => typed(%q).is)`, typed)); is != want {
			t.Errorf("%s is taken for %s, not %s", typed, is, want)
		}
	}
}

// active says that keys are about a row.
func active(key string) string {
	return `document.activeElement.getAttribute("role") === "treegrid" && document.querySelector(".row.active").dataset.key === "` + key + `"`
}

// TestRegistry looks at values, sees one change, sets, deletes and takes that back,
// records, and searches.
func TestRegistry(t *testing.T) {
	h := webtest.Start(t)
	garden(h)
	page := h.OpenAdmin("/registry")
	page.Wait(row("garden.soil.temp") + `?.querySelector(".value").textContent === "21" && ` + row("garden.soil.temp") + `.querySelector(".spark polyline")`)
	page.Wait(row("note") + `.querySelector(".value").textContent === "<img src=x onerror=alert(1)>"`)
	page.Shoot("registry")

	h.Ask("setReg('garden.soil.temp', 23.25)")
	page.Wait(row("garden.soil.temp") + `.querySelector(".value").textContent === "23.25"`)
	h.Ask("setReg('attic.new', 1)")
	page.Wait(row("attic") + ` && document.querySelector(".count").textContent === "10 keys"`)

	page.Click(`.row[data-key="garden.soil.temp"]`)
	page.Wait(`document.querySelector(".details h2")?.textContent === "garden.soil.temp" && document.querySelector(".details .chart path")`)
	page.Wait(`document.querySelector(".details .present").textContent === "23.25"`)
	page.Wait(`document.querySelector(".lines").textContent.includes("setReg('garden.soil.temp', 23.25)")`)
	h.Ask("setReg('garden.soil.temp', 24.0)")
	page.Wait(`document.querySelector(".details .present").textContent === "24.0"`)
	page.Shoot("registry-key")

	page.Click(`.details [role="switch"]`)
	page.Wait(`document.querySelector(".details [role=switch]").ariaChecked === "true"`)
	keyIs(t, h, "getReg('garden.soil.temp')", "24.0")
	page.Wait(`fetch("/api/v1/recordings").then((a) => a.json()).then((a) => a.recordings[0]?.pattern === "garden.soil.temp")`)

	page.Wait(`document.querySelector(".details .plot")?.plot.points().some(([, value]) => value === 24)`)
	page.Shoot("registry-recorded")

	// Delete, and take it back: the value comes with its type, and its time.
	page.Click(`.row[data-key="soon"]`)
	page.Wait(`document.querySelector(".details h2")?.textContent === "soon"`)
	page.Click(".details button.danger")
	keyIs(t, h, "'soon' in MyData", "False")
	page.Wait(`!` + row("soon"))
	page.Click(".toast button:not([title])")
	keyIs(t, h, "repr(getReg('soon'))", "5.0")
	page.Wait(row("soon"))
	page.Wait(`fetch("/api/v1/registry/soon").then((a) => a.json()).then((a) => new Date(a.expires) - Date.now() > 3000000)`)

	// Set another.
	page.Click(".page-head button.primary")
	page.Wait(`document.querySelector("dialog[open] input[name=key]")`)
	browser.Value[any](page.Page, `document.querySelector("dialog input[name=key]").select()`)
	page.Click("dialog input[name=key]")
	browser.Value[any](page.Page, `document.querySelector("dialog input[name=key]").value = ""`)
	page.Type("house.rooms")
	page.Click("dialog textarea")
	page.Type("{'a': (1, 2.0)}")
	page.Wait(`document.querySelector("dialog [role=status]").textContent.includes("Python literal")`)
	page.Check()
	page.Click("dialog button[type=submit]")
	keyIs(t, h, "repr(getReg('house.rooms'))", "{'a': (1, 2.0)}")
	page.Wait(`document.querySelector(".details h2")?.textContent === "house.rooms"`)

	deleteFound(t, page, h, "*.soil.*", "['40', '24.0']")
}

// deleteFound searches for the two keys about the soil, deletes what was found, and takes
// that back: the hub has their values again.
func deleteFound(t *testing.T, page *webtest.Page, h *webtest.Hub, pattern, values string) {
	t.Helper()
	page.Click("main input[type=search]")
	page.Type(pattern)
	page.Wait(`document.querySelector(".count").textContent === "2 keys found"`)
	page.Click(".page-head button:not([hidden])")
	page.Wait(`document.querySelector("dialog[open] h2")?.textContent === "Delete 2 keys?"`)
	page.Click("dialog button.danger")
	keyIs(t, h, "[k for k in MyData if 'soil' in k]", "[]")
	page.Wait(`document.querySelector(".list .empty h3")?.textContent === "Nothing is called so"`)
	page.Wait(`[...document.querySelectorAll(".toast")].some((t) => t.textContent.startsWith("Deleted 2 keys"))`)
	browser.Value[any](page.Page, `[...document.querySelectorAll(".toast")].find((t) => t.textContent.startsWith("Deleted 2 keys")).querySelector("button:not([title])").click()`)
	keyIs(t, h, "[repr(MyData[k]) for k in sorted(MyData) if 'soil' in k]", values)
}

// TestRegistryOfAnotherHub looks at the values of a hub below, sees one change, sets one
// and deletes one.
func TestRegistryOfAnotherHub(t *testing.T) {
	h := webtest.Start(t)
	h.Ask("setReg('here', 1)")
	barn := h.Child("barn")
	garden(barn)
	page := h.OpenAdmin("/registry")
	page.Wait(row("here") + ` && [...document.querySelectorAll("option")].some((o) => o.value.endsWith("/barn"))`)
	path := browser.Value[string](page.Page, `[...document.querySelectorAll("option")].find((o) => o.value.endsWith("/barn")).value`)
	choose(page, "Hub", path)
	page.Wait(row("garden.soil.temp") + ` && !` + row("here"))
	page.Wait(`document.querySelector(".count").textContent === "9 keys"`)
	barn.Ask("setReg('garden.soil.temp', 23.25); setReg('attic.new', 1)")
	page.Wait(row("garden.soil.temp") + `.querySelector(".value").textContent === "23.25" && ` + row("attic"))

	page.Click(`.row[data-key="garden.soil.temp"]`)
	page.Wait(`document.querySelector(".details h2")?.textContent === "garden.soil.temp@` + path + `" && document.querySelector(".details .chart path")`)
	page.Wait(`document.querySelector(".lines").textContent.includes("setReg('garden.soil.temp@` + path + `', 23.25)")`)
	page.Shoot("registry-elsewhere")
	page.Click(".details button.danger")
	keyIs(t, barn, "'garden.soil.temp' in MyData", "False")
	page.Wait(`!` + row("garden.soil.temp"))
	page.Click(".toast button:not([title])")
	keyIs(t, barn, "getReg('garden.soil.temp')", "23.25")
	page.Wait(row("garden.soil.temp"))

	page.Click(".page-head button.primary")
	page.Wait(`document.querySelector("dialog[open] h2")?.textContent === "Set a value at ` + path + `"`)
	browser.Value[any](page.Page, `document.querySelector("dialog input[name=key]").value = ""`)
	page.Click("dialog input[name=key]")
	page.Type("gate")
	page.Click("dialog textarea")
	page.Type("'open'")
	page.Click("dialog button[type=submit]")
	keyIs(t, barn, "getReg('gate')", "open")

	page.Show(browser.Value[string](page.Page, `location.pathname + location.search`)) // a link keeps the hub
	page.Wait(row("gate") + ` && !` + row("here"))
	deleteFound(t, page, barn, "garden.soil.*", "['40', '23.25']")
	choose(page, "Hub", "")
	page.Wait(`!` + row("gate"))
}

// TestRegistryByKeyboard goes through the tree without a mouse.
func TestRegistryByKeyboard(t *testing.T) {
	h := webtest.Start(t)
	garden(h)
	page := h.Open("/registry")
	page.Wait(row("garden"))
	page.Type("/")
	page.Wait(`document.activeElement.type === "search"`)
	page.Type(browser.Tab)
	page.Wait(active("garden"))
	page.Type(browser.Left)
	page.Wait(row("garden") + `.ariaExpanded === "false" && !` + row("garden.lamp"))
	page.Type(browser.Right)
	page.Wait(row("garden.lamp"))
	page.Type(browser.Down, browser.Down, browser.Down)
	page.Wait(active("garden.name"))
	page.Type(browser.Enter)
	page.Wait(`document.querySelector(".details h2")?.textContent === "garden.name"`)
}

// TestLargeRegistry has 100,000 keys: few of them are in the document, the end is there
// at once, and what changes is seen.
func TestLargeRegistry(t *testing.T) {
	h := webtest.Start(t, "--max-evaluation-memory", "256MiB", "--max-evaluation-time", "20s", "--max-evaluation-pool", "512MiB")
	for i := range 100 {
		if got := h.Ask(fmt.Sprintf("len([setReg('big.g%02d.k%%04d' %% i, i) for i in range(1000)])", i)); !strings.HasPrefix(got, "1000") {
			t.Fatal(got)
		}
	}
	page := h.Open("/registry")
	page.Wait(row("big") + ` && document.querySelector(".count").textContent === "100,000 keys"`)
	page.Click(`.row[data-key="big"]`)
	page.Wait(row("big.g00"))
	page.Click(`.row[data-key="big.g00"]`)
	page.Wait(row("big.g00.k0000"))
	browser.Value[any](page.Page, `document.querySelector(".tree").scrollTo(0, 1e9)`)
	page.Wait(row("big.g99"))
	if n := browser.Value[int](page.Page, `document.querySelectorAll("main *").length`); n > 1500 {
		t.Errorf("the document has %d elements", n)
	}
	page.Check()
	h.Ask("setReg('big.g00.k0999', 'changed')")
	page.Click("main input[type=search]")
	page.Type("big.*")
	page.Wait(`document.querySelector(".count").textContent === "500 or more keys found"`)
	page.Wait(`document.querySelector(".tree").ariaRowCount === "502"`)
}
