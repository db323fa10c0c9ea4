// Values as the API has them in JSON, for people: as Python literals.

/** The literal of a value; what it cannot show of a long one is … */
export function literal(v) {
	if (v === null) return "None";
	if (v === true) return "True";
	if (v === false) return "False";
	if (typeof v === "number") return String(v);
	if (typeof v === "string") return quoted(v);
	if (Array.isArray(v)) return `[${v.map(literal).join(", ")}]`;
	const [name] = Object.keys(v);
	const special = name?.startsWith("$") && forms[name];
	return special ? special(v[name]) : `{${Object.entries(v).map(([k, x]) => `${quoted(k)}: ${literal(x)}`).join(", ")}}`;
}

const forms = {
	$tuple: (items) => `(${items.map(literal).join(", ")}${items.length === 1 ? "," : ""})`,
	$set: (items) => (items.length ? `{${items.map(literal).join(", ")}}` : "set()"),
	$bytes: (text) => `b${quoted(atob(text), (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)}`,
	$int: (text) => text,
	$float: (text) => `float('${text}')`,
	$complex: ([re, im]) => `(${re}${im < 0 ? "" : "+"}${im}j)`,
	$dict: (pairs) => `{${pairs.map(([k, x]) => `${literal(k)}: ${literal(x)}`).join(", ")}}`,
};

// Control characters, and of bytes all that is no ASCII.
function quoted(text, escape) {
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	let out = quote;
	for (const c of text) {
		const code = c.codePointAt(0);
		if (c === "\\" || c === quote) out += `\\${c}`;
		else if (c === "\n") out += "\\n";
		else if (c === "\r") out += "\\r";
		else if (c === "\t") out += "\\t";
		else if (code < 32 || code === 127 || (escape && code > 126)) out += `\\x${code.toString(16).padStart(2, "0")}`;
		else out += c;
	}
	return out + quote;
}

/** A value in the words of a table: a text as it is, all else as its literal. */
export const shown = (v) => (typeof v === "string" ? v : literal(v));

/** What kind of value it is, in Python's word; only its literal tells 5.0 from 5. */
export function kind(v, text = "") {
	if (v === null) return "None";
	if (typeof v === "boolean") return "bool";
	if (typeof v === "number") return Number.isInteger(v) && !/[.e]/.test(text) ? "int" : "float";
	if (typeof v === "string") return "str";
	if (Array.isArray(v)) return "list";
	const [name] = Object.keys(v);
	return { $tuple: "tuple", $set: "set", $bytes: "bytes", $int: "int", $float: "float", $complex: "complex" }[name] ?? "dict";
}

/** The number that a value is in a plot, or undefined: True is 1. */
export function number(v) {
	if (typeof v === "number") return v;
	if (typeof v === "boolean") return Number(v);
	if (v?.$int) return Number(v.$int);
	return undefined;
}

// 0x1F, 1_000, 1+2j.
const otherNumber = /^[+-]?(0x[\da-f]+|0o[0-7]+|0b[01]+|\d+(_\d+)+|\d+(\.\d+)?j|\d+(\.\d+)?[+-]\d+(\.\d+)?j)$/i;

/**
 * The value that somebody means who typed a text: { value }, or { ask } where the hub has
 * to read it, and what it is in words: { is }.
 */
export function typed(text, asText) {
	const t = text.trim();
	if (asText) return { value: text, is: "a text" };
	if (t === "") return { value: "", is: "an empty text" };
	if (Object.hasOwn(constants, t)) return { value: constants[t], is: { None: "nothing at all, None" }[t] ?? "a truth" };
	if (/^[+-]?\d+$/.test(t)) {
		const n = Number(t);
		return { value: Number.isSafeInteger(n) ? n : { $int: t.replace(/^\+/, "") }, is: "a whole number" };
	}
	if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(t) || otherNumber.test(t)) return { ask: t, is: "a number" };
	if (/^[[({'"]|^[bru]+['"]/i.test(t)) return { ask: t, is: "a Python literal, which the hub reads" };
	return { value: text, is: "a text" };
}
const constants = { None: null, True: true, False: false };
