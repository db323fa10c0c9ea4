// A plot of one number over time, drawn as SVG, for where one is beside other things.
import { number as figure, time } from "./format.js";
import { h, svg } from "./ui.js";

const width = 480, height = 150, left = 6, right = 6, top = 10, bottom = 10; // of the drawing, in its own units

/**
 * points: [[seconds since 1970, number], …], the oldest first. step: each holds until the
 * next. Where more time than usual lies between two points, the line is interrupted.
 */
export function chart(points, { label, step = false } = {}) {
	const values = points.map(([, v]) => v);
	const low = Math.min(...values), high = Math.max(...values), span = high - low || 1;
	const first = points[0][0], last = points.at(-1)[0], lasts = last - first || 1;
	const gaps = points.slice(1).map(([t], i) => t - points[i][0]).sort((a, b) => a - b);
	const usual = gaps[gaps.length >> 1];
	const x = (t) => left + ((t - first) / lasts) * (width - left - right);
	const y = (v) => (high === low ? height / 2 : height - bottom - ((v - low) / span) * (height - top - bottom));
	let path = "";
	points.forEach(([t, v], i) => {
		const apart = i === 0 || (!step && t - points[i - 1][0] > 3 * usual + 1);
		path += apart ? `M${x(t).toFixed(1)} ${y(v).toFixed(1)}` : `${step ? `H${x(t).toFixed(1)}V` : `L${x(t).toFixed(1)} `}${y(v).toFixed(1)}`;
	});
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	return h("figure", { class: "chart" },
		svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", preserveAspectRatio: "none", "aria-label": `${label}: ${points.length} points, from ${figure(low)} to ${figure(high)}, at last ${figure(values.at(-1))}` },
			[0, 0.5, 1].map((part) => svg("line", { x1: 0, x2: width, y1: top + part * (height - top - bottom), y2: top + part * (height - top - bottom) })),
			svg("path", { d: path })),
		h("figcaption", {}, h("span", {}, time(new Date(first * 1000))), h("span", {}, `lowest ${figure(low)} · mean ${figure(mean)} · highest ${figure(high)}`), h("span", {}, time(new Date(last * 1000)))));
}
