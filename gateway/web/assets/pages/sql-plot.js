// A result as a plot: columns of numbers over the time, a number, or the row.
import { number } from "../js/format.js";
import { library } from "../js/plot.js";
import { button, field, h, replace, select } from "../js/ui.js";
import { kindOfColumn, namesOf, numberOf } from "./sql-values.js";

const mostSeries = 8; // as many colours there are
const height = 240; // pixels
const instant = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** What can be drawn of a result: { xs, ys }, of { name, time, utc, values }, or null. */
export function plottable({ columns, rows }) {
	if (rows.length < 2) return null;
	const xs = [], ys = [];
	namesOf(columns).forEach((name, i) => {
		const kind = kindOfColumn(rows, i);
		const values = rows.map((row) => row[i]);
		if (kind === "text" && values.every((v) => v === null || instant.test(v))) {
			xs.unshift({ name, time: true, utc: true, values: values.map((v) => (v === null ? null : secondsOf(v))) });
		} else if (kind === "number") {
			const numbers = values.map((v) => (v === null ? null : numberOf(v)));
			const unit = unitOf(name, numbers);
			if (unit) xs.unshift({ name, time: true, values: numbers.map((n) => (n === null ? null : n / unit)) });
			else {
				xs.push({ name, time: false, values: numbers });
				ys.push({ name, values: numbers });
			}
		}
	});
	return ys.length === 0 ? null : { xs: [...xs, { name: "row", time: false, values: rows.map((_, i) => i + 1) }], ys };
}

/** SQLite's times are UTC where they do not say otherwise. */
function secondsOf(text) {
	const at = text.replace(" ", "T");
	return Date.parse(at.length > 10 && !/(?:Z|[+-]\d\d:\d\d)$/.test(at) ? `${at}Z` : at) / 1000;
}

/** Whether numbers are times since 1970, by name and size: 1 for seconds, 1000 for milliseconds. */
function unitOf(name, numbers) {
	if (!/(?:^|_)(?:at|time|date|ts|stamp|when|since)$|time/i.test(name)) return 0;
	const within = (low, high) => numbers.every((n) => n === null || (n > low && n < high));
	return within(5e8, 5e9) ? 1 : within(5e11, 5e12) ? 1000 : 0;
}

/** Draws it. Gives what ends it. */
export function plotOf(root, result, { xs, ys }) {
	let x = xs.find((one) => one.time) ?? (ys.length > 1 ? xs[0] : xs.at(-1));
	let points = false, chart, ended = false;
	const shown = new Set(ys.filter((y) => y.name !== x.name).slice(0, mostSeries).map((y) => y.name));
	const stage = h("div", { class: "plot-stage", role: "img" });
	const chips = h("div", { class: "chips", role: "group", "aria-label": "Columns that are drawn" });
	const over = select(xs.map((one) => [one.name, one.time ? `${one.name} (time)` : one.name]), x.name, {
		onchange: (e) => { x = xs.find((one) => one.name === e.target.value); draw(); },
	});
	const style = select([["line", "Lines"], ["points", "Points"]], "line", { onchange: (e) => { points = e.target.value === "points"; draw(); } });

	function showChips() {
		replace(chips, ys.map((y, i) => {
			const chip = button(y.name, {
				"aria-pressed": String(shown.has(y.name)),
				onclick: () => {
					if (!shown.delete(y.name) && shown.size < mostSeries) shown.add(y.name);
					showChips();
					chips.children[i].focus();
					draw();
				},
			});
			chip.prepend(h("i", { class: `swatch series-${(i % mostSeries) + 1}` }));
			return chip;
		}));
	}

	function draw() {
		if (ended || !window.uPlot) return;
		chart?.destroy();
		const drawn = ys.filter((y) => shown.has(y.name));
		const rows = x.values.map((at, i) => i).filter((i) => Number.isFinite(x.values[i]) && x.values[i] !== null).sort((a, b) => x.values[a] - x.values[b]);
		const data = [rows.map((i) => x.values[i]), ...drawn.map((y) => rows.map((i) => y.values[i]))];
		const font = "12px system-ui, sans-serif";
		const probe = h("i", { style: { color: "var(--line)" } });
		stage.append(probe);
		const resolve = (token) => { probe.style.color = `var(${token})`; return getComputedStyle(probe).color; };
		const axis = { stroke: resolve("--muted"), font, labelFont: font, grid: { stroke: resolve("--line"), width: 1 }, ticks: { stroke: resolve("--line"), width: 1 } };
		const series = drawn.map((y) => {
			const stroke = resolve(`--series-${(ys.indexOf(y) % mostSeries) + 1}`);
			return { label: y.name, stroke, value: (u, v) => v ?? "–", width: points ? 0 : 1.75, paths: points ? () => null : undefined, points: { show: points || rows.length < 60, size: 6, fill: stroke } };
		});
		probe.remove();
		chart = new window.uPlot({
			width: Math.max(50, stage.clientWidth), height, padding: [12, 16, 0, 0], legend: { live: true },
			scales: { x: { time: x.time } },
			tzDate: (at) => (x.utc ? window.uPlot.tzDate(new Date(at * 1000), "Etc/UTC") : new Date(at * 1000)), // as the table has it
			axes: [{ ...axis, label: x.utc ? `${x.name} (UTC)` : x.name, labelSize: 20, size: 36, ...(x.time && { space: 100, values: (u, splits) => timesOf(splits, x.utc) }) }, { ...axis, label: drawn.length === 1 ? drawn[0].name : "", labelSize: 20, size: (u, values) => 18 + 7 * Math.max(2, ...(values ?? []).map((v) => String(v ?? "").length)) }],
			series: [{ label: x.name, ...(x.time && { value: (u, at) => (at == null ? "–" : timesOf([at], x.utc)[0]) }) }, ...series],
		}, data, stage);
		chart.root.setAttribute("aria-hidden", "true");
		stage.setAttribute("aria-label", `${drawn.map((y) => describe(y, rows)).join("; ") || "Nothing"}, over ${x.name}`);
		stage.plot = { points: (name = drawn[0].name) => data[0].map((at, i) => [at, data[drawn.findIndex((y) => y.name === name) + 1][i]]) };
	}

	function describe({ name, values }, rows) {
		const there = rows.map((i) => values[i]).filter((v) => v !== null);
		return there.length === 0 ? `${name}: no numbers` : `${name}: ${there.length} points between ${number(there.reduce((a, b) => Math.min(a, b)))} and ${number(there.reduce((a, b) => Math.max(a, b)))}`;
	}

	showChips();
	replace(root, h("div", { class: "toolbar plot-tools" }, field("Over", over), field("As", style), chips), stage);
	const sized = new ResizeObserver(() => { if (chart && stage.clientWidth > 0 && chart.width !== stage.clientWidth) chart.setSize({ width: stage.clientWidth, height }); });
	library.then(() => { draw(); sized.observe(stage); }, (problem) => { stage.textContent = problem.message; });
	addEventListener("themechange", draw);
	return () => {
		ended = true;
		sized.disconnect();
		removeEventListener("themechange", draw);
		chart?.destroy();
	};
}

/** Times in words: with the day or the seconds, where they matter. */
function timesOf(splits, utc) {
	const step = splits.length > 1 ? splits[1] - splits[0] : 1, span = splits.length > 1 ? splits.at(-1) - splits[0] : Infinity;
	const day = { month: "short", day: "numeric" }, clock = { hour: "2-digit", minute: "2-digit", second: step < 60 ? "2-digit" : undefined, hour12: false };
	const parts = step >= 28 * 86400 ? { year: "numeric", month: "short" } : step >= 86400 ? day : span >= 86400 ? { ...day, ...clock } : clock;
	const format = new Intl.DateTimeFormat(undefined, { ...parts, timeZone: utc ? "UTC" : undefined });
	return splits.map((at) => format.format(at * 1000));
}
