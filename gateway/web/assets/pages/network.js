// The tree of hubs, and a page for each of them.
import { bytes, duration, percent } from "../js/format.js";
import { badge, card, empty, h, replace, table, toast } from "../js/ui.js";
import { hubPage } from "./hub.js";
import { draw } from "./tree.js";

const askEvery = 3000; // milliseconds: each hub is asked for what only it knows

/** What is known of the hubs: links at once, the rest when it has been asked for. */
function watchTree(context, told) {
	const links = new Map();
	let hubs = [];
	const tell = () => told(hubs.map((hub) => ({ ...hub, ...links.get(hub.id) })));
	async function ask() {
		try {
			hubs = (await context.api.get("/tree")).hubs;
		} catch (problem) {
			if (problem.name === "AbortError" || problem.code === "away") return; // the banner tells
			throw problem;
		}
		tell();
	}
	context.subscribe("tree", (event, data) => {
		const note = (e) => links.set(e.key, { up: e.up, since: e.since, parent: e.parent, path: e.path, layer: e.layer });
		if (event === "state") { links.clear(); data.entries.forEach(note); }
		else if (event === "set") note(data.entry);
		else if (event === "deleted") links.delete(data.key);
		else return;
		const known = new Set(hubs.map((hub) => hub.id));
		if (hubs.length > 0 && [...links.keys()].some((id) => !known.has(id))) ask().catch(fail);
		else tell();
	});
	const fail = (problem) => toast(problem.message, { kind: "bad" });
	const timer = setInterval(() => { if (!document.hidden) ask().catch(fail); }, askEvery);
	return { first: ask(), end: () => clearInterval(timer) };
}

/** The state of a hub's link in words, and as a kind of badge. */
export function linkOf(hub) {
	if (!hub.parent && hub.own) return ["root", "accent"];
	if (!hub.parent) return ["root", ""];
	return hub.up ? ["up", "good"] : ["down", "bad"];
}

/** Where a hub's page is. */
export const pathOf = (hub) => `/network/${hub.path.split("/").map(encodeURIComponent).join("/")}`;

export default {
	title: "Network",
	lede: "The tree of hubs, and how their links are.",
	css: "network.css",
	async mount(root, context) {
		const wanted = context.rest.join("/");
		if (wanted) return hubPage(root, context, wanted, watchTree);
		const picture = h("div", { class: "tree", role: "group", "aria-label": "The tree of hubs" });
		const legend = h("p", { class: "hint legend" }, h("span", {}, h("span", { class: "key" }), "a link that is there"), h("span", {}, h("span", { class: "key down" }), "a link that is down"));
		const list = table({
			caption: "Hubs of the tree", key: (hub) => hub.id || hub.path, order: "Path",
			columns: [
				{ title: "Path", sort: (hub) => hub.path, cell: (hub) => h("a", { href: pathOf(hub) }, hub.path) },
				{ title: "Link", sort: (hub) => linkOf(hub)[0], cell: (hub) => badge(...linkOf(hub)) },
				{ title: "For", number: true, sort: (hub) => Date.parse(hub.since) || 0, cell: (hub) => (hub.since ? duration((Date.now() - Date.parse(hub.since)) / 1000) : "") },
				{ title: "Clients", number: true, sort: (hub) => hub.clients.length + hub.more, cell: (hub) => (hub.answers ? String(hub.clients.length + hub.more) : "–") },
				{ title: "CPU", number: true, sort: (hub) => hub.cpu, cell: (hub) => (hub.answers ? percent(hub.cpu) : "–") },
				{ title: "Memory", number: true, sort: (hub) => hub.memory, cell: (hub) => (hub.answers ? bytes(hub.memory) : "–") },
				{ title: "Version", sort: (hub) => hub.version, cell: (hub) => hub.version },
				{ title: "Address", sort: (hub) => hub.session, cell: (hub) => hub.session },
			],
		});
		const alone = h("div", { hidden: true }, empty({
			title: "This hub is alone", text: "Another hub joins below it when it is started with a token of this one, which 'althing token' or the hub's page makes:",
			line: "althing serve --name barn --parent TOKEN@host:4000",
		}));
		replace(root, h("div", { class: "stack" }, card("Hubs", {}, picture, legend), alone, card("As a table", {}, list.element)));
		let hubs = [];
		function show(next) {
			hubs = next;
			draw(picture, hubs, context.go);
			list.show(hubs);
			alone.hidden = hubs.length !== 1;
			legend.hidden = hubs.length < 2;
		}
		const tree = watchTree(context, show);
		await tree.first;
		const resized = new ResizeObserver(() => draw(picture, hubs, context.go));
		resized.observe(picture);
		return () => { tree.end(); resized.disconnect(); };
	},
};
