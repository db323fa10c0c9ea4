// The values of a result: what kind they are, how they are shown, and as files. What JSON
// has no form for comes as an object with one key, as docs/http-api.md has it.

import { cell, harmless } from "../js/csv.js";

/** "null", "number", "text" or "bytes". */
export function kindOf(value) {
	if (value === null) return "null";
	if (typeof value === "number" || value?.$int !== undefined || value?.$float !== undefined) return "number";
	return value?.$bytes !== undefined ? "bytes" : "text";
}

/** What a column holds: one of the kinds, "mixed", or "null" where there is nothing else. */
export function kindOfColumn(rows, i) {
	const kinds = new Set(rows.map((row) => kindOf(row[i])));
	if (kinds.size > 1) kinds.delete("null");
	return kinds.size === 1 ? [...kinds][0] : kinds.size === 0 ? "" : "mixed";
}

/** A number that can be drawn, or null. */
export function numberOf(value) {
	if (typeof value === "number") return value;
	const n = Number(value?.$int ?? NaN);
	return Number.isFinite(n) ? n : null;
}

/** A value as text; NULL is "NULL", bytes are as SQL writes them. */
export function textOf(value) {
	switch (kindOf(value)) {
	case "null": return "NULL";
	case "number": return String(value.$int ?? value.$float ?? value);
	case "bytes": return `X'${[...atob(value.$bytes)].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("").toUpperCase()}'`;
	default: return typeof value === "string" ? value : JSON.stringify(value);
	}
}

/** For what orders rows: NULL, numbers, texts, bytes, as SQLite has it. */
export function compare(a, b) {
	const ranks = ["null", "number", "text", "bytes"];
	const [x, y] = [kindOf(a), kindOf(b)];
	if (x !== y) return ranks.indexOf(x) - ranks.indexOf(y);
	if (x === "number") return Number(textOf(a)) - Number(textOf(b));
	const [s, t] = [textOf(a), textOf(b)];
	return s < t ? -1 : s > t ? 1 : 0;
}

const shared = (value) => (kindOf(value) === "text" ? harmless(textOf(value)) : textOf(value));

/** RFC 4180. NULL is nothing between the commas, and the empty text is "". */
export const csv = ({ columns, rows }) => [columns, ...rows].map((row) => `${row.map((v) => (v === null ? "" : cell(shared(v)))).join(",")}\r\n`).join("");

/** The names of columns, each once: of two with one name the second is name_2. */
export function namesOf(columns) {
	const names = [];
	for (const column of columns) {
		let name = column;
		for (let n = 2; names.includes(name); n++) name = `${column}_${n}`;
		names.push(name);
	}
	return names;
}

/** A list of objects. */
export function json({ columns, rows }) {
	const names = namesOf(columns);
	return `[\n${rows.map((row) => JSON.stringify(Object.fromEntries(row.map((v, i) => [names[i], v])))).join(",\n")}\n]\n`;
}

/** With tabs, which spreadsheets take from the clipboard. */
export const tabbed = ({ columns, rows }) => [columns, ...rows].map((row) => row.map((v) => (v === null ? "" : shared(v).replace(/[\t\r\n]+/g, " "))).join("\t")).join("\n");
