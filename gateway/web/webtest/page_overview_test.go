//go:build browser

package webtest_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"althing/gateway/web/webtest"
	"althing/internal/browser"
)

// plot is the plot of a title, as an expression; one without points until it is there.
func plot(title string) string {
	return `([...document.querySelectorAll(".plot")].find((e) => e.querySelector("h2, h3").textContent.startsWith("` + title + `"))?.plot ?? {points: () => []})`
}

// samples waits until the hub has told of the processor so many times.
func samples(page *webtest.Page, n int) {
	browser.Value[any](page.Page, fmt.Sprintf(`import("/assets/js/live.js").then(({subscribe}) => new Promise((done) => {
		let n = 0;
		const end = subscribe("metrics:host.cpu,host.memory", () => { if (++n === %d) { end(); done(null); } });
	}))`, n))
}

// TestOverview looks at the plots of a hub as they move, and has them stop, start and
// show other times.
func TestOverview(t *testing.T) {
	h := webtest.Start(t)
	page := h.OpenAdmin("/")
	for _, title := range []string{"CPU", "Memory", "Network", "Disk"} {
		page.Wait(plot(title) + `.points().length > 2`)
	}
	t.Run("is drawn", func(t *testing.T) {
		page.Wait(`(() => {
			const p = ` + plot("Memory") + `, canvas = p.element.querySelector("canvas");
			const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
			const [r, g, b] = p.colour("series-1").match(/\d+/g).map(Number);
			let n = 0;
			for (let i = 0; i < data.length; i += 4) n += data[i + 3] > 200 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 60;
			return n > 3;
		})()`)
	})
	t.Run("moves", func(t *testing.T) {
		last := browser.Value[float64](page.Page, plot("CPU")+`.points().at(-1)[0]`)
		page.Wait(fmt.Sprintf(`%s.points().at(-1)[0] > %f + 1.5 && %[1]s.view[1] > %[2]f + 1.5`, plot("CPU"), last))
	})
	t.Run("is what the hub says", func(t *testing.T) {
		if low := browser.Value[float64](page.Page, `Math.min(...`+plot("Memory")+`.points("host.memory").map(([, v]) => v))`); low <= 0 || low > 100 {
			t.Errorf("%f percent of the memory are in use", low)
		}
		h.Ask("setReg('garden.soil.temp', 56)")
		page.Wait(`[...document.querySelectorAll(".tile")].find((e) => e.querySelector("dt").textContent === "keys").querySelector("dd").textContent === "1"`)
		page.Wait(`document.querySelector(".parts").textContent.includes("` + h.CPU + `")`)
		page.Wait(`document.querySelectorAll(".below table tbody tr").length > 0`)
	})
	t.Run("window", func(t *testing.T) {
		page.Wait(plot("CPU") + `.view[1] - ` + plot("CPU") + `.view[0] === 300`)
		choose(page, "Window", "25")
		page.Wait(`Math.abs(` + plot("CPU") + `.view[1] - ` + plot("CPU") + `.view[0] - 25) < 0.01 && location.search.includes("window=25")`)
		choose(page, "Interval", "2")
		samples(page, 6)
		page.Wait(`(() => { const p = ` + plot("Network") + `.points(); return p.length > 1 && p.at(-1)[0] - p.at(-2)[0] > 1.5; })()`)
		choose(page, "Interval", "0.25")
		page.Wait(`(() => { const p = ` + plot("CPU") + `.points(); return p.length > 3 && p.at(-1)[0] - p.at(-3)[0] < 0.9; })()`)
		choose(page, "Interval", "1")
	})
	t.Run("stop and start", func(t *testing.T) {
		press(page, "Stop all")
		samples(page, 1)
		last := browser.Value[float64](page.Page, plot("CPU")+`.points().at(-1)[0]`)
		samples(page, 3)
		if now := browser.Value[float64](page.Page, plot("CPU")+`.points().at(-1)[0]`); now != last {
			t.Errorf("it has gone on from %f to %f", last, now)
		}
		press(page, "Start all")
		// What happened meanwhile is there too.
		page.Wait(fmt.Sprintf(`%s.points().some(([t]) => t > %f && t < %[2]f + 3) && %[1]s.points().at(-1)[0] > %[2]f + 3`, plot("CPU"), last))
	})
	t.Run("per core", func(t *testing.T) {
		press(page, "Per core")
		page.Wait(plot("CPU") + `.points("core.0").length > 1`)
		press(page, "Per core")
		page.Wait(plot("CPU") + `.series.length === 1`)
	})
	choose(page, "Window", "25")
	page.Shoot("overview")
}

// TestPlotByKeyboard moves in time with nothing but keys.
func TestPlotByKeyboard(t *testing.T) {
	page := webtest.Start(t).Open("/?window=60")
	page.Wait(plot("CPU") + `.points().length > 2`)
	browser.Value[any](page.Page, plot("CPU")+`.stage.focus(); null`)
	width := func() float64 {
		return browser.Value[float64](page.Page, plot("CPU")+`.view[1] - `+plot("CPU")+`.view[0]`)
	}
	page.Type("+")
	if w := width(); w < 29.9 || w > 30.1 {
		t.Errorf("it shows %f seconds", w)
	}
	from := browser.Value[float64](page.Page, plot("CPU")+`.view[0]`)
	page.Type(browser.Left, browser.Left)
	if moved := from - browser.Value[float64](page.Page, plot("CPU")+`.view[0]`); moved < 14.9 || moved > 15.1 {
		t.Errorf("it has moved by %f seconds", moved)
	}
	page.Check()
	page.Type(browser.End)
	if w := width(); w < 59.9 || w > 60.1 {
		t.Errorf("it shows %f seconds", w)
	}
	page.Type(" ")
	page.Wait(`!` + plot("CPU") + `.running`)
	page.Type(" ")
	page.Wait(plot("CPU") + `.running`)
	page.Wait(`/all cores: [0-9.]+ %, between/.test(` + plot("CPU") + `.text.textContent)`)
}

// TestPlotByHand zooms and moves with the mouse, the wheel and fingers.
func TestPlotByHand(t *testing.T) {
	page := webtest.Start(t).Open("/?window=60")
	page.Wait(plot("CPU") + `.points().length > 2`)
	page.Wait(plot("CPU") + `.stage.querySelector(".u-over") !== null`)
	browser.Value[any](page.Page, `window.cpu = `+plot("CPU")+`; window.over = cpu.stage.querySelector(".u-over");
		window.at = (part) => { const b = over.getBoundingClientRect(); return {clientX: b.left + part * b.width, clientY: b.top + 20, movementX: 9, bubbles: true, cancelable: true, button: 0, view: window}; };
		window.finger = (kind, id, part) => cpu.stage.dispatchEvent(new PointerEvent(kind, {...at(part), pointerId: id, pointerType: "touch"}));
		cpu.stage.setPointerCapture = () => {}; // no finger is really there
		null`)
	is := func(what string, want float64) {
		t.Helper()
		if w := browser.Value[float64](page.Page, `cpu.view[1] - cpu.view[0]`); w < want-1 || w > want+1 {
			t.Errorf("after %s it shows %f seconds, want %f", what, w, want)
		}
	}
	browser.Value[any](page.Page, `over.dispatchEvent(new MouseEvent("mouseenter", at(0.25))); over.dispatchEvent(new MouseEvent("mousemove", at(0.25)));
		over.dispatchEvent(new MouseEvent("mousedown", at(0.25)));
		over.dispatchEvent(new MouseEvent("mousemove", at(0.75))); document.dispatchEvent(new MouseEvent("mouseup", at(0.75))); null`)
	page.Wait(`!cpu.now.hidden`)
	is("a drag over half of it", 30)
	press(page, "Now")
	is("Now", 60)
	browser.Value[any](page.Page, `over.dispatchEvent(new WheelEvent("wheel", {...at(0.5), ctrlKey: true, deltaY: -100})); null`)
	is("a turn of the wheel", 48)
	browser.Value[any](page.Page, `window.from = cpu.view[0]; finger("pointerdown", 1, 0.2); finger("pointermove", 1, 0.45); null`)
	if moved := browser.Value[float64](page.Page, `from - cpu.view[0]`); moved < 11 || moved > 13 {
		t.Errorf("a finger has moved it by %f seconds", moved)
	}
	browser.Value[any](page.Page, `finger("pointerdown", 2, 0.55); finger("pointermove", 2, 0.65); finger("pointerup", 1, 0.45); finger("pointerup", 2, 0.65); null`)
	is("two fingers that part", 24)
	browser.Value[any](page.Page, `over.dispatchEvent(new MouseEvent("dblclick", at(0.5))); null`)
	is("a double click", 60)
}

// TestLongWindow looks at ninety days of which a few seconds are known.
func TestLongWindow(t *testing.T) {
	page := webtest.Start(t).Open("/?window=7776000")
	samples(page, 4)
	page.Wait(`(() => { const [at, mean, least, most] = ` + plot("Memory") + `.data ?? [[]];
		const i = at.length - 1;
		return i >= 0 && i < 2 && least[i] <= mean[i] && mean[i] <= most[i]; })()`)
	page.Check()
}

// TestPlotAsFile saves a plot in both ways.
func TestPlotAsFile(t *testing.T) {
	page := webtest.Start(t).Open("/")
	page.Wait(plot("CPU") + `.points().length > 2`)
	browser.Value[any](page.Page, `window.saved = []; URL.createObjectURL = (blob) => { saved.push(blob); return "data:,"; };
		HTMLAnchorElement.prototype.click = function () { saved.push(this.download); }; null`)
	press(page, "Stop all")
	press(page, "Save as CSV")
	page.Wait(`saved.length === 2`)
	lines := strings.Split(browser.Value[string](page.Page, `saved[0].text()`), "\r\n")
	points := browser.Value[int](page.Page, plot("CPU")+`.points().length`)
	if lines[0] != "time,all cores (percent),all cores least (percent),all cores most (percent)" || len(lines) != points+2 || !strings.Contains(lines[1], "Z,") {
		t.Errorf("%d points, and %d lines that begin with %q", points, len(lines), lines[:2])
	}
	press(page, "Save as PNG")
	page.Wait(`saved.length === 4`)
	if kind := browser.Value[string](page.Page, `createImageBitmap(saved[2]).then(({width}) => width > 200 ? saved[3] : "too small")`); !strings.HasPrefix(kind, "cpu-garden") || !strings.HasSuffix(kind, ".png") {
		t.Errorf("the picture is %s", kind)
	}
}

// TestPlotsComeBack restarts the hub under its plots.
func TestPlotsComeBack(t *testing.T) {
	h := webtest.Start(t)
	page := h.Open("/", "WebSocket connection to", "Failed to load resource", "ERR_")
	page.Wait(plot("CPU") + `.points().length > 2`)
	last := browser.Value[float64](page.Page, plot("CPU")+`.points().at(-1)[0]`)
	h.Restart(func() { page.Wait(`!document.getElementById("banner").hidden`) })
	// What was before is there too: the hub has kept it.
	page.Wait(fmt.Sprintf(`document.getElementById("banner").hidden && %s.points().at(-1)[0] > %f + 2 && %[1]s.points()[0][0] < %[2]f`, plot("CPU"), last))
}

// TestOtherCPUServer looks at a CPU server that is no hub: what the specification says
// of the seed's, and no more.
func TestOtherCPUServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for asked := make([]byte, 1024); ; {
					if _, err := c.Read(asked); err != nil {
						return
					}
					if _, err := io.WriteString(c, "42.5"); err != nil {
						return
					}
				}
			}()
		}
	}()
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	page := webtest.Start(t).OpenAdmin("/")
	press(page, "Add a CPU server")
	page.Wait(`document.querySelector("dialog[open]")?.contains(document.activeElement)`)
	page.Check()
	page.Type(host, browser.Tab)
	browser.Value[any](page.Page, `document.activeElement.select(); null`)
	page.Type(port, browser.Enter)
	at := `[...document.querySelectorAll(".plot")].find((e) => e.textContent.includes("` + l.Addr().String() + `"))`
	page.Wait(at + `?.plot.points("cpu").some(([, v]) => v === 42.5)`)
	page.Show(browser.Value[string](page.Page, `location.pathname + location.search`)) // a link keeps it
	page.Wait(at + `?.plot.points("cpu").some(([, v]) => v === 42.5)`)
	l.Close()
}

// TestTreeOfPlots shows two machines beside each other.
func TestTreeOfPlots(t *testing.T) {
	h := webtest.Start(t)
	barn := h.Child("barn")
	page := h.OpenAdmin("/")
	page.Wait(`document.querySelectorAll("section.hub").length === 2`)
	page.Wait(`[...document.querySelectorAll("section.hub")[1].querySelectorAll(".plot")].slice(0, 2).every((e) => e.plot.points().length > 2)`)
	if title := page.Text("section.hub:nth-child(2) h3"); !strings.Contains(title, barn.Text) {
		t.Errorf("the title is %q", title)
	}
	press(page, "barn")
	page.Wait(`document.querySelectorAll("section.hub").length === 1`)
	press(page, "barn")
	page.Wait(`document.querySelectorAll("section.hub").length === 2`)
	page.Shoot("overview-tree")
}

// BenchmarkFirstPlot shows the dashboard to a Chromium that has nothing of it in its
// cache: to one that runs, and to one that was started just now and has much to do
// besides. The bars are 200 ms until the page works, and 500 ms until the first plot
// is drawn.
func BenchmarkFirstPlot(b *testing.B) {
	b.Run("running", func(b *testing.B) {
		h := webtest.Start(b)
		page := h.Open("/")
		measure(b, func() *webtest.Page {
			page.Go(webtest.Start(b).URL("/")) // another hub's page is another one to the cache
			return page
		})
		page.Go(h.URL("/favicon.ico")) // which outlives those
	})
	b.Run("started", func(b *testing.B) {
		h := webtest.Start(b)
		measure(b, func() *webtest.Page { return h.Open("/") })
	})
}

// measure reports when a page works, and when it has drawn its first plot.
func measure(b *testing.B, open func() *webtest.Page) {
	took := map[string]float64{"page": 0, "plot": 0}
	for b.Loop() {
		page := open()
		for mark := range took {
			page.Wait(`performance.getEntriesByName("` + mark + `").length > 0`)
			took[mark] += browser.Value[float64](page.Page, `performance.getEntriesByName("`+mark+`")[0].startTime`)
		}
	}
	for mark, all := range took {
		b.ReportMetric(all/float64(b.N), "ms-to-"+mark)
	}
}

// press clicks at the first button of a name.
func press(page *webtest.Page, name string) {
	find := `[...document.querySelectorAll("button")].find((b) => b.textContent === "` + name + `" || b.ariaLabel === "` + name + `")`
	page.Wait(find + ` !== undefined`)
	browser.Value[any](page.Page, find+`.click(); null`)
}

// choose takes an option of a labelled select.
func choose(page *webtest.Page, label, value string) {
	browser.Value[any](page.Page, `(() => {
		const label = [...document.querySelectorAll("label")].find((l) => l.textContent === "`+label+`");
		const select = document.getElementById(label.htmlFor);
		select.value = "`+value+`";
		select.dispatchEvent(new Event("change", {bubbles: true}));
		return null;
	})()`)
}
