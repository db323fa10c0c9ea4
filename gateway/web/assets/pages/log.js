// What the hub says, and what administrators did.
import { time } from "../js/format.js";
import { badge, button, card, empty, field, h, replace, select, table, tabs, toast } from "../js/ui.js";

const most = 2000; // records that are kept on the page
const kinds = { debug: "", info: "", warn: "warn", error: "bad" };

export default {
	title: "Log",
	lede: "What the hub says of late, and what administrators and users did.",
	css: "log.css",
	async mount(root, context) {
		await context.api.get("/audit"); // a guest is told to log in
		let end;
		const list = tabs("Log and audit", [
			{ id: "log", title: "Log", show: (panel) => (end = showLog(panel, context)) },
			{ id: "audit", title: "Audit", show: (panel) => (end = showAudit(panel, context)) },
		], context.query.get("tab") ?? "log", (tab) => context.setQuery({ tab: tab === "log" ? null : tab }));
		replace(root, list);
		return () => end?.();
	},
};

function showLog(panel, context) {
	const rows = new Map();
	const level = select([["debug", "Everything (debug)"], ["info", "Info and above"], ["warn", "Warnings and errors"], ["error", "Errors"]], context.query.get("level") ?? "info", { onchange: begin });
	const part = select([["", "All"]], "", { onchange: draw });
	const search = h("input", { type: "search", placeholder: "Words in the message", oninput: draw });
	const count = h("span", { class: "hint", role: "status" });
	let paused = false, stop;
	const pause = button("Pause", { icon: "pause", "aria-pressed": "false", onclick: () => {
		paused = !paused;
		pause.setAttribute("aria-pressed", String(paused));
		draw();
	} });
	const shown = table({
		caption: "Records of the log, the newest first", key: (r) => r.number, folds: true,
		columns: [
			{ title: "Time", cell: (r) => h("time", { datetime: r.at }, time(r.at)) },
			{ title: "Level", cell: (r) => badge(r.level, kinds[r.level]) },
			{ title: "Part", cell: (r) => r.part },
			{ title: "Message", cell: (r) => h("span", { class: "message" }, r.message, r.attrs.map((a) => h("span", { class: "attr" }, h("span", { class: "attr-name" }, `${a.name} `), a.value))) },
		],
		empty: empty({ title: "Nothing was said", text: "No record has this level, part and words." }),
	});
	replace(panel, h("div", { class: "stack" },
		h("div", { class: "toolbar" }, field("Level", level), field("Part", part), h("div", { class: "grow" }, field("Search", search)), pause),
		card("Records", { end: count }, shown.element)));

	function draw() {
		if (paused) return;
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		const some = [...rows.values()].filter((r) => !part.value || r.part === part.value).filter((r) => {
			const text = [r.message, ...r.attrs.map((a) => `${a.name} ${a.value}`)].join(" ").toLowerCase();
			return words.every((w) => text.includes(w));
		}).sort((a, b) => b.number - a.number);
		replace(count, `${some.length} of ${rows.size}`);
		shown.show(some);
	}
	function add(list) {
		for (const r of list) rows.set(r.number, r);
		for (const number of rows.keys()) {
			if (rows.size <= most) break;
			rows.delete(number);
		}
		const parts = [...new Set([...rows.values()].map((r) => r.part))].sort();
		if (part.options.length !== parts.length + 1) {
			const chosen = part.value;
			replace(part, h("option", { value: "" }, "All"), parts.map((p) => h("option", { value: p, selected: p === chosen }, p)));
		}
		waiting ||= requestAnimationFrame(() => { waiting = 0; draw(); });
	}
	let waiting = 0;
	function begin() {
		context.setQuery({ level: level.value === "info" ? null : level.value });
		stop?.();
		rows.clear();
		const of = level.value;
		stop = context.subscribe(`log:${of}`, async (event, data) => {
			if (event === "state") {
				try {
					const { entries } = await context.api.get("/log", { query: { level: of } });
					if (level.value === of) add([...entries, ...data.entries].sort((a, b) => a.number - b.number));
				} catch (problem) {
					if (problem.name !== "AbortError") toast(problem.message, { kind: "bad" });
				}
			} else if (event === "log") add([data]);
			else if (event === "problem") toast(data.detail, { kind: "bad" });
		});
	}
	begin();
	draw();
	return () => { stop?.(); cancelAnimationFrame(waiting); };
}

function showAudit(panel, context) {
	const shown = table({
		caption: "The audit, the newest first", key: (a) => a.number, folds: true,
		columns: [
			{ title: "Time", cell: (a) => h("time", { datetime: a.at }, time(a.at)) },
			{ title: "From", cell: (a) => (a.from === "local" ? "this machine" : a.from) },
			{ title: "What", cell: (a) => a.act },
		],
		empty: empty({ title: "Nobody has changed anything yet", text: "Logins, and what is changed over the web port or by administrators, are noted here and in the log." }),
	});
	replace(panel, card("What was done", {}, shown.element));
	async function show() {
		const { entries } = await context.api.get("/audit");
		shown.show(entries.map((a, number) => ({ ...a, number })).reverse());
	}
	const tell = (problem) => problem.name !== "AbortError" && toast(problem.message, { kind: "bad" });
	show().catch(tell);
	return context.subscribe("log:info", (event, data) => {
		if (event === "log" && data.message === "audit") show().catch(tell);
	});
}
