// What can be told about a text of SQL by its words alone. The hub has the last word;
// this is for colours, for questions before it is too late, and for where an error is.

const keywords = new Set(`ABORT ADD ALL ALTER ANALYZE AND AS ASC AUTOINCREMENT BEFORE AFTER BEGIN BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT
CONSTRAINT CREATE CROSS CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DELETE DESC DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXISTS EXPLAIN FILTER FOR
FOREIGN FROM FULL GLOB GROUP HAVING IF IGNORE IN INDEX INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LEFT LIKE LIMIT MATCH NATURAL NOT NOTHING NOTNULL NULL
NULLS OF OFFSET ON OR ORDER OUTER OVER PARTITION PLAN PRAGMA PRIMARY QUERY RANGE RECURSIVE REFERENCES REINDEX RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK
ROW ROWS SAVEPOINT SELECT SET STRICT TABLE THEN TO TRANSACTION TRIGGER UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHERE WINDOW WITH WITHOUT
BLOB INTEGER REAL TEXT`.split(/\s+/));

export const functions = "abs avg changes coalesce count date datetime group_concat hex ifnull iif json_each json_extract julianday last_insert_rowid length lower ltrim max min nullif printf quote random replace round row_number rtrim strftime substr sum time total trim typeof unixepoch upper".split(" ");

export const words = [...keywords];

// The tokens there are, in the order in which they are tried. What has no end goes to
// the end of the text, as SQLite has it.
const patterns = [
	["space", /\s+/y],
	["comment", /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y],
	["string", /x?'(?:[^']|'')*(?:'|$)/iy],
	["quoted", /"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)/y],
	["number", /0x[\da-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy],
	["word", /[\p{L}_][\p{L}\p{N}_$]*/uy],
	["parameter", /\?\d*|[:@$][\p{L}_][\p{L}\p{N}_]*/uy],
	["sign", /[\s\S]/uy],
];

/** The tokens of a text: [{ kind, text, at }]; kinds are those above, "keyword" and "call". */
export function tokens(text) {
	const all = [];
	for (let at = 0; at < text.length;) {
		for (const [kind, pattern] of patterns) {
			pattern.lastIndex = at;
			const found = pattern.exec(text)?.[0];
			if (!found) continue;
			all.push({ kind: kind === "word" && keywords.has(found.toUpperCase()) ? "keyword" : kind, text: found, at });
			at += found.length;
			break;
		}
	}
	all.forEach((t, i) => { if (t.kind === "word" && all[i + 1]?.text === "(") t.kind = "call"; });
	return all;
}

/** The statements of a text, each as its tokens without blanks and comments. */
export function statements(text) {
	const all = [];
	let now = [], depth = 0;
	for (const token of tokens(text)) {
		if (token.kind === "space" || token.kind === "comment") continue;
		if (token.text === ";" && depth === 0) {
			if (now.length > 0) all.push(now);
			now = [];
			continue;
		}
		now.push(token);
		// The statements of a trigger stand between BEGIN and END; CASE has an END too.
		if (!isTrigger(now)) continue;
		if (is(token, "BEGIN") || is(token, "CASE")) depth++;
		else if (is(token, "END")) depth = Math.max(0, depth - 1);
	}
	if (now.length > 0) all.push(now);
	return all;
}

const is = (token, word) => token?.kind === "keyword" && token.text.toUpperCase() === word;
const isTrigger = (statement) => is(statement[0], "CREATE") && statement.slice(1, 3).some((t) => is(t, "TRIGGER"));

/** Whether a text only asks, as far as its first words tell. */
export const reads = (text) => statements(text).every(([first, ...rest]) =>
	["SELECT", "VALUES", "EXPLAIN", "PRAGMA"].some((w) => is(first, w)) ||
	(is(first, "WITH") && !rest.some((t) => is(t, "INSERT") || is(t, "UPDATE") || is(t, "DELETE"))));

/** What a text would take away for good, in words: ["DROP TABLE plants"]. */
export const losses = (text) => statements(text).flatMap((statement) => {
	const has = (word) => statement.some((t) => is(t, word));
	const everywhere = !hasOutside(statement, "WHERE");
	const starts = (word) => is(statement[0], word) || (is(statement[0], "WITH") && has(word));
	const said = text.slice(statement[0].at, statement.at(-1).at + statement.at(-1).text.length).replace(/\s+/g, " ");
	const brief = said.length > 120 ? `${said.slice(0, 120)}…` : said;
	if (isTrigger(statement) || has("EXPLAIN")) return [];
	if (is(statement[0], "DROP") || (is(statement[0], "ALTER") && has("DROP"))) return [brief];
	if (starts("DELETE") && everywhere) return [`${brief} – every row`];
	if (starts("UPDATE") && everywhere && !starts("INSERT") && !starts("REPLACE")) return [`${brief} – changes every row`];
	return [];
});

/** Whether a word stands outside of brackets, and so not in a question within. */
function hasOutside(statement, word) {
	let depth = 0;
	return statement.some((t) => {
		if (t.text === "(") depth++;
		else if (t.text === ")") depth--;
		return depth === 0 && is(t, word);
	});
}

/** Whether there is what could be a key or a password: such texts are not kept. */
export function hasKey(text) {
	return /\b(?:login|(?:get|set)?admin(?:key)?|sethigherserver)\s*\(/i.test(text) ||
		/\b(?:passw(?:or)?d|secret|token|api_?key|admin_?key)\b\W{0,6}'/i.test(text) ||
		tokens(text).some((t) => (t.kind === "string" || t.kind === "quoted" || t.kind === "comment" || t.kind === "word") && unguessable(t.text));
}

/** Whether a text has 20 letters and digits in a row, of both: nobody writes so. */
const unguessable = (text) => (text.match(/[A-Za-z0-9+/=_]{20,}/g) ?? []).some((run) => /\d/.test(run) && /[A-Za-z]{2}/.test(run) && !/^[a-z_]+\d*$/.test(run));

/** A name as it stands in SQL. */
export const quote = (name) => (/^[A-Za-z_]\w*$/.test(name) && !keywords.has(name.toUpperCase()) ? name : `"${name.replaceAll('"', '""')}"`);

/** Line and column of a place, from 1. */
export function lineOf(text, at) {
	const before = text.slice(0, at).split("\n");
	return { line: before.length, column: before.at(-1).length + 1 };
}
