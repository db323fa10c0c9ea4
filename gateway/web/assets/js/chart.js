// A small plot of a number and its last few values, drawn as SVG; what is recorded has plot.js.
import { number as figure, time } from "./format.js";
import { h, svg } from "./ui.js";

const width = 480, height = 150, left = 6, right = 6, top = 10, bottom = 10; // of the drawing, in its own units

/**
 * points: [[seconds since 1970, number], …], the oldest first; each holds until the next.
 */
export function chart(points, { label } = {}) {
	const values = points.map(([, v]) => v);
	const low = Math.min(...values), high = Math.max(...values), span = high - low || 1;
	const first = points[0][0], last = points.at(-1)[0], lasts = last - first || 1;
	const x = (t) => left + ((t - first) / lasts) * (width - left - right);
	const y = (v) => (high === low ? height / 2 : height - bottom - ((v - low) / span) * (height - top - bottom));
	const path = points.map(([t, v], i) => (i === 0 ? `M${x(t).toFixed(1)} ${y(v).toFixed(1)}` : `H${x(t).toFixed(1)}V${y(v).toFixed(1)}`)).join("");
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	return h("figure", { class: "chart" },
		svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", preserveAspectRatio: "none", "aria-label": `${label}: ${points.length} points, from ${figure(low)} to ${figure(high)}, at last ${figure(values.at(-1))}` },
			[0, 0.5, 1].map((part) => svg("line", { x1: 0, x2: width, y1: top + part * (height - top - bottom), y2: top + part * (height - top - bottom) })),
			svg("path", { d: path })),
		h("figcaption", {}, h("span", {}, time(new Date(first * 1000))), h("span", {}, `lowest ${figure(low)} · mean ${figure(mean)} · highest ${figure(high)}`), h("span", {}, time(new Date(last * 1000)))));
}
