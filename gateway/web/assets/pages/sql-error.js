// Where an error of SQL is, and what to do about it.
import { statements, tokens } from "./sql-text.js";

// What names a part of the text, in what SQLite says.
const naming = [
	/near "((?:[^"]|"")+)": syntax error/,
	/no such (?:table|column|function|index|view|trigger|collation sequence): ([^\s]+)/,
	/unrecognized token: "(.+)"/,
	/ambiguous column name: ([^\s]+)/,
	/(?:table|view|index|trigger) "?([^"\s]+)"? already exists/,
	/table \S+ has no column named (\S+)/,
	/wrong number of arguments to function (\w+)/,
];

const bare = (name) => name.replace(/^["'`[]|["'`\]]$/g, "").split(".").at(-1).toLowerCase();

/** The places of the text that an error may mean: [{ at, length }], in the text that was run. */
export function places(text, message) {
	if (/incomplete input/.test(message)) {
		const last = tokens(text).findLast((t) => t.kind !== "space" && t.kind !== "comment");
		return last ? [{ at: last.at, length: last.text.length }] : [];
	}
	const name = naming.map((pattern) => pattern.exec(message)?.[1]).find(Boolean);
	if (!name) return [];
	const found = statements(text).flat().filter((t) => t.text.startsWith(name) || (t.kind !== "string" && bare(t.text) === bare(name)));
	const exact = found.filter((t) => t.text === name);
	return (exact.length > 0 ? exact : found).map((t) => ({ at: t.at, length: t.text.length }));
}

/** What to do about an error, or "". tables: the schema's. */
export function advice({ message, code }, tables, { role }) {
	const table = /no such table: (?:main\.)?(\S+)/.exec(message)?.[1];
	const column = /no such column: (\S+)|has no column named (\S+)/.exec(message);
	if (table) {
		if (tables.length === 0) return "There are no tables yet. CREATE TABLE makes one.";
		return meant(table, tables.map((t) => t.name)) ?? `The tables there are: ${tables.map((t) => t.name).slice(0, 8).join(", ")}.`;
	}
	if (column) {
		const near = meant(column[1] ?? column[2], tables.flatMap((t) => t.columns.map((c) => c.name)));
		return near ?? "Texts stand in single quotes: 'mint'. Which columns a table has stands under Tables.";
	}
	if (/syntax error|unrecognized token/.test(message)) return "Look at the marked word and at what stands before it: a comma, a quote or a keyword is often missing or too much.";
	if (/incomplete input/.test(message)) return "Something is still open at the end, for instance a bracket.";
	if (/UNIQUE constraint/.test(message)) return "A row with that value is there already: UPDATE it, or write INSERT OR REPLACE.";
	if (/NOT NULL constraint/.test(message)) return "That column needs a value: name it in the INSERT, or give it a DEFAULT in the table.";
	if (/number of bindings/.test(message)) return "Write the values themselves in place of the question marks.";
	if (/already exists/.test(message)) return "Choose another name, or write IF NOT EXISTS.";
	switch (code) {
	case "denied": return role === "guest" ? "Log in with a key that may (above, to the right)." : "";
	case "timeout": return "Ask for less by WHERE or LIMIT, or make an index. Who runs the hub sets the time by --max-sql-time.";
	case "limit": return "Ask for less by WHERE or LIMIT, or name the columns that you need.";
	default: return "";
	}
}

/** A sentence with the name that is written nearly so, if there is one. */
function meant(name, names) {
	const near = names.map((n) => [distance(bare(name), n.toLowerCase()), n]).sort(([a], [b]) => a - b)[0];
	return near && near[0] <= Math.max(1, name.length / 3) ? `Did you mean ${near[1]}?` : undefined;
}

/** How many letters two words differ by (Levenshtein). */
function distance(a, b) {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 0; i < a.length; i++) {
		const next = [i + 1];
		for (let j = 0; j < b.length; j++) next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (a[i] === b[j] ? 0 : 1)));
		row = next;
	}
	return row[b.length];
}
