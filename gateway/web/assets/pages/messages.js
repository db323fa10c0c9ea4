// Messages: who is in which group, what passes, and what is said to the operator and to
// the administrators.
import { Stream } from "./messages-stream.js";
import { button, card, dialog, empty, field, form, h, replace, select, table, tabs, toast } from "../js/ui.js";

export default {
	title: "Messages",
	lede: "What clients say to each other and to groups. It waits in an inbox until it is read.",
	css: "messages.css",
	mount(root, context) {
		const { api } = context;
		const admin = context.may("admin");
		const maySend = context.may("user") || context.session.guests === "full";
		const to = h("input", { name: "to", required: true, spellcheck: "false", list: "receivers", placeholder: "a group, a client's name or its ID" });
		const receivers = h("datalist", { id: "receivers" });
		const body = h("textarea", { name: "body", rows: "3", required: true, class: "plain" });
		const from = select([["SYSADMIN", "SYSADMIN, the administrators"], ["CONSOLE", "CONSOLE, the operator"], ["NOPLY", "NOPLY, which cannot be answered"]], "SYSADMIN", { name: "from" });

		async function send(message, after) {
			await api.post("/messages", { ...message, from: admin ? message.from : undefined });
			toast(`Sent to ${message.to}`, { kind: "good" });
			after?.();
		}

		/** Puts a receiver into the form, to be written to. */
		function write(name, as) {
			to.value = name;
			if (as) from.value = as;
			body.focus();
			body.scrollIntoView({ block: "nearest" });
		}

		const compose = maySend && card("Send a message", {},
			form({ class: "stack" }, (message) => send(message, () => { body.value = ""; body.focus(); }),
				h("div", { class: "fields" }, h("div", { class: "grow" }, field("To", to, "At another hub of the tree: lamp@barn")), admin && h("div", { class: "grow" }, field("From", from, "Answers to it come to this page"))),
				receivers, field("Message", body), h("div", { class: "actions" }, button("Send", { icon: "send", kind: "primary", type: "submit" }),
					!admin && h("span", { class: "hint" }, "It comes from NOPLY, which cannot be answered."))));

		const groups = groupList(context, { write: maySend ? write : null, receivers });
		const streams = admin
			? tabs("Messages", [
				{ id: "all", title: "All", show: (panel) => show(panel, { topic: "messages", filters: true, none: { title: "Nothing is said", text: "Each message is shown here as it is stored.", line: "send(getClientID(), 'ALL', 'Good morning')" } }) },
				{ id: "console", title: "Console", show: (panel) => show(panel, { topic: "console", as: "CONSOLE", none: { title: "Nobody has spoken to the operator", text: "What is sent to CONSOLE, and to the hub itself, is shown here: the last hundred, from before the page was opened too.", line: "send(getClientID(), 'CONSOLE', 'The tank is empty')" } }) },
				{ id: "sysadmin", title: "Administrators", show: (panel) => show(panel, { topic: "sysadmin", as: "SYSADMIN", none: { title: "Nobody has asked the administrators", text: "What is sent to SYSADMIN is shown here: the last hundred, from before the page was opened too.", line: "send(getClientID(), 'SYSADMIN', 'May I have a key?')" } }) },
			], context.query.get("show") ?? "all", (id) => context.setQuery({ show: id === "all" ? null : id }))
			: empty({ title: "Messages are for administrators to see", text: "Log in with the admin key to see what is said, and what is said to the operator." });

		function show(panel, options) {
			const stream = new Stream(context, { ...options, reply: (m) => write(m.from, options.as) });
			panel.append(stream.element);
			return () => stream.end();
		}

		replace(root, h("div", { class: "columns" },
			h("div", { class: "stack" }, compose, card("What is said", { class: "said" }, streams)),
			groups.element));
		return groups.end;
	},
};

/** The groups, live, and who is in them. */
function groupList(context, { write, receivers }) {
	const { api } = context;
	const known = new Map();
	const about = { ALL: "every client", CONSOLE: "the operator", SYSADMIN: "the administrators", SYSTEM: "runs commands", SQLite: "runs SQL", NOPLY: "cannot be answered" };
	const list = table({
		caption: "All groups", key: (g) => g.key, order: "Group",
		columns: [
			{ title: "Group", sort: (g) => g.key, cell: (g) => h("div", { class: "group-name" }, button(g.key, { kind: "quiet", onclick: () => open(g.key) }), about[g.key] && h("small", { class: "hint" }, about[g.key])) },
			{ title: "Members", number: true, sort: (g) => g.members, cell: (g) => g.members.toLocaleString() },
		],
	});
	const draw = () => {
		list.show([...known.values()]);
		replace(receivers, [...known.keys()].slice(0, 500).map((name) => h("option", { value: name })));
	};
	const end = context.subscribe("groups", (event, data) => {
		if (event === "state") { known.clear(); for (const g of data.entries) known.set(g.key, g); }
		else if (event === "set") known.set(data.entry.key, data.entry);
		else if (event === "deleted") known.delete(data.key);
		draw();
	});

	async function open(group) {
		const { members, more } = await api.get(`/groups/${encodeURIComponent(group)}`);
		const rows = members.map((m) => h("tr", {}, h("th", { scope: "row" }, m.name || "–"), h("td", {}, h("a", { href: `/clients/${encodeURIComponent(m.id)}` }, h("code", {}, m.id)))));
		const what = members.length === 0 ? h("p", {}, about[group] && group !== "ALL" ? `${group} ${about[group]}; nobody has joined it.` : "Nobody is in it.")
			: h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Members of ${group}` }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Name"), h("th", { scope: "col" }, "ID"))), h("tbody", {}, rows)));
		const chosen = await dialog(group, [what, more && h("p", { class: "hint" }, `The first ${members.length.toLocaleString()} of them.`)], [
			{ label: "Close", kind: write && group !== "NOPLY" ? "" : "primary" },
			...(write && group !== "NOPLY" ? [{ label: "Write to it", kind: "primary", value: true }] : []),
		]);
		if (chosen) write(group);
	}

	return { element: card("Groups", { class: "groups" }, list.element), end };
}
