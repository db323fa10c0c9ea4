// The shared values: a tree of dotted names, live.
import { many } from "../js/format.js";
import { literal, number, shown } from "../js/literal.js";
import { spark } from "../js/spark.js";
import { Tree } from "./registry-tree.js";
import { virtual } from "../js/virtual.js";
import { details } from "./registry-details.js";
import { deleteAll, setValue } from "./registry-change.js";
import { button, empty, field, h, icon, replace } from "../js/ui.js";

const rowHeight = 36; // pixels, as in registry.css
const page = 500; // keys that a search shows at a time
const typing = 250; // milliseconds of peace before a search

export default {
	title: "Registry",
	lede: "The values that all share, by dotted names. They change here as they change in the hub.",
	css: "registry.css",
	async mount(root, context) {
		const { api, query } = context;
		let tree; // of what is shown: names, or what a search has found
		let end = () => {}; // of its topic
		let total; // keys of this hub
		let elsewhere = query.get("hub") ? `@${query.get("hub")}` : ""; // "@barn" when the values are those of another hub
		let rows = [], selected = query.get("key"), at = 0, drawing = 0;

		const search = h("input", { type: "search", value: query.get("pattern") ?? "", placeholder: "garden.*", spellcheck: "false" });
		const count = h("p", { class: "hint count", role: "status" });
		const body = h("div", { class: "body", role: "rowgroup" });
		const scroller = h("div", { class: "tree", role: "treegrid", "aria-label": "Shared values", tabindex: "0" },
			h("div", { role: "rowgroup", class: "head" }, h("div", { role: "row" },
				h("span", { role: "columnheader" }, "Name"), h("span", { role: "columnheader" }, "Value"), h("span", { role: "columnheader", class: "past" }, "Before"))), body);
		const place = h("div");
		const aside = h("section", { class: "card details", "aria-label": "The key that is chosen" });
		const list = virtual(scroller, body, { height: rowHeight, row: draw });
		const layout = h("div", { class: "registry" }, h("div", { class: "card list" }, h("h2", { class: "unseen" }, "Names"), count, place), aside);

		const hub = h("select");
		const hubs = field("Hub", hub, "Whose values");
		hubs.hidden = true;
		replace(root, h("div", { class: "toolbar" }, hubs, h("div", { class: "grow" }, field("Search", search, "A part of a name, or a pattern: * is anything, ? one letter, [abc] one of them"))), layout);
		const sweep = button("Delete what is found", { icon: "remove", hidden: true, onclick: () => deleteAll(context, pattern(), elsewhere, () => tree.reload()) });
		context.actions(
			context.may("user") || context.session.guests === "full" ? [
				sweep,
				button("Set a value", { icon: "add", kind: "primary", onclick: async () => { const key = await setValue(context, { key: selected ?? "", at: elsewhere }); if (key) choose(key); } }),
			] : []);

		/** The pattern that is searched for; "*" when none is. */
		function pattern() {
			const text = search.value.trim();
			return text === "" ? "*" : /[*?[]/.test(text) ? text : `*${text}*`;
		}

		async function show() {
			end();
			const searching = search.value.trim() !== "";
			context.setQuery({ pattern: search.value.trim() });
			sweep.hidden = !searching;
			tree = new Tree({ api, changed: redraw, pattern: searching ? pattern() : null, page, at: elsewhere });
			const mine = tree;
			await tree.load();
			if (mine !== tree) return;
			let begun = false;
			end = context.subscribe(`registry:${pattern()}${elsewhere}`, (event, data) => {
				if (event === "state" && begun) tree.reload();
				else if (event === "state") { begun = true; for (const entry of data.entries) tree.set(entry); }
				else if (event === "set") tree.set(data.entry);
				else if (event === "deleted") tree.remove(data.key);
				if (event === "set" && data.entry.key === selected) panel.set(data.entry);
				if (event === "deleted" && data.key === selected) panel.gone();
			});
			at = 0;
			redraw();
		}

		function redraw() { drawing ||= requestAnimationFrame(redrawNow); }
		function redrawNow() {
			drawing = 0;
			rows = tree.rows();
			at = Math.min(at, Math.max(0, rows.length - 1));
			const { keys, more } = tree.count();
			const searching = search.value.trim() !== "";
			count.textContent = keys === 0 ? "" : searching ? `${many(keys, "key", more)} found` : more && !elsewhere && total > keys ? many(total, "key") : many(keys, "key", more);
			const what = rows.length > 0 ? scroller : searching
				? empty({ title: "Nothing is called so", text: "Patterns match whole names: *.temp, garden.*, lamp.?" })
				: empty({ title: "Nothing is shared yet", text: "Whatever connects can share a value, with a line for the text port, from a shell, from Python, or here.", line: `setReg(${literal(`garden.soil.temp${elsewhere}`)}, 56)` });
			if (place.firstChild !== what) replace(place, what);
			scroller.setAttribute("aria-rowcount", String(rows.length + 1));
			list.draw(rows.length);
		}

		function draw(i) {
			const { node, depth, more } = rows[i];
			const level = { "aria-level": String(depth + 1), "aria-rowindex": String(i + 2), id: `row-${i}`, style: { "--depth": depth } };
			if (more) {
				return h("div", { role: "row", class: `row more${i === at ? " active" : ""}`, ...level },
					h("span", { role: "gridcell", class: "name" }, button("Show more", { kind: "quiet", tabindex: "-1", onclick: () => tree.more(node) })));
			}
			const group = node.below > 0;
			const entry = node.entry;
			return h("div", {
				role: "row", class: `row${i === at ? " active" : ""}${node.key === selected ? " chosen" : ""}${node.fresh > Date.now() - 900 ? " fresh" : ""}`, ...level,
				"aria-expanded": group ? String(node.open) : null, "aria-selected": entry ? String(node.key === selected) : null, dataset: { key: node.key },
			},
			h("span", { role: "gridcell", class: "name" },
				h("span", { class: "twist", "aria-hidden": "true" }, group && svgTwist(node.open)),
				h("span", { class: entry ? "" : "group", title: node.key }, node.name || "(empty)"),
				group && h("span", { class: "hint" }, `${node.below.toLocaleString()}${node.many ? "+" : ""}`)),
			h("span", { role: "gridcell", class: `value ${entry ? `is-${typeof entry.value}` : ""}` }, entry && shown(entry.value).slice(0, 200)),
			h("span", { role: "gridcell", class: "past" }, entry && number(entry.value) !== undefined && spark(node.past)));
		}

		function act(i, { fold = true } = {}) {
			const { node, more } = rows[i];
			if (more) return tree.more(node);
			at = i;
			if (node.entry) choose(node.key);
			if (node.below > 0 && fold && !(node.entry && node.key !== selected)) return tree.toggle(node);
			redraw();
		}

		function choose(key) {
			selected = key;
			context.setQuery({ key });
			panel.show(key);
			layout.classList.toggle("open", Boolean(key));
			redraw();
		}

		scroller.addEventListener("click", (e) => {
			const row = e.target.closest(".row");
			if (row && !e.target.closest("button")) act(Number(row.dataset.index));
		});
		scroller.addEventListener("keydown", (e) => {
			const row = rows[at];
			if (!row || e.target.closest("button") || e.ctrlKey || e.metaKey || e.altKey) return;
			const seen = Math.max(1, Math.floor(scroller.clientHeight / rowHeight) - 2);
			const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + seen, PageUp: at - seen }[e.key];
			if (to !== undefined) move(Math.max(0, Math.min(rows.length - 1, to)));
			else if (e.key === "ArrowRight" && !row.more && row.node.below > 0) row.node.open ? move(Math.min(rows.length - 1, at + 1)) : tree.toggle(row.node);
			else if (e.key === "ArrowLeft" && !row.more && row.node.open) tree.toggle(row.node);
			else if (e.key === "ArrowLeft") move(above(at));
			else if (e.key === "Enter" || e.key === " ") act(at);
			else return;
			e.preventDefault();
		});
		function above(i) {
			const { depth } = rows[i];
			while (i > 0 && rows[i].depth >= depth) i--;
			return i;
		}
		/** Makes a row the one that keys are about; the tree keeps the focus. */
		function move(i) {
			at = i;
			list.reveal(i);
			scroller.setAttribute("aria-activedescendant", `row-${i}`);
		}

		/** Offers the hubs of the tree, when there are others. */
		async function listHubs() {
			const { hubs: all } = await api.get("/tree");
			const others = all.filter((one) => one.id && !one.own).map((one) => one.path);
			const chosen = elsewhere.slice(1);
			if (chosen && !others.includes(chosen)) others.unshift(chosen);
			replace(hub, h("option", { value: "" }, "This hub"), others.map((path) => h("option", { value: path, selected: path === chosen }, path)));
			hubs.hidden = others.length === 0;
		}
		hub.addEventListener("change", () => {
			elsewhere = hub.value && `@${hub.value}`;
			context.setQuery({ hub: hub.value });
			choose(null);
			show().catch(fail);
		});

		let waiting;
		search.addEventListener("input", () => {
			clearTimeout(waiting);
			waiting = setTimeout(() => show().catch(fail), typing);
		});
		const fail = (problem) => { if (problem.name !== "AbortError") replace(place, empty({ title: "The hub refused", text: problem.message })); };

		context.subscribe("metrics:hub.registry", (event, { values }) => {
			if (!values || values["hub.registry"] === total) return;
			total = values["hub.registry"];
			redraw();
		});
		const panel = details(aside, context, { close: () => choose(null), at: () => elsewhere });
		await Promise.all([show(), listHubs()]);
		if (selected) choose(selected);
		return () => { end(); list.end(); panel.end(); clearTimeout(waiting); cancelAnimationFrame(drawing); };
	},
};

const svgTwist = (open) => icon(open ? "down" : "right");
