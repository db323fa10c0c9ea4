// A plot as a file: what is drawn, as a picture or as figures.
import { cell, harmless } from "./csv.js";
import { h } from "./ui.js";

/** Has the browser save what a function makes. */
export async function save(name, content) {
	const url = URL.createObjectURL(await content);
	const a = h("a", { href: url, download: name });
	document.body.append(a);
	a.click();
	a.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** The points in sight: a line each, with the mean, the least and the most of each series. */
export function csv(plot) {
	const unit = plot.unit ? ` (${plot.unit})` : "";
	const lines = [["time", ...plot.series.flatMap((s) => [s.label + unit, `${s.label} least${unit}`, `${s.label} most${unit}`])].map((label) => cell(harmless(label))).join(",")];
	const [at, ...columns] = plot.data;
	const [from, to] = plot.view;
	at.forEach((t, i) => {
		if (t < from || t > to || columns.every((c) => c[i] == null)) return;
		lines.push([new Date(t * 1000).toISOString(), ...columns.map((c) => c[i] ?? "")].join(","));
	});
	return new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" });
}

/** The plot with its title and legend, as PNG. */
export function picture(plot, chart) {
	const drawn = chart.ctx.canvas, scale = drawn.width / chart.width;
	const pad = 14 * scale, head = 36 * scale, foot = 34 * scale;
	const canvas = h("canvas", { width: drawn.width + 2 * pad, height: drawn.height + head + foot });
	const c = canvas.getContext("2d");
	c.fillStyle = plot.colour("surface");
	c.fillRect(0, 0, canvas.width, canvas.height);
	c.fillStyle = plot.colour("text");
	c.font = `600 ${15 * scale}px system-ui, sans-serif`;
	c.fillText(`${plot.title} · ${plot.where}`, pad, head * 0.65, drawn.width);
	c.drawImage(drawn, pad, head);
	c.font = `${13 * scale}px system-ui, sans-serif`;
	let x = pad;
	plot.series.forEach((s, i) => {
		if (!chart.series[3 * i + 1].show) return;
		c.fillStyle = plot.colour(`series-${(i % 8) + 1}`);
		c.fillRect(x, canvas.height - foot * 0.6, 12 * scale, 4 * scale);
		c.fillStyle = plot.colour("text");
		c.fillText(s.label, x + 18 * scale, canvas.height - foot * 0.45);
		x += c.measureText(s.label).width + 36 * scale;
	});
	return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
