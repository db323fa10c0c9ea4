// What the registry page shows of one key: its value, where it was, and how to reach it.
import { chart } from "../js/chart.js";
import { createPlot, windows } from "../js/plot.js";
import { deleteKey, setValue } from "./registry-change.js";
import { literal, kind, number } from "../js/literal.js";
import { button, copyButton, empty, h, line, replace, select, tabs, toast } from "../js/ui.js";
import { ago, duration, time } from "../js/format.js";

/** at() is "@barn" when the keys are those of another hub. */
export function details(aside, context, { close, at }) {
	const { api } = context;
	const there = () => key + at();
	let key = null, entry, turn = 0, plot, ticking, asked = 0, names;
	const value = h("pre", { class: "present", tabindex: "0", "aria-label": "Value" });
	const facts = h("dl", { class: "facts" });
	const history = h("div", { class: "history" });
	const table = h("details", {});
	const switchRecord = h("div", {});

	async function show(next) {
		key = next;
		const mine = ++turn;
		endPlot();
		replace(history);
		if (key === null) {
			replace(aside, empty({ title: "Choose a name", text: "Its value, what it was before, and lines to read and set it from elsewhere are shown here." }));
			return;
		}
		entry = await load();
		if (mine !== turn) return;
		if (!entry) { replace(aside, empty({ title: "It is gone", text: `There is no key ${key}.` })); return; }
		const mayWrite = context.may("user") || context.session.guests === "full";
		const own = key.startsWith("server.");
		replace(aside,
			h("header", {}, h("h2", {}, there()), h("div", { class: "end" }, copyButton(there(), "Copy the name"), button("Close", { icon: "close", kind: "quiet close", iconOnly: true, onclick: close }))),
			value,
			mayWrite && !own && h("div", { class: "actions" },
				button("Change", { icon: "edit", onclick: async () => { await setValue(context, { key, at: at(), value: value.textContent }); } }),
				button("Delete", { icon: "remove", kind: "danger", onclick: async () => { await deleteKey(context, there()); } })),
			facts, history, switchRecord, lines());
		tell();
		await Promise.all([past(), recording()]);
	}

	async function load() {
		try {
			const found = await api.get(`/registry/${encodeURIComponent(there())}`);
			value.textContent = found.literal;
			return found;
		} catch (problem) {
			if (problem.status === 404) return null;
			throw problem;
		}
	}

	function tell() {
		if (!entry || key === null) return;
		const left = entry.expires && (new Date(entry.expires) - Date.now()) / 1000;
		const fact = (name, text, title) => text && h("div", { title }, h("dt", {}, name), h("dd", {}, text));
		replace(facts, fact("Type", kind(entry.value, entry.literal)), fact("Changed", entry.changed && ago(entry.changed), entry.changed && time(entry.changed)),
			fact("Revision", entry.revision?.toLocaleString()), fact("Lasts", left > 0 && duration(left)));
	}

	/** Shows what it was: the plot of what is recorded, or of its last values, and these. */
	async function past() {
		const mine = turn;
		const { values } = await api.get(`/registry/${encodeURIComponent(there())}/history`);
		const recorded = !at() && number(entry.value) !== undefined && (await known()).has(`registry.${key}`);
		if (mine !== turn) return;
		if (recorded) plot ??= plotOf(key);
		else endPlot();
		const points = values.map((was) => [new Date(was.at).getTime() / 1000, number(was.value)]).filter(([, n]) => n !== undefined);
		const what = recorded ? plot.element : points.length > 1 && h("div", {}, h("h3", {}, "Its last values"), chart(points, { label: key }));
		if (what !== history.firstElementChild || !recorded) replace(history, what, table);
		table.hidden = values.length === 0;
		replace(table, h("summary", {}, `Its last ${values.length === 1 ? "value" : `${values.length} values`}`),
			h("table", {}, h("tbody", {}, values.toReversed().map((was) => h("tr", {}, h("th", { scope: "row" }, time(was.at)), h("td", {}, h("code", {}, literal(was.value).slice(0, 200))))))));
	}

	/** A plot of what is recorded, which goes on. */
	function plotOf(name) {
		const id = `registry.${name}`, label = name.slice(name.lastIndexOf(".") + 1) || name;
		const width = select(windows.filter(([seconds]) => seconds >= 60), 300, { "aria-label": "How far back", onchange: (e) => plot.setWindow(Number(e.target.value)) });
		return createPlot({
			title: "What it was", where: name, axis: label, series: [{ id, label }], window: 300, tools: [width],
			history: async (_, from, to, points) => (await api.get(`/metrics/${encodeURIComponent(id)}`, {
				query: { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString(), points },
			})).points,
		});
	}

	function endPlot() {
		plot?.end();
		plot = undefined;
	}

	/** The names of what is recorded, as they were a moment ago. */
	async function known() {
		if (Date.now() - asked > 10_000) {
			asked = Date.now();
			names = api.get("/metrics").then(({ metrics }) => new Set(metrics.map((m) => m.name)));
		}
		return names;
	}

	/** Shows the switch that has its number recorded. */
	async function recording() {
		const mine = turn;
		if (at() || number(entry.value) === undefined || key.startsWith("server.")) { replace(switchRecord); return; }
		const { recordings } = await api.get("/recordings");
		if (mine !== turn) return;
		const exact = literally(key);
		const by = recordings.filter((r) => matches(r.pattern, key));
		const wider = by.find((r) => r.pattern !== exact);
		const on = by.length > 0;
		const turnIt = async () => {
			if (on) await api.del(`/recordings/${encodeURIComponent(exact)}`);
			else await api.put(`/recordings/${encodeURIComponent(exact)}`);
			toast(on ? "It is recorded no more; what was recorded stays" : "It is recorded from now on");
			asked = 0;
			await recording();
			setTimeout(() => { if (mine === turn && entry) past().catch(fail); }, 2500); // the first second is there
		};
		replace(switchRecord, h("div", { class: "switch" },
			h("button", { type: "button", role: "switch", "aria-checked": String(on), disabled: Boolean(wider), onclick: () => turnIt().catch(fail) }, h("span", { class: "knob", "aria-hidden": "true" }), "Record it"),
			h("small", { class: "hint" }, wider ? `${wider.pattern} is recorded, and so is this.` : "Every second what number it is, for 90 days, also when nobody looks.")));
	}

	/** Lines to read and set it. */
	function lines() {
		const [host, port] = reached(context.session.hub.address);
		const k = literal(there()), v = value.textContent.length < 200 ? value.textContent : "…";
		const web = `${location.origin}/api/v1/registry/${encodeURIComponent(there())}`;
		const json = JSON.stringify(JSON.stringify(entry.value)).length < 300 ? JSON.stringify(entry.value) : "…";
		const sh = (text) => `'${text.replaceAll("'", "'\\''")}'`;
		const of = {
			text: [`getReg(${k})`, `setReg(${k}, ${v})`],
			python: ["import share", `sh = share.ShareServer(${literal(host)}${port === "2980" ? "" : `, ${port}`})`, `print(sh.getReg(${k}))`, `sh.setReg(${k}, ${v})`],
			curl: [`curl ${sh(web)}`, `curl -X PUT -H 'Content-Type: application/json' -d ${sh(json)} ${sh(web)}`],
		};
		const show = (name, note) => (panel) => { panel.append(...of[name].map(line), h("p", { class: "hint" }, note)); };
		return h("div", { class: "lines" }, h("h3", {}, "From elsewhere"), tabs("From elsewhere", [
			{ id: "text", title: "Text port", show: show("text", `Send it to ${host}:${port}, for instance with nc ${host} ${port}; or: althing get ${there()}`) },
			{ id: "python", title: "Python", show: show("python", "share.py lies in clients/python and needs nothing else.") },
			{ id: "curl", title: "curl", show: show("curl", "With --lan and guests who may not write: -H 'Authorization: Bearer KEY'.") },
		]));
	}

	const fail = (problem) => { if (problem.name !== "AbortError") toast(problem.message, { kind: "bad" }); };
	ticking = setInterval(() => {
		tell();
		if (entry && number(entry.value) !== undefined) plot?.push(Date.now() / 1000, { [`registry.${key}`]: number(entry.value) });
	}, 1000);
	show(null);
	return {
		show: (next) => show(next).catch(fail),
		async set(changed) {
			if (!entry) return void show(key).catch(fail); // it is there again
			if (changed.revision <= entry.revision) return;
			const mine = turn, was = number(entry.value);
			entry = { ...entry, value: changed.value, expires: undefined, revision: changed.revision, changed: new Date().toISOString() };
			tell();
			const found = await load().catch(() => null);
			if (mine !== turn || !found) return;
			entry = found;
			tell();
			if ((number(entry.value) === undefined) !== (was === undefined)) recording().catch(fail);
			past().catch(fail);
		},
		gone() { entry = undefined; endPlot(); replace(aside, empty({ title: "It is gone", text: `${key} was deleted, or its time was over.` })); },
		end() { clearInterval(ticking); endPlot(); },
	};
}

/** The host by which this machine reaches the hub, and the text port. */
function reached(address) {
	const port = address?.slice(address.lastIndexOf(":") + 1) || "2980";
	return [location.hostname.replace(/^\[|\]$/g, ""), port];
}

/** A pattern that means the name itself. */
const literally = (key) => key.replace(/[*?[]/g, "[$&]");

/** Whether a name matches a pattern, as the hub has it. */
function matches(pattern, name) {
	const source = pattern.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (part, not, set) => {
		if (set) return `[${not ? "^" : ""}${set.replace(/[\\\]^]/g, "\\$&")}]`;
		return part === "*" ? "[\\s\\S]*" : part === "?" ? "[\\s\\S]" : part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
	});
	return new RegExp(`^${source}$`, "u").test(name);
}
