// Who is there: clients, and connections that are no client's.
import { details, marks, ping } from "./clients-details.js";
import { ago, duration } from "../js/format.js";
import { badge, button, card, empty, field, h, replace, select, table, toast } from "../js/ui.js";

const mostPinged = 50; // at a time: each is asked for a word

const filters = {
	all: () => true,
	here: (c) => c.here,
	away: (c) => c.client && !c.here,
	connections: (c) => !c.client,
};

export default {
	title: "Clients",
	lede: "Every program and device that the hub knows, and every connection that is kept.",
	css: "clients.css",
	async mount(root, context) {
		const rows = new Map();
		let chosen = context.query.get("client"), panel;
		const search = h("input", { type: "search", placeholder: "Name, ID, address, gateway, group", value: context.query.get("q") ?? "", oninput: draw });
		const who = select([["all", "All"], ["here", "Connected"], ["away", "Away"], ["connections", "Connections without a client"]], context.query.get("who") ?? "all", { onchange: draw });
		const count = h("p", { class: "hint", role: "status" });
		const list = table({
			caption: "Clients and connections", key: (c) => c.key, order: "Client", folds: true,
			columns: [
				{ title: "Client", sort: (c) => `${c.client ? 0 : 1}${c.name || "\uffff"}${c.key}`, cell: (c) => h("button", {
					type: "button", class: "quiet name", "aria-pressed": String(c.key === chosen), onclick: () => choose(c.key),
				}, h("span", { class: `dot ${c.here ? "good" : ""}` }), h("span", {}, h("b", {}, c.name || c.key), c.name && h("small", {}, c.key), !c.here && h("span", { class: "unseen" }, "away"))) },
				{ title: "Gateway", sort: (c) => c.gateway, cell: (c) => h("span", {}, c.gateway, c.protocol && h("small", { class: "sub" }, c.protocol)) },
				{ title: "Address", sort: (c) => c.address, cell: (c) => (c.address === "local" ? "this machine" : c.address) },
				{ title: "Rights", sort: (c) => `${c.role} ${c.rights.join(" ")}`, cell: (c) => h("span", { class: "badges" }, marks(c).length > 0 ? marks(c) : h("span", { class: "sub" }, c.role)) },
				{ title: "Groups", sort: (c) => c.groups.join(" "), cell: (c) => h("span", { class: "badges" }, c.groups.map((g) => badge(g))) },
				{ title: "Ping", number: true, sort: (c) => c.ping ?? 0, cell: (c) => ping(c.ping) },
				{ title: "Since", number: true, sort: (c) => Date.parse(c.since), cell: (c) => (c.here ? duration((Date.now() - Date.parse(c.since)) / 1000) : h("span", { class: "sub" }, `heard ${ago(c.since)}`)) },
				{ title: "Inbox", number: true, sort: (c) => c.inbox, cell: (c) => (c.client ? String(c.inbox) : "") },
			],
			empty: empty({ title: "Nobody is here yet", text: "A client is whoever registers over the session port, or asks for an ID on the text port:", line: "printf 'getClientID()\\n' | nc localhost 2980" }),
		});
		const side = h("div", { class: "client-panel" });
		const frame = h("div", { class: "clients" }, h("div", { class: "stack" },
			h("div", { class: "toolbar" }, h("div", { class: "grow" }, field("Search", search)), field("Show", who)),
			card("Who is there", { end: count }, list.element)), side);
		replace(root, frame);
		if (context.may("admin")) context.actions(button("Ping all", { icon: "refresh", onclick: pingAll }));

		function shown() {
			const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
			return [...rows.values()].filter(filters[who.value]).filter((c) => {
				const text = [c.name, c.key, c.address, c.gateway, c.protocol, c.description, c.role, ...c.groups, ...c.rights].join(" ").toLowerCase();
				return words.every((word) => text.includes(word));
			});
		}

		let more = false;
		function draw() {
			context.setQuery({ q: search.value, who: who.value === "all" ? null : who.value });
			const some = shown();
			const here = some.filter((c) => c.here).length;
			replace(count, `${some.length} shown, ${here} of them connected${more ? "; there are more than can be listed" : ""}`);
			list.show(some);
			panel?.update(rows.get(chosen));
		}

		function choose(key) {
			chosen = key === chosen ? null : key;
			context.setQuery({ client: chosen });
			panel?.end();
			panel = undefined;
			frame.classList.toggle("chosen", Boolean(chosen));
			replace(side);
			if (chosen) {
				panel = details(context, chosen, () => choose(chosen));
				replace(side, panel.element);
				panel.element.querySelector("h2").focus();
			}
			draw();
		}

		async function pingAll() {
			const some = shown().filter((c) => c.here && c.gateway === "session").slice(0, mostPinged);
			if (some.length === 0) return toast("Only clients with a session can be asked for a word, and none is shown");
			const answers = await Promise.allSettled(some.map((c) => context.api.post(`/clients/${encodeURIComponent(c.key)}/ping`)));
			const silent = answers.filter((a) => a.status === "rejected").length;
			if (silent > 0) toast(`${silent} of ${some.length} did not answer`, { kind: "bad" });
		}

		context.subscribe("clients", (event, data) => {
			if (event === "state") {
				rows.clear();
				for (const c of data.entries) rows.set(c.key, c);
				more = data.more;
			} else if (event === "set") rows.set(data.entry.key, data.entry);
			else if (event === "deleted") rows.delete(data.key);
			else if (event === "problem") return replace(root, empty({ title: "The clients are not shown", text: data.detail }));
			later();
		});
		let waiting = 0;
		function later() { // many rows that change together are drawn once
			waiting ||= requestAnimationFrame(() => { waiting = 0; draw(); });
		}
		if (chosen) {
			const wanted = chosen;
			chosen = null;
			choose(wanted);
		}
		const timer = setInterval(later, 1000); // "since" goes on
		return () => { clearInterval(timer); cancelAnimationFrame(waiting); panel?.end(); };
	},
};
