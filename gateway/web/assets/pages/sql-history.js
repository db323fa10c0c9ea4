// The texts of SQL that were run from this browser.
import { hasKey } from "./sql-text.js";

const place = "sql.history"; // in localStorage
const most = 100; // texts
const longest = 10_000; // letters of one

/** The texts, the last first: [{ sql, at, failed }]. */
export function past() {
	try {
		const all = JSON.parse(localStorage.getItem(place) ?? "[]");
		return Array.isArray(all) ? all.filter((one) => typeof one?.sql === "string") : [];
	} catch {
		return []; // storage is forbidden, or was written by something else
	}
}

/** Keeps a text. Gives why it is not kept, or "". */
export function keep(sql, failed) {
	if (hasKey(sql)) return "Not kept in the history: it looks as if there were a key or a password in it.";
	if (sql.length > longest) return "Not kept in the history: it is too long.";
	return store([{ sql, at: Date.now(), failed }, ...past().filter((one) => one.sql !== sql)].slice(0, most));
}

/** Has other texts be the past, for instance none. */
export function store(all) {
	try {
		localStorage.setItem(place, JSON.stringify(all));
		return "";
	} catch {
		return "Not kept in the history: the browser does not let the page store it.";
	}
}
