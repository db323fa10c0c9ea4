// Setting and deleting shared values. Both are said as the text port has it, so that a
// value keeps its type: in JSON alone 5.0 would come back as 5.
import { many } from "../js/format.js";
import { literal, typed } from "../js/literal.js";
import { confirm, dialog, field, h, replace, toast } from "../js/ui.js";

const mostUndone = 1000; // keys that are remembered, to be put back

const ask = (api, text) => api.post("/eval", { text });

/** Asks for a key and a value and sets it, at another hub with at: "@barn". Gives the key, or undefined. */
export async function setValue({ api }, { key = "", value = "", at = "" } = {}) {
	const name = h("input", { name: "key", value: key, required: true, placeholder: "garden.soil.temp", spellcheck: "false", autofocus: key === "" });
	const what = h("textarea", { name: "value", rows: "2", spellcheck: "false", placeholder: "56", autofocus: key !== "" });
	what.value = value;
	const asText = h("input", { type: "checkbox", name: "text" });
	const lasts = h("input", { name: "lasts", placeholder: "30s, 5m, 2h", spellcheck: "false" });
	const is = h("small", { role: "status", class: "hint" });
	const problem = h("p", { class: "problem", role: "alert" });
	const look = () => { is.textContent = `It is ${typed(what.value, asText.checked).is}.`; };
	for (const input of [what, asText]) input.addEventListener("input", look);
	look();
	const help = h("details", {}, h("summary", {}, "How to write a value"),
		h("table", {}, h("tbody", {}, [
			["56, -1.5, 1e9", "numbers"], ["True, False, None", "yes, no, nothing"], ["on, red, 'on'", "a text; quotes where it looks like something else"],
			["[1, 'two']", "a list"], ["{'a': 1}", "a dict"], ["(1, 2), {1, 2}, b'\\x00'", "a tuple, a set, bytes"],
		].map(([text, means]) => h("tr", {}, h("td", {}, h("code", {}, text)), h("td", {}, means))))));
	const set = async () => {
		try {
			const t = typed(what.value, asText.checked);
			const expire = lasts.value.trim() === "" ? "" : `, expire=${seconds(lasts.value)}`;
			await ask(api, `setReg(${literal(name.value + at)}, ${t.ask ?? literal(t.value)}${expire})`);
			return true;
		} catch (error) {
			replace(problem, error.message);
			return false;
		}
	};
	const done = await dialog(`Set a value${at && ` at ${at.slice(1)}`}`, h("div", { class: "stack" },
		field("Key", name, "A name with dots; what is below garden. is shown together"), field("Value", what), is, h("label", { class: "check" }, asText, "Take it as a text, whatever it looks like"), help,
		field("Lasts", lasts, "Empty: until it is replaced"), problem),
	[{ label: "Cancel" }, { label: "Set", kind: "primary", value: true, onclick: set }]);
	return done ? name.value : undefined;
}

/** "5m" in seconds. */
function seconds(text) {
	const units = { "": 1, s: 1, m: 60, h: 3600, d: 86400 };
	const found = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/.exec(text.trim());
	if (!found || Number(found[1]) === 0) throw new Error("How long it lasts is a time: 30s, 5m, 2h, 1d");
	return Number(found[1]) * units[found[2]];
}

/** What is left of a value's time, as a literal. */
const left = (expires) => (expires ? Math.max(0.001, (new Date(expires) - Date.now()) / 1000) : null);

/** Deletes a key, which may be another hub's, and offers to take that back. */
export async function deleteKey({ api }, key) {
	const was = await api.get(`/registry/${encodeURIComponent(key)}`);
	await api.del(`/registry/${encodeURIComponent(key)}`);
	toast(`Deleted ${key}`, {
		undo: () => ask(api, `setReg(${literal(key)}, ${was.literal}, expire=${literal(left(was.expires))}, create=True)`),
	});
}

/** Asks whether to delete all that matches, does, and offers to take that back; at: "@barn" for another hub's. */
export async function deleteAll({ api }, pattern, at, changed) {
	const { entries, more } = await api.get("/registry", { query: { pattern: pattern + at, limit: mostUndone } });
	if (entries.length === 0) return toast(`Nothing matches ${pattern}`);
	const n = many(entries.length, "key", more);
	const sure = await confirm({
		title: `Delete ${n}?`, act: "Delete",
		text: `All that matches ${pattern} goes: ${entries.slice(0, 5).map((e) => e.key).join(", ")}${entries.length > 5 ? ", …" : ""}. ${more ? "That is too much to be taken back." : "It can be taken back for a moment."}`,
	});
	if (!sure) return undefined;
	const was = more ? null : (await ask(api, `repr(fetch(${literal(pattern + at)}))`)).text;
	const { count } = await api.del("/registry", { query: { pattern: pattern + at } });
	const times = Object.fromEntries(entries.filter((e) => e.expires).map((e) => [e.key, left(e.expires)]));
	toast(`Deleted ${many(count, "key")}`, {
		undo: was && (() => ask(api, `[setReg(k${at && ` + ${literal(at)}`}, v, expire=t.get(k), create=True) for t in [${literal(times)}] for k, v in ${was}.items() if not k.startswith('server.')]; None`).then(changed)),
	});
	return changed();
}
