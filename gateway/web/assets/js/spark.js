// Small plots, drawn as SVG.
import { svg } from "./ui.js";

/** A sparkline of numbers, the newest last; decoration beside the value itself. */
export function spark(values, { width = 88, height = 22 } = {}) {
	const picture = svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
	if (values.length < 2) return picture;
	const low = Math.min(...values), span = Math.max(...values) - low || 1;
	const points = values.map((v, i) => [
		2 + (i * (width - 4)) / (values.length - 1),
		height - 3 - ((v - low) / span) * (height - 6),
	]);
	picture.append(
		svg("polyline", { points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ") }),
		svg("circle", { cx: points.at(-1)[0], cy: points.at(-1)[1], r: 2 }));
	return picture;
}
