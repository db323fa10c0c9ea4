// The picture of the tree: from left to right where there is room, else one below the
// other.
import { bytes, many, percent } from "../js/format.js";
import { replace, svg } from "../js/ui.js";
import { linkOf, pathOf } from "./network-state.js";

const box = { width: 196, height: 58 }; // of a hub, in pixels as all lengths here
const gap = { x: 54, y: 14 };
const indent = 26; // of a layer, where they are one below the other

/** Draws hubs into an element; go(path) leads to a hub's page. */
export function draw(into, hubs, go) {
	if (hubs.length === 0) return;
	const focused = into.contains(document.activeElement) && document.activeElement.getAttribute("href");
	const { places, width, height } = arrange(hubs, into.clientWidth);
	const at = new Map(places.map((p) => [p.hub.id, p]));
	const links = places.filter((p) => at.has(p.hub.parent) && p.hub.id).map((p) => link(at.get(p.hub.parent), p));
	replace(into, svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, links, places.map((p) => node(p, go))));
	if (focused) into.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

/** Gives each hub its place. */
function arrange(hubs, room) {
	const below = new Map(hubs.map((hub) => [hub.id, []]));
	const tops = [];
	for (const hub of hubs) {
		if (below.has(hub.parent) && hub.parent !== hub.id) below.get(hub.parent).push(hub);
		else tops.push(hub);
	}
	const layers = 1 + Math.max(...hubs.map((hub) => hub.layer));
	const wide = layers * (box.width + gap.x) - gap.x + 2;
	const beside = wide <= room;
	const places = [];
	let row = 0;
	function put(hub, layer, parent) {
		const p = { hub, layer, x: 1 + layer * (beside ? box.width + gap.x : indent), y: 0, beside };
		places.push(p);
		if (!beside) p.y = 1 + row++ * (box.height + gap.y);
		const children = below.get(hub.id) ?? [];
		const first = children.map((child) => put(child, layer + 1, p));
		if (beside) p.y = first.length > 0 ? (first[0].y + first.at(-1).y) / 2 : 1 + row++ * (box.height + gap.y);
		return p;
	}
	for (const hub of tops) put(hub, 0);
	const right = Math.max(...places.map((p) => p.x)) + (beside ? box.width : Math.min(box.width, Math.max(150, room - Math.max(...places.map((p) => p.x)) - 2)));
	return { places, width: right + 1, height: Math.max(...places.map((p) => p.y)) + box.height + 1 };
}

function link(from, to) {
	const y = to.y + box.height / 2;
	const path = to.beside
		? `M${from.x + box.width} ${from.y + box.height / 2}C${from.x + box.width + gap.x / 2} ${from.y + box.height / 2} ${to.x - gap.x / 2} ${y} ${to.x} ${y}`
		: `M${from.x + indent / 2} ${from.y + box.height}V${y}H${to.x}`;
	return svg("path", { class: `link ${to.hub.up ? "up" : "down"}`, d: path });
}

function node({ hub, x, y }, go) {
	const [state] = linkOf(hub);
	const clients = hub.clients.length + hub.more;
	const figures = hub.answers ? `${many(clients, "client")} · ${percent(hub.cpu)} · ${bytes(hub.memory)}` : "does not answer";
	const name = hub.name.length > 20 ? `${hub.name.slice(0, 19)}…` : hub.name;
	const words = `${hub.path}, ${state === "root" ? "at the top" : `link ${state}`}, ${figures}`;
	return svg("a", {
		href: pathOf(hub), class: `hub ${hub.own ? "own" : ""} ${hub.answers ? "" : "silent"}`, "aria-label": words,
		onclick: (e) => {
			if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
			e.preventDefault();
			e.stopPropagation();
			go(pathOf(hub));
		},
	},
	svg("title", {}, words),
	svg("rect", { x, y, width: box.width, height: box.height, rx: 9 }),
	svg("circle", { cx: x + 17, cy: y + 21, r: 4.5, class: state === "down" || !hub.answers ? "bad" : "good" }),
	svg("text", { x: x + 30, y: y + 26, class: "name" }, name),
	svg("text", { x: x + 13, y: y + 46, class: "figures" }, figures));
}
