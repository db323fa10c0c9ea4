// The tree of hubs, and a page for each of them.
import { bytes, duration, percent } from "../js/format.js";
import { badge, card, empty, h, replace, table } from "../js/ui.js";
import { hubPage } from "./network-hub.js";
import { linkOf, pathOf, watchTree } from "./network-state.js";
import { draw } from "./network-tree.js";

export default {
	title: "Network",
	lede: "The tree of hubs, and how their links are.",
	css: "network.css",
	async mount(root, context) {
		const wanted = context.rest.join("/");
		if (wanted) return hubPage(root, context, wanted);
		const picture = h("div", { class: "tree", role: "group", "aria-label": "The tree of hubs" });
		const legend = h("p", { class: "hint legend" }, h("span", {}, h("span", { class: "key" }), "a link that is there"), h("span", {}, h("span", { class: "key down" }), "a link that is down"));
		const list = table({
			caption: "Hubs of the tree", key: (hub) => hub.id || hub.path, order: "Path", folds: true,
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
