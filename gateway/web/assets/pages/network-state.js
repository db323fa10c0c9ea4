// The hubs of the tree, as they are told of and asked for.
import { toast } from "../js/ui.js";

const askEvery = 3000; // milliseconds: each hub is asked for what only it knows

/** What is known of the hubs: links at once, the rest when it has been asked for. */
export function watchTree(context, told) {
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
