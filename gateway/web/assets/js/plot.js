// Plots of what changes: a window in time that slides along, with what was before.
//
//	const cpu = createPlot({
//		title: "CPU", where: "garden · 127.0.0.1:2980", unit: "percent", bottom: 0, top: 100, // axis: what stands there, else the title
//		series: [{ id: "host.cpu", label: "all cores" }],
//		history: (id, from, to, points) => Promise of { at, min, mean, max },  // else what came while it was open
//	});
//	root.append(cpu.element);
//	cpu.push(at, { "host.cpu": 12.5 });   // at in seconds since 1970
//	cpu.setWindow(300); cpu.setInterval(1); cpu.stop(); cpu.start(); cpu.end();
//
// A mouse zooms by dragging over a time, shift and dragging moves, control and the wheel
// zoom; fingers move and pinch; the keys are in the text that screen readers get.
// A double click and End lead back to what is now. element.plot is the plot, for tests:
// points(id) gives what is drawn as [[at, value], …].
import { figure } from "./format.js";
import { gestures } from "./gestures.js";
import { csv, picture, save } from "./plotfile.js";
import { Memory, Samples } from "./samples.js";
import { button, h, icon, newID, replace } from "./ui.js";

const height = 190; // pixels
const mostPoints = 600;
export const windows = [[25, "25 s"], [60, "1 min"], [300, "5 min"], [1800, "30 min"], [3600, "1 h"], [21600, "6 h"], [86400, "1 day"], [604800, "7 days"], [2592000, "30 days"], [7776000, "90 days"]];

// uPlot, which is no module. It is loaded while the page asks for its figures.
export const library = new Promise((resolve, reject) => {
	document.head.append(
		h("link", { rel: "stylesheet", href: "/assets/vendor/uPlot.min.css" }),
		h("script", { src: "/assets/vendor/uPlot.iife.min.js", onload: () => resolve(window.uPlot), onerror: () => reject(new Error("The plots could not be loaded: load the page again")) }));
});
library.catch(() => {}); // each plot says so

export function createPlot(options) {
	return new Plot(options);
}

class Plot {
	#memory = new Memory();
	#samples; // that slide along
	#detail; // those of a time that was zoomed to
	#view; // [from, to] when somebody has chosen one
	#hidden = new Set();
	#chart;
	#timer;
	#loading = 0;
	#ended = false;
	running = true;

	constructor({ title, where = "", axis = title, unit = "", bottom, top, series, history, window = 300, interval = 1, tools = [], level = 3 }) {
		Object.assign(this, { title, where, axis, unit, bottom, top, series, window, interval });
		this.history = history ?? ((...args) => this.#memory.history(...args));
		this.#build(tools, level);
		this.#begin();
		library.then(() => { this.#observer.observe(this.stage); this.#rebuild(); }, (problem) => { this.note.textContent = problem.message; });
		addEventListener("themechange", this.#restyle);
	}

	#observer = new ResizeObserver(() => {
		if (this.#chart && this.stage.clientWidth > 0 && this.#chart.width !== this.stage.clientWidth) this.#chart.setSize({ width: this.stage.clientWidth, height });
	});
	#restyle = () => this.#rebuild();

	#build(tools, level) {
		const id = newID("plot");
		this.legend = h("div", { class: "legend", role: "group", "aria-label": "Series" });
		this.note = h("span", { class: "plot-note" });
		this.stage = h("div", { class: "plot-stage" });
		this.text = h("p", { class: "unseen", id: `${id}-text` });
		this.toggle = button("", { kind: "quiet", iconOnly: true, onclick: () => (this.running ? this.stop() : this.start()) });
		this.now = button("Now", { kind: "quiet", onclick: () => this.follow(), hidden: true, title: "Back to now (End)" });
		this.stage.tabIndex = 0;
		this.stage.setAttribute("role", "group");
		this.stage.setAttribute("aria-roledescription", "plot");
		this.stage.setAttribute("aria-labelledby", id);
		this.stage.setAttribute("aria-describedby", this.text.id);
		this.element = h("section", { class: "card plot", "aria-labelledby": id },
			h("header", {},
				h(`h${level}`, { id }, this.title, " ", h("small", {}, this.where)),
				h("div", { class: "end" }, this.now, tools, this.toggle,
					this.#export("PNG", () => picture(this, this.#chart)), this.#export("CSV", () => csv(this)))),
			this.stage, this.text, h("footer", {}, this.legend, this.note));
		this.element.plot = this;
		this.#showRunning();
		gestures(this.stage, this);
	}

	#export(form, content) {
		const label = `Save as ${form}`;
		return button(form, { kind: "quiet", title: label, "aria-label": label, onclick: () => save(`${this.#name()}.${form.toLowerCase()}`, content()) });
	}

	#name() {
		return `${this.title} ${this.where}`.trim().toLowerCase().replace(/[^a-z0-9.]+/g, "-");
	}

	/** Begins anew with what was before. */
	#begin() {
		const step = Math.max(this.interval, this.window / mostPoints);
		this.#samples = new Samples(this.series.map((s) => s.id), step, this.window);
		this.#showLegend();
		const to = Date.now() / 1000;
		this.#fetch(this.#samples, to - this.window, to + 2);
	}

	async #fetch(into, from, to) {
		const turn = ++this.#loading;
		const points = Math.max(2, Math.min(mostPoints, Math.floor((to - from) / this.interval)));
		try {
			const found = await Promise.all(into.ids.map(async (id) => [id, await this.history(id, from, to, points)]));
			if (this.#ended || turn !== this.#loading) return;
			const since = into.at.slice(); // what has come meanwhile
			const meanwhile = since.map((at, i) => [at, Object.fromEntries(into.ids.map((id) => [id, into.series.get(id).mean[i] ?? undefined]))]);
			into.load(new Map(found.filter(([, history]) => history)));
			for (const [at, values] of meanwhile) into.push(at, values);
			this.note.textContent = "";
		} catch (problem) {
			if (this.#ended || problem.name === "AbortError") return;
			this.note.textContent = `What was before is not known: ${problem.message}`;
		}
		if (turn === this.#loading) this.#draw();
	}

	/** Takes what the series are at a time. */
	push(at, values) {
		this.#memory.push(at, values);
		if (!this.running) return;
		this.#samples.push(at, values);
		this.#soon();
	}

	/** Says something below the plot, for instance why nothing comes. */
	say(text) {
		this.note.textContent = text;
	}

	setWindow(seconds) {
		if (this.window === seconds) return;
		this.window = seconds;
		this.#view = this.#detail = undefined;
		this.#begin();
		this.#draw();
	}

	setInterval(seconds) {
		if (this.interval === seconds) return;
		this.interval = seconds;
		this.#begin();
	}

	/** Shows other series. */
	setSeries(series) {
		this.series = series;
		this.#detail = undefined;
		this.#begin();
		this.#rebuild();
	}

	start() {
		if (this.running) return;
		this.running = true;
		this.#showRunning();
		this.reload();
	}

	/** Asks for what was before anew, for instance because nothing came for a while. */
	reload() {
		if (this.running) this.#begin();
	}

	stop() {
		this.running = false;
		this.#showRunning();
	}

	#showRunning() {
		const label = this.running ? "Stop" : "Start";
		replace(this.toggle, icon(this.running ? "pause" : "play"));
		this.toggle.title = label;
		this.toggle.setAttribute("aria-label", `${label} the plot`);
		this.element.classList.toggle("stopped", !this.running);
	}

	/** Shows a time of the past, until follow. */
	show(from, to) {
		const least = 2; // seconds
		if (to - from < least) [from, to] = [(from + to - least) / 2, (from + to + least) / 2];
		this.#view = [from, to];
		this.now.hidden = false;
		this.#draw();
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			const width = to - from;
			this.#detail = new Samples(this.series.map((s) => s.id), width / mostPoints, width);
			this.#fetch(this.#detail, from - width / 10, to + width / 10).then(() => this.#draw());
		}, 250);
	}

	/** Slides along with what is now. */
	follow() {
		clearTimeout(this.#timer);
		if (this.now.contains(document.activeElement)) this.stage.focus();
		this.#view = this.#detail = undefined;
		this.now.hidden = true;
		this.#draw();
	}

	/** What is in sight: [from, to]. */
	get view() {
		if (this.#view) return this.#view;
		const last = this.#samples.at.at(-1) ?? Date.now() / 1000;
		return [last - this.window, last];
	}

	zoom(factor, around = 0.5) {
		const [from, to] = this.view, width = (to - from) * factor;
		const at = from + (to - from) * around;
		this.show(at - width * around, at + width * (1 - around));
	}

	/** Moves by a part of what is in sight; beyond now there is nothing. */
	pan(part) {
		const [from, to] = this.view;
		const by = Math.min(part * (to - from), Date.now() / 1000 - to);
		this.show(from + by, to + by);
	}

	get #shown() {
		return this.#detail?.at.length ? this.#detail : this.#samples;
	}

	/** What is drawn, as uPlot has it. */
	get data() {
		return this.#shown.columns();
	}

	points(id = this.series[0].id) {
		const { at, series } = this.#shown, mean = series.get(id)?.mean ?? [];
		return at.flatMap((t, i) => (mean[i] == null ? [] : [[t, mean[i]]]));
	}

	#due;
	#soon() {
		if (document.hidden) return; // it is drawn when somebody looks again, with the next that comes
		this.#due ??= requestAnimationFrame(() => { this.#due = undefined; this.#draw(); });
	}

	#draw() {
		if (this.#ended) return;
		this.#showValues();
		if (!this.#chart) return;
		this.#chart.batch(() => {
			this.#chart.setData(this.data, false);
			const [min, max] = this.view;
			this.#chart.setScale("x", { min, max });
		});
		if (this.#shown.at.length > 0 && performance.getEntriesByName("plot").length === 0) performance.mark("plot"); // how long people wait is measured by it
	}

	#rebuild() {
		if (!window.uPlot || this.#ended) return;
		this.#chart?.destroy();
		this.#chart = new window.uPlot(this.#options(), this.data, this.stage);
		this.#chart.root.setAttribute("aria-hidden", "true");
		this.#showLegend();
		this.#draw();
	}

	/** A colour as it is in the theme now. */
	colour(name) {
		const probe = h("i", { style: { color: `var(--${name})` } });
		this.stage.append(probe);
		const { color } = getComputedStyle(probe);
		probe.remove();
		return color;
	}

	#options() {
		const [line, muted] = [this.colour("line"), this.colour("muted")];
		const font = "12px system-ui, sans-serif";
		const axis = { stroke: muted, font, labelFont: font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
		const lines = this.series.flatMap((s, i) => {
			const stroke = this.colour(`series-${(i % 8) + 1}`), show = !this.#hidden.has(s.id);
			return [{ label: s.label, stroke, width: 1.75, show, points: { show: (u, at, from, to) => to - from < 2 } },
				{ label: `${s.label}, least`, stroke: "transparent", show, points: { show: false } },
				{ label: `${s.label}, most`, stroke: "transparent", show, points: { show: false } }];
		});
		return {
			width: Math.max(50, this.stage.clientWidth), height, padding: [10, 26, 0, 0], legend: { show: false },
			cursor: {
				drag: { x: true, y: false, setScale: false }, points: { size: 7 },
				sync: { key: "plots", scales: ["x", null], filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
				bind: { dblclick: () => () => { this.follow(); return null; }, mousedown: (u, target, handler) => (e) => { if (!e.shiftKey) handler(e); return null; } },
			},
			scales: {
				x: { time: true, auto: false },
				y: { range: (u, low, high) => this.#range(low, high) },
			},
			axes: [
				{ ...axis, label: "Time", labelSize: 18, size: 34, space: (u, i, min, max) => room(max - min), values: (u, splits, i, space, step) => clock(splits, step) },
				{
					...axis, label: [this.axis, { percent: "%", "1/s": "a second" }[this.unit] ?? this.unit].filter(Boolean).join(", "), labelSize: 18, incrs: this.unit.startsWith("bytes") ? binary : undefined,
					size: (u, texts) => 16 + 7 * Math.max(3, ...(texts ?? []).map((text) => text.length)),
					values: (u, splits) => splits.map((v) => figure(v, this.unit).replace(/ %| °C|\/s/, "")),
				},
			],
			series: [{}, ...lines],
			bands: this.series.map((s, i) => ({ series: [3 * i + 3, 3 * i + 2], fill: fade(this.colour(`series-${(i % 8) + 1}`)) })),
			hooks: {
				setSelect: [(u) => {
					if (u.select.width < 5) return;
					const [from, to] = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
					u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
					this.show(from, to);
				}],
				setCursor: [(u) => this.#showValues(u.cursor.idx)],
			},
		};
	}

	/** From the least to the most there is, with some room, or as the plot was told. */
	#range(low, high) {
		const bottom = this.bottom ?? (Number.isFinite(low) ? Math.min(low, 0) : 0);
		let top = this.top ?? (Number.isFinite(high) ? high * 1.1 : 1);
		if (!(top > bottom)) top = bottom + 1;
		return [bottom, top];
	}

	#showLegend() {
		replace(this.legend, this.series.map((s, i) => {
			const value = h("b", {});
			const b = button(s.label, { kind: "quiet", "aria-pressed": String(!this.#hidden.has(s.id)), onclick: () => this.#hide(s.id, i) });
			b.prepend(h("i", { class: `swatch series-${(i % 8) + 1}` }));
			b.append(value);
			s.shown = value;
			return b;
		}));
		this.#showValues();
	}

	#hide(id, i) {
		if (!this.#hidden.delete(id)) this.#hidden.add(id);
		const show = !this.#hidden.has(id);
		this.legend.children[i].setAttribute("aria-pressed", String(show));
		for (const part of [1, 2, 3]) this.#chart?.setSeries(3 * i + part, { show });
	}

	#described = 0;
	#showValues(i) {
		const shown = this.#shown;
		for (const s of this.series) {
			const { mean } = shown.series.get(s.id) ?? { mean: [] };
			const text = figure((i != null ? mean[i] : undefined) ?? shown.latest(s.id), this.unit === "1/s" ? "/s" : this.unit);
			if (s.shown && s.shown.textContent !== text) s.shown.textContent = text;
		}
		if (Date.now() - this.#described < 5000) return; // nobody wants to be told more often
		this.#described = shown.at.length > 0 ? Date.now() : 0;
		const [from, to] = this.view;
		this.text.textContent = `${this.title}, ${this.where}. ${this.series.map((s) => {
			const range = shown.range(s.id, from, to);
			return range ? `${s.label}: ${figure(shown.latest(s.id), this.unit)}, between ${figure(range[0], this.unit)} and ${figure(range[1], this.unit)}.` : `${s.label}: nothing is known.`;
		}).join(" ")} Arrow keys move in time, plus and minus zoom, End leads back to now, space stops and starts.`;
	}

	/** It draws and listens no more. */
	end() {
		this.#ended = true;
		clearTimeout(this.#timer);
		cancelAnimationFrame(this.#due);
		this.#observer.disconnect();
		removeEventListener("themechange", this.#restyle);
		this.#chart?.destroy();
	}
}

// Steps of an axis of bytes.
const binary = Array.from({ length: 50 }, (_, i) => 2 ** i);

const fade = (colour) => colour.replace(/^rgb\((.*)\)$/, (_, parts) => (parts.includes(",") ? `rgba(${parts}, 0.18)` : `rgb(${parts} / 18%)`));

const day = 86400;

/** How many pixels a text of an axis of time takes, of so many seconds. */
function room(seconds) {
	if (seconds <= 180) return 70; // with its seconds
	if (seconds <= day) return 40;
	return seconds <= 4 * day ? 100 : 60; // with the day; then that alone
}

/** The texts of an axis of time, which are so many seconds apart. */
function clock(splits, step) {
	const date = { month: "short", day: "numeric" };
	const format = new Intl.DateTimeFormat(undefined, step >= day ? date
		: { hour: "2-digit", minute: "2-digit", second: step < 60 ? "2-digit" : undefined, hour12: false, ...(splits.at(-1) - splits[0] > day ? date : {}) });
	return splits.map((t) => format.format(new Date(t * 1000)));
}
