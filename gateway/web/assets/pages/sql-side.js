// What stands beside the editor: the tables, what is under way, and what was run before.
import { duration, many, time } from "../js/format.js";
import { badge, button, card, confirm, copyButton, dialog, h, replace, toast } from "../js/ui.js";
import { past, store } from "./sql-history.js";
import { quote } from "./sql-text.js";

const pollEvery = 2000; // milliseconds between looks at what is under way

/** The tables. Gives { element, tables, refresh() }; insert(text) and show(sql) are the editor's. */
export function schemaPanel({ api, insert, show }) {
	const body = h("div", { class: "tables" });
	let tables = [];

	async function refresh() {
		const open = new Set([...body.querySelectorAll("details[open]")].map((d) => d.dataset.table));
		tables = (await api.get("/sql/schema")).tables;
		replace(body, tables.length === 0 ? h("p", { class: "hint" }, "There are none yet.") : tables.map((t) => row(t, open.has(t.name) || tables.length === 1)));
	}

	function row(t, open) {
		const made = () => dialog(t.name, [h("div", { class: "above" }, h("p", { class: "hint" }, "What has made it"), copyButton(t.sql, "Copy the SQL")), h("pre", { tabindex: "0" }, t.sql)], [{ label: "Close", kind: "primary" }]);
		const indexes = t.indexes.filter((i) => !i.name.startsWith("sqlite_autoindex_")); // a key's own
		return h("details", { open, dataset: { table: t.name } },
			h("summary", {}, h("b", {}, t.name), t.view && badge("view"), h("small", {}, many(t.columns.length, "column"))),
			h("div", { class: "table-actions" },
				button("Show rows", { onclick: () => show(`SELECT * FROM ${quote(t.name)} LIMIT 100`) }),
				button("Insert", { kind: "quiet", "aria-label": `Insert ${t.name} into the SQL`, onclick: () => insert(quote(t.name)) }),
				t.sql && button("SQL", { kind: "quiet", "aria-label": `The SQL that has made ${t.name}`, onclick: made })),
			h("ul", { "aria-label": `Columns of ${t.name}` }, t.columns.map((c) => h("li", {},
				h("button", { type: "button", class: "name", title: "Insert into the SQL", onclick: () => insert(quote(c.name)) }, c.name),
				h("small", {}, [c.type || "any", c.key && "key", c.not_null && "not null", c.default && `default ${c.default}`].filter(Boolean).join(" · "))))),
			indexes.length > 0 && h("ul", { "aria-label": `Indexes of ${t.name}` }, indexes.map((i) => h("li", {},
				h("span", { class: "name" }, i.name), h("small", {}, `${i.unique ? "unique " : ""}index · ${i.columns.map((c) => c || "expression").join(", ")}`)))));
	}

	const element = card("Tables", { end: button("Refresh", { icon: "refresh", kind: "quiet", iconOnly: true, onclick: refresh }) }, body);
	return { element, refresh, get tables() { return tables; } };
}

/** What is under way, looked at as long as the page is. Gives { element, look() }. */
export function runningPanel({ api, signal, may }) {
	const body = h("ul", { class: "running" });
	const element = card("Under way", { hidden: true }, body);
	let timer;

	async function look() {
		clearTimeout(timer);
		if (signal.aborted) return;
		if (!document.hidden) {
			try {
				const { headers, body } = await api.request("GET", "/sql/running");
				show(body.statements, new Date(headers.get("Date")));
			} catch {
				// The page says by itself that the hub is away.
			}
		}
		if (!signal.aborted) timer = setTimeout(look, pollEvery);
	}

	/** now is the hub's: its clock may be another than the browser's. */
	function show(all, now) {
		element.hidden = all.length === 0;
		const before = new Map([...body.children].map((li) => [li.dataset.id, li]));
		replace(body, all.map((s) => {
			const li = before.get(String(s.id)) ?? entry(s);
			li.querySelector(".elapsed").textContent = duration((now - new Date(s.since)) / 1000);
			return li;
		}));
	}

	const entry = (s) => h("li", { dataset: { id: s.id } },
		h("div", {}, h("code", {}, s.sql), h("small", {}, h("span", { class: "elapsed" }), ` · ${[s.gateway, s.client || s.from, s.yours && may("admin") && "yours"].filter(Boolean).join(" · ")}`)),
		button("Stop", { kind: "danger", onclick: () => stop(s) }));

	async function stop(s) {
		if (!s.yours && !(await confirm({ title: "Stop somebody else's SQL?", text: `It comes from ${s.client || s.from}, and nothing of it will be done: ${s.sql}`, act: "Stop it" }))) return;
		await api.del(`/sql/running/${s.id}`);
		toast("Stopped");
		look();
	}

	signal.addEventListener("abort", () => clearTimeout(timer));
	return { element, look };
}

/** What was run before. Gives { element, refresh() }; use(sql) puts a text into the editor. */
export function historyPanel({ use }) {
	const body = h("div");
	const clear = button("Clear", {
		kind: "quiet",
		onclick: () => {
			const all = past();
			store([]);
			refresh();
			toast("The history is empty", { undo: () => { store(all); refresh(); } });
		},
	});

	function refresh() {
		const all = past();
		clear.hidden = all.length === 0;
		replace(body, all.length === 0 ? h("p", { class: "hint" }, "What you run is kept here, in this browser only.")
			: h("ul", { class: "history" }, all.map((one) => h("li", {}, h("button", { type: "button", title: one.sql, onclick: () => use(one.sql) },
				h("code", {}, one.sql.replace(/\s+/g, " ").slice(0, 200)), h("small", {}, one.failed && "failed · ", time(one.at)))))));
	}

	refresh();
	return { element: card("History", { end: clear }, body), refresh };
}
