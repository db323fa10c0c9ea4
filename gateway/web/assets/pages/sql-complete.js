// What can follow in a text of SQL: tables, their columns, SQL's words and functions.
import { functions, quote, tokens, words } from "./sql-text.js";

const beforeTable = new Set(["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "EXISTS", "ON"]);

/** { start: where what is completed begins, found: [{ text, kind }], the likeliest first }. */
export function completions(text, caret, tables) {
	const start = caret - /[\p{L}\p{N}_$]*$/u.exec(text.slice(0, caret))[0].length;
	const written = text.slice(start, caret).toLowerCase();
	const all = tokens(text);
	const here = all.find((t) => t.at < caret && caret <= t.at + t.text.length);
	if (["string", "comment", "quoted", "number", "parameter"].includes(here?.kind)) return { start, found: [] };
	const meant = all.filter((t) => t.kind !== "space" && t.kind !== "comment");
	const before = meant.filter((t) => t.at + t.text.length <= start);
	const last = before.at(-1);
	const column = (table) => (c) => ({ text: quote(c.name), kind: `column of ${table.name}` });

	if (last?.text === "." && start === last.at + 1) {
		const of = tableOf(before.at(-2)?.text, meant, tables);
		return { start, found: fitting(of ? of.columns.map(column(of)) : [], written) };
	}
	const named = tables.filter((t) => meant.some((m) => same(m.text, t.name)));
	const tableNames = tables.map((t) => ({ text: quote(t.name), kind: t.view ? "view" : "table" }));
	const columns = (named.length > 0 ? named : tables).flatMap((t) => t.columns.map(column(t)));
	// A keyword is written as its beginning is.
	const small = written !== "" && text.slice(start, caret) === written;
	const rest = [
		...words.map((w) => ({ text: small ? w.toLowerCase() : w, kind: "keyword" })),
		...functions.map((f) => ({ text: f, kind: "function" })),
	];
	const wantsTable = last && beforeTable.has(last.text.toUpperCase());
	return { start, found: fitting(wantsTable ? [...tableNames, ...rest] : [...columns, ...tableNames, ...rest], written) };
}

const unquoted = (name) => name.replace(/^["'`[]|["'`\]]$/g, "");
const same = (a, b) => unquoted(a).toLowerCase() === b.toLowerCase();

/** The table that a name or an alias stands for. */
function tableOf(name, meant, tables) {
	if (!name) return undefined;
	const direct = tables.find((t) => same(name, t.name));
	if (direct) return direct;
	const at = meant.findIndex((t, i) => same(t.text, unquoted(name)) && i > 0 && tables.some((table) => same(aliased(meant, i), table.name)));
	return at < 0 ? undefined : tables.find((t) => same(aliased(meant, at), t.name));
}

/** What stands before an alias: FROM plants p, FROM plants AS p. */
const aliased = (meant, i) => (meant[i - 1].text.toUpperCase() === "AS" ? meant[i - 2]?.text ?? "" : meant[i - 1].text);

/** Those that begin so, the exact one first; each text once. */
function fitting(all, written) {
	const seen = new Set();
	const found = all.filter(({ text }) => {
		const bare = unquoted(text).toLowerCase();
		if (!bare.startsWith(written) || seen.has(bare)) return false;
		seen.add(bare);
		return true;
	});
	return found.sort((a, b) => (b.text.toLowerCase() === written) - (a.text.toLowerCase() === written));
}
