// The pages there are, the menu that leads to them, and the keys.
import { dialog, h, icon, replace } from "./ui.js";

// path, name of pages/NAME.js and of its pictogram, title, the letter behind g.
const page = (path, name, title, key) => ({ path, name, title, key });
const groups = [
	["Watch", [page("/", "overview", "Overview", "o"), page("/network", "network", "Network", "n"), page("/clients", "clients", "Clients", "c")]],
	["Share and say", [page("/registry", "registry", "Registry", "r"), page("/messages", "messages", "Messages", "m")]],
	["Ask and do", [page("/sql", "sql", "SQL", "q"), page("/prompt", "prompt", "Prompt", "p"), page("/services", "services", "Services", "v"), page("/functions", "functions", "Functions", "f")]],
	["Hub", [page("/devices", "devices", "Devices", "d"), page("/log", "log", "Log", "l"), page("/settings", "settings", "Settings", "s"), page("/api", "api", "API", "a")]],
];
const pages = groups.flatMap(([, list]) => list);

/** The page that a path belongs to, and the further parts of the path, or undefined. */
export function find(pathname) {
	const [first = "", ...rest] = pathname.split("/").filter((part) => part !== "");
	const found = pages.find((p) => p.path === `/${first}`);
	try {
		return found && { page: found, rest: rest.map(decodeURIComponent) };
	} catch {
		return undefined; // somebody has typed a % that means nothing
	}
}

/** Fills the menu. */
export function build(side) {
	replace(side, groups.map(([title, list]) => h("div", { class: "group" }, h("h2", {}, title),
		h("ul", {}, list.map((p) => h("li", {}, h("a", { href: p.path, "aria-keyshortcuts": `g ${p.key}` }, icon(p.name), h("span", {}, p.title))))))));
}

/** Marks the page that is shown. */
export function mark(side, path) {
	for (const a of side.querySelectorAll("a")) {
		if (a.getAttribute("href") === path) a.setAttribute("aria-current", "page");
		else a.removeAttribute("aria-current");
	}
}

/** Shows the keys. */
export function shortcuts() {
	const key = (k) => h("kbd", {}, k);
	const row = (keys, text) => h("tr", {}, h("th", { scope: "row" }, keys), h("td", {}, text));
	return dialog("Keyboard shortcuts", h("div", { class: "keys" },
		h("table", {}, h("tbody", {},
			row(key("/"), "To the page's search"), row(key("?"), "This list"), row(key("Esc"), "Close what is open"))),
		h("table", {}, h("tbody", {}, pages.map((p) => row([key("g"), " ", key(p.key)], p.title))))),
	[{ label: "Close", kind: "primary" }]);
}

const patience = 1500; // milliseconds between g and the letter

/** Listens for the keys; go(path) leads to a page. */
export function listen(go) {
	let last = 0;
	addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || document.querySelector("dialog[open]")) return;
		if (e.target.closest("input, textarea, select, [contenteditable=true]")) return;
		const target = Date.now() - last < patience && pages.find((p) => p.key === e.key);
		last = 0;
		if (target) go(target.path);
		else if (e.key === "g") { last = Date.now(); return; }
		else if (e.key === "?") shortcuts();
		else if (e.key === "/") document.querySelector("main input[type=search], main [data-search]")?.focus();
		else return;
		e.preventDefault();
	});
}
