// What SQL has answered, as a table of which only what is in sight is in the document.
import { many } from "../js/format.js";
import { save } from "../js/plotfile.js";
import { button, copyButton, dialog, h, replace, tabs } from "../js/ui.js";
import { virtual } from "../js/virtual.js";
import { plotOf, plottable } from "./sql-plot.js";
import { compare, csv, json, kindOf, kindOfColumn, tabbed, textOf } from "./sql-values.js";

const rowHeight = 30; // pixels, as sql.css has it
const widest = 40; // letters of a cell; what is longer is cut

/** Shows a result below a title. Gives what ends it. */
export function showResult(root, result, title) {
	const { columns, rows, more, changed, affected, seconds } = result;
	const said = [
		columns.length > 0 && `${many(rows.length, "row")}${more ? ", and there are more" : ""}`,
		changed && `${many(affected, "row")} changed`, columns.length === 0 && !changed && "Done",
		`${seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(2)} s`}`,
	].filter(Boolean).join(" · ");
	const file = (kind, type, content) => button(kind, {
		icon: "save", title: `Save as ${kind}`, onclick: () => save(`result.${kind.toLowerCase()}`, new Blob([content(result)], { type })),
	});
	const head = h("div", { class: "above" },
		h("div", {}, h("p", { class: "said" }, said), title && h("p", { class: "hint" }, h("code", {}, title))),
		columns.length > 0 && h("div", { class: "actions" }, copyButton(() => tabbed(result), "Copy the table"), file("CSV", "text/csv", csv), file("JSON", "application/json", json)));
	if (rows.length === 0) {
		replace(root, head, columns.length > 0 && h("p", { class: "hint" }, `The columns are ${columns.join(", ")}.`));
		return () => {};
	}
	const axes = plottable(result);
	if (!axes) {
		const part = h("div");
		replace(root, head, part);
		return grid(part, result);
	}
	let end = () => {};
	replace(root, head, tabs("Result", [
		{ id: "table", title: "Table", show: (panel) => (end = grid(panel, result)) },
		{ id: "plot", title: "Plot", show: (panel) => (end = plotOf(panel, result, axes)) },
	]));
	return () => end();
}

/** The table. It scrolls by itself; whatever the number of rows, some fifty are drawn. */
function grid(root, { columns, rows }) {
	const kinds = columns.map((_, i) => kindOfColumn(rows, i));
	const widths = columns.map((name, i) => rows.reduce((most, row) => Math.max(most, widthOf(short(row[i]))), Math.max(7, kinds[i].length + 2, Math.min(widest, name.length + 2))));
	const digits = String(rows.length).length;
	let ordered = rows, by, descending = false;
	const heads = columns.map((name, i) => h("th", { scope: "col", class: kinds[i] === "number" ? "number" : null, "aria-colindex": i + 2 },
		h("button", { type: "button", title: name, onclick: () => order(i) }, name), h("small", {}, kinds[i])));
	const body = h("tbody");
	const table = h("table", { "aria-rowcount": rows.length + 1, "aria-colcount": columns.length + 1 },
		h("caption", { class: "unseen" }, `Result, ${rows.length} rows`),
		h("colgroup", {}, h("col", { style: { width: `${digits + 3}ch` } }), widths.slice(0, -1).map((w) => h("col", { style: { width: `${w + 3}ch` } })), h("col")),
		h("thead", {}, h("tr", { "aria-rowindex": 1 }, h("th", { scope: "col", class: "nth", "aria-colindex": 1 }, "#"), heads)), body);
	table.style.width = `${digits + 3 + widths.reduce((sum, w) => sum + w + 3, 0)}ch`;
	const high = h("div", { class: "high" }, table);
	const frame = h("div", { class: "result-grid", tabindex: "0", role: "region", "aria-label": "Rows of the result" }, high);

	function order(i) {
		if (by !== i) [by, descending] = [i, false];
		else if (!descending) descending = true;
		else by = undefined;
		ordered = by === undefined ? rows : [...rows].sort((a, b) => (descending ? -1 : 1) * compare(a[by], b[by]));
		heads.forEach((th, j) => (j === by ? th.setAttribute("aria-sort", descending ? "descending" : "ascending") : th.removeAttribute("aria-sort")));
		list.redraw();
	}

	const list = virtual(frame, high, {
		into: body, height: rowHeight,
		row: (i) => h("tr", { "aria-rowindex": i + 2 }, h("th", { scope: "row", class: "nth" }, i + 1), ordered[i].map((v, j) => cell(v, columns[j], kinds[j]))),
	});
	replace(root, frame);
	list.draw(rows.length);
	return () => list.end();
}

/** What a cell shows: the first letters, on one line. */
function short(value) {
	const text = typeof value === "string" ? value.slice(0, widest + 1) : textOf(value?.$bytes?.length > widest ? { $bytes: value.$bytes.slice(0, widest) } : value);
	const line = text.replace(/\s*\n\s*/g, " ↵ ");
	return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}

/** How many columns of a terminal a text would take: letters of East Asia take two. */
const widthOf = (text) => text.length + (text.match(/[\u1100-\uffff]/g)?.length ?? 0);

function cell(value, column, among) {
	const kind = kindOf(value), shown = short(value);
	if (kind === "null") return h("td", { class: among === "number" ? "null number" : "null" }, "NULL");
	const whole = kind === "number" || shown === value || (kind === "bytes" && shown === textOf(value));
	return h("td", { class: kind }, whole ? shown : h("button", {
		type: "button", class: "cut", "aria-label": `All of ${column}: ${shown}`, onclick: () => showAll(value, column),
	}, shown));
}

/** Shows a value that a cell has no room for. */
function showAll(value, column) {
	const text = textOf(value);
	const size = kindOf(value) === "bytes" ? many(atob(value.$bytes).length, "byte") : many(text.length, "letter");
	dialog(column, [
		h("div", { class: "above" }, h("p", { class: "hint" }, size), copyButton(text, "Copy the value")),
		h("pre", { class: "whole", tabindex: "0", "aria-label": `All of ${column}` }, text),
	], [{ label: "Close", kind: "primary" }], { opened: (d) => d.classList.add("wide") });
}
