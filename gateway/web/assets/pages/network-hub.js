// The page of one hub: its figures, addresses and clients, and what administrators do
// about it.
import { ago, bytes, duration, percent, time } from "../js/format.js";
import { badge, button, card, confirm, copyButton, dialog, empty, field, form, h, line, replace, table, toast } from "../js/ui.js";
import { linkOf, pathOf, watchTree } from "./network-state.js";

/** Shows the hub at a path. */
export async function hubPage(root, context, path) {
	context.rename(path);
	const tiles = h("dl", { class: "tiles" });
	const facts = h("dl", { class: "facts" });
	const below = h("ul", { class: "below" });
	const clients = table({
		caption: "Clients of the hub", key: (c) => `${c.name} ${c.host}`, order: "Name",
		columns: [{ title: "Name", sort: (c) => c.name, cell: (c) => c.name }, { title: "Address", sort: (c) => c.host, cell: (c) => c.host }],
		empty: empty({ title: "No client has a session there", text: "Clients of the text port are on the Clients page of that hub." }),
	});
	const unknown = h("p", { class: "hint", hidden: true }, "Who is there is not known: the hub does not answer.");
	const admin = h("div", { class: "stack" });
	const page = h("div", { class: "stack" },
		h("nav", { "aria-label": "Way back" }, h("a", { href: "/network" }, "All hubs")), tiles,
		h("div", { class: "grid" }, card("About it", {}, facts), card("Below it", {}, below)),
		card("Clients", {}, unknown, clients.element), admin);
	const forget = button("Forget", { icon: "remove", kind: "danger", hidden: true, onclick: lose });
	let hub, ready = false;

	function show(hubs) {
		hub = hubs.find((one) => one.path === path) ?? hubs.find((one) => one.id && one.id === (hub?.id ?? path));
		if (!hub) {
			replace(root, empty({ title: "There is no such hub", text: `No hub of the tree is called ${path}. It may have been moved, or forgotten.` }), h("p", {}, h("a", { href: "/network" }, "All hubs")));
			return;
		}
		if (!page.isConnected) replace(root, page);
		const [state, kind] = linkOf(hub);
		const figure = (name, value) => h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value));
		replace(tiles,
			figure("Link to its parent", h("span", { class: "big" }, badge(state === "root" ? "at the top" : state, kind))),
			figure("Clients", hub.answers ? String(hub.clients.length + hub.more) : "–"),
			figure("CPU of the hub", hub.answers ? percent(hub.cpu) : "–"),
			figure("Memory of the hub", hub.answers ? bytes(hub.memory) : "–"),
			figure("Running for", hub.started ? duration((Date.now() - Date.parse(hub.started)) / 1000) : "–"));
		const parent = hubs.find((one) => one.id === hub.parent);
		put(facts, Object.entries({
			"Name": hub.name,
			"Path": hub.path,
			"ID": h("code", {}, hub.id),
			"Version": hub.version,
			"Layer": `${hub.layer}${hub.layer === 0 ? ", the top" : ""}`,
			"Parent": parent && h("a", { href: pathOf(parent) }, parent.path),
			[hub.up ? "Link since" : "Down since"]: hub.since && hub.parent && `${time(hub.since)} (${ago(hub.since)})`,
			"Started": hub.started && time(hub.started),
			"Session port": hub.session || "off",
			"Text port": hub.text || "off",
		}).filter(([, value]) => value));
		const children = hubs.filter((one) => one.parent === hub.id && hub.id);
		replace(below, children.length > 0 ? children.map((one) => h("li", {}, h("a", { href: pathOf(one) }, one.name), badge(...linkOf(one)))) : h("li", { class: "hint" }, "No hub is below it."));
		forget.hidden = hub.up || !parent?.own;
		unknown.hidden = hub.answers;
		clients.element.hidden = !hub.answers;
		clients.show(hub.clients);
		if (!ready && context.may("admin") && hub.id) {
			ready = true;
			context.actions(endButton("restart", "Restart"), endButton("stop", "Shut down"), forget);
			if (hub.own) replace(admin, h("div", { class: "grid" }, parentCard(context), tokensCard(context)));
		}
	}

	/** Takes the hub out of the tree, which only the one above can. */
	async function lose() {
		const text = "It is away. When it will not come back, its name is free for the one that takes its place, and what is below it goes with it. Should it come back all the same, it is taken in again.";
		if (!await confirm({ title: `Forget ${hub.name}?`, text, act: "Forget" })) return;
		const { name, id } = hub;
		await context.api.del(`/tree/${encodeURIComponent(id)}`);
		toast(`${name} is forgotten`);
		context.go("/network");
	}

	/** A button that has the hub stop or start again. */
	function endButton(act, label) {
		return button(label, { kind: act === "stop" ? "danger" : "", icon: act === "restart" ? "refresh" : null, onclick: async () => {
			const text = act === "restart" ? "Its clients are told, and come back by themselves in a few seconds."
				: "Its clients are told. It stays down until somebody starts it on its machine.";
			if (!await confirm({ title: `${label} ${hub.name}?`, text, act: label })) return;
			await context.api.post(`/tree/${encodeURIComponent(hub.id)}`, { act });
			toast(act === "restart" ? `${hub.name} starts again` : `${hub.name} shuts down`);
		} });
	}

	const tree = watchTree(context, show);
	await tree.first;
	return tree.end;
}

/** Gives a list other facts, unless they are as before. */
function put(list, facts) {
	const next = h("dl", { class: "facts" }, facts.map(([what, value]) => [h("dt", {}, what), h("dd", {}, value)]));
	if (!list.isEqualNode(next)) list.replaceChildren(...next.childNodes);
}

/** The hub above this one, and moving below another. */
function parentCard(context) {
	const state = h("div", { role: "status" });
	async function show() {
		const p = await context.api.get("/parent");
		replace(state, p.state === "none" ? h("p", {}, "It has no parent: it is at the top of its tree.")
			: h("p", {}, badge(p.state, p.state === "up" ? "good" : "bad"), ` ${p.address}`, p.since && h("span", { class: "hint" }, ` since ${time(p.since)}`)),
		p.problem && h("p", { class: "problem" }, p.problem),
		p.state !== "none" && button("Leave", { kind: "danger", onclick: async () => {
			if (!await confirm({ title: "Leave the parent?", text: "This hub, and all below it, become a tree of their own. A token is needed to come back.", act: "Leave" })) return;
			await context.api.del("/parent");
			await show();
		} }));
	}
	show().catch((problem) => toast(problem.message, { kind: "bad" }));
	const to = h("input", { name: "parent", required: true, placeholder: "TOKEN@host:4000" });
	return card("Its parent", {}, h("div", { class: "stack" }, state, form({ class: "stack" }, async () => {
		if (!await confirm({ title: "Move this hub?", text: "It is put below the other hub, with all that is below it. It stays where it is when the other cannot be reached.", act: "Move", danger: false })) return;
		await context.api.put("/parent", { parent: to.value.trim() });
		to.value = "";
		toast("The hub was moved", { kind: "good" });
		await show();
	}, field("Move below", to, "What the other hub gives as a token, or its address when it is of this tree."), h("div", {}, h("button", { class: "primary" }, "Move")))));
}

/** The tokens by which hubs join below this one. */
function tokensCard(context) {
	const list = h("ul", { class: "below" });
	async function show() {
		const { tokens } = await context.api.get("/tokens");
		replace(list, tokens.length === 0 ? h("li", { class: "hint" }, "There is none: no further hub can join below this one.") : tokens.map((t) => h("li", {},
			h("code", {}, t.id), h("span", { class: "hint" }, t.hubs.length > 0 ? t.hubs.join(", ") : "nobody is here by it"),
			button("Withdraw", { kind: "danger", onclick: async () => {
				const text = t.hubs.length > 0 ? `The links of ${t.hubs.join(", ")} are cut, and they cannot come back by it.` : "Nobody can join by it any more.";
				if (!await confirm({ title: `Withdraw the token ${t.id}?`, text, act: "Withdraw" })) return;
				await context.api.del(`/tokens/${encodeURIComponent(t.id)}`);
				await show();
			} }))));
	}
	show().catch((problem) => toast(problem.message, { kind: "bad" }));
	return card("Tokens", { end: button("Make a token", { icon: "add", onclick: async () => {
		const { parent } = await context.api.post("/tokens");
		await show();
		await dialog("A token for one or more hubs", [
			h("p", {}, "Start the other hub with this. It is shown only now:"),
			line(`althing serve --parent ${parent}`),
			h("p", { class: "hint" }, "Or paste it into the other hub's page, below \u201cIts parent\u201d: ", copyButton(parent, "Copy the token")),
		], [{ label: "Close", kind: "primary" }]);
	} }) }, list);
}
