// The frame round the pages: which one is shown, who looks at it, and whether the hub
// is there.
//
// A page is a module pages/NAME.js (its path and name stand in nav.js), with what it is made
// of in pages/NAME-PART.js:
//
//	export default {
//		title: "Registry",            // the h1 and the tab's title
//		lede: "What all share.",      // optional: the line below it
//		css: "registry.css",          // optional: pages/registry.css, loaded before mount
//		async mount(root, context) {  // fills root; may give a function that ends it
//			const { entries } = await context.api.get("/registry");
//			context.subscribe("registry:*", (event, data) => …);
//		},
//	};
//
// context:
//	api            api.js whose requests end with the page
//	subscribe      live.js' subscribe, ended with the page
//	signal         an AbortSignal for listeners and timers of the page's own
//	session        { role, who, guests, hub: { name, path, id, version, address } }
//	may(role)      whether the caller is that ("admin"), or more
//	rest           further parts of the path, decoded: /clients/42 gives ["42"]
//	query          the URLSearchParams
//	setQuery({…})  changes them without mounting anew, so that a link keeps what is shown
//	go(path)       leads to another page
//	actions(…)     puts buttons beside the h1
//	rename(title)  changes the h1
//
// A page is mounted anew when its path or the role changes; not when the hub was away:
// topics then begin with `state` again. What mount throws is shown in its place.
import { api, configure, request } from "./api.js";
import { login, logout, roleBadge, whoAmI } from "./login.js";
import { onState, start, stop, subscribe } from "./live.js";
import * as nav from "./nav.js";
import { button, empty, h, icon, replace, toast } from "./ui.js";

const main = document.getElementById("main");
const side = document.getElementById("side");
const ranks = ["guest", "user", "admin"];
let session = { role: "guest", hub: {} };
let leave = () => {}; // ends the page that is shown
let shown;

async function show({ focus = true } = {}) {
	const at = nav.find(location.pathname);
	leave();
	closeMenu();
	nav.mark(side, at?.page.path);
	const ending = new AbortController();
	const ends = [];
	leave = () => { ending.abort(); for (const end of ends.splice(0)) end(); };
	shown = location.pathname;
	if (!at) return fail("There is no such page", empty({ level: 2, title: "Nothing is here", text: `No page of the dashboard has the address ${location.pathname}.` }));
	const root = h("div", { class: `page page-${at.page.name}` });
	const heading = h("h1", { tabindex: "-1" }, at.page.title);
	const lede = h("p", { class: "lede" });
	const beside = h("div", { class: "actions" });
	const rename = (title) => {
		heading.textContent = title;
		document.title = `${title} · ${session.hub?.name ?? "althing"}`;
	};
	rename(at.page.title);
	if (shut()) return fail(at.page.title, locked("This hub shows nothing to guests."));
	main.setAttribute("aria-busy", "true");
	try {
		const { default: page } = await import(`/assets/pages/${at.page.name}.js`);
		if (page.css) await style(page.css);
		if (ending.signal.aborted) return;
		rename(page.title);
		lede.textContent = page.lede ?? "";
		replace(main, h("header", { class: "page-head" }, h("div", {}, heading, page.lede && lede), beside), root);
		if (focus) { heading.focus({ preventScroll: true }); scrollTo(0, 0); }
		const end = await page.mount(root, {
			api: bound(ending.signal), signal: ending.signal, session, rename,
			subscribe: (topic, handler) => { const stop = subscribe(topic, handler); ends.push(stop); return stop; },
			may: (role) => ranks.indexOf(session.role) >= ranks.indexOf(role),
			rest: at.rest, query: new URLSearchParams(location.search), setQuery, go,
			actions: (...children) => replace(beside, ...children),
		});
		if (typeof end === "function") ending.signal.aborted ? end() : ends.push(end);
	} catch (problem) {
		if (ending.signal.aborted) return;
		fail(at.page.title, problem.status === 401 || problem.status === 403 ? locked(problem.message)
			: h("div", { class: "empty" }, h("h2", {}, "This page could not be shown"), h("p", {}, problem.message), button("Try again", { icon: "refresh", onclick: () => show() })));
		if (!problem.code) throw problem; // ours: into the console with it
	} finally {
		if (!ending.signal.aborted) main.removeAttribute("aria-busy");
	}
}

const locked = (why) => h("div", { class: "empty" }, h("h2", {}, "This page needs a key"), h("p", {}, why),
	button("Log in", { kind: "primary", onclick: () => change(login) }));

function fail(title, what) {
	document.title = title;
	main.removeAttribute("aria-busy");
	replace(main, h("header", { class: "page-head" }, h("h1", { tabindex: "-1" }, title)), what);
}

/** The API, whose requests end with a page. */
function bound(signal) {
	const over = (verb) => (...args) => {
		const takesBody = verb === "put" || verb === "post" || verb === "patch";
		args[takesBody ? 2 : 1] = { signal, ...args[takesBody ? 2 : 1] };
		return api[verb](...args);
	};
	return { get: over("get"), del: over("del"), put: over("put"), post: over("post"), patch: over("patch"), request: (method, path, options) => request(method, path, { signal, ...options }) };
}

const styles = new Map();
function style(name) {
	if (!styles.has(name)) {
		styles.set(name, new Promise((resolve) => {
			document.head.append(h("link", { rel: "stylesheet", href: `/assets/pages/${name}`, onload: resolve, onerror: resolve }));
		}));
	}
	return styles.get(name);
}

function go(path) {
	history.pushState(null, "", path);
	show();
}

function setQuery(changes) {
	const url = new URL(location);
	for (const [name, value] of Object.entries(changes)) value == null || value === "" ? url.searchParams.delete(name) : url.searchParams.set(name, value);
	history.replaceState(null, "", url);
}

document.addEventListener("click", (e) => {
	const a = e.target.closest("a[href]");
	if (!a || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || a.target || a.hasAttribute("download")) return;
	const url = new URL(a.href);
	if (url.origin !== location.origin || !nav.find(url.pathname) || (url.hash && url.pathname === location.pathname)) return;
	e.preventDefault();
	go(url.pathname + url.search);
});
addEventListener("popstate", () => { if (location.pathname !== shown) show(); });

// The menu: beside the page where there is room, else opened by its button.
const menu = document.getElementById("menu");
function closeMenu() {
	document.body.classList.remove("menu-open");
	menu.setAttribute("aria-expanded", "false");
}
menu.append(icon("menu"));
menu.addEventListener("click", () => {
	const open = document.body.classList.toggle("menu-open");
	menu.setAttribute("aria-expanded", String(open));
	if (open) side.querySelector("a")?.focus();
});
addEventListener("keydown", (e) => {
	if (e.key !== "Escape" || !document.body.classList.contains("menu-open")) return;
	closeMenu();
	menu.focus();
});
document.querySelector(".content").addEventListener("click", closeMenu);

// The theme: the system's, or one of two.
const themes = [["", "both", "as the system's"], ["light", "sun", "light"], ["dark", "moon", "dark"]];
const theme = document.getElementById("theme");
function showTheme() {
	const [, name, words] = themes.find(([t]) => t === (document.documentElement.dataset.theme ?? ""));
	replace(theme, icon(name));
	theme.title = `Theme: ${words}`;
	theme.setAttribute("aria-label", theme.title);
}
theme.addEventListener("click", () => {
	const now = document.documentElement.dataset.theme ?? "";
	const [next] = themes[(themes.findIndex(([t]) => t === now) + 1) % themes.length];
	if (next) document.documentElement.dataset.theme = next;
	else delete document.documentElement.dataset.theme;
	try {
		localStorage.setItem("theme", next);
	} catch {
		// It holds until the page is loaded again.
	}
	showTheme();
	dispatchEvent(new Event("themechange"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("themechange")));

// Who looks at it.
const enter = document.getElementById("login");
async function meet() {
	session = await whoAmI();
	const { hub } = session;
	document.getElementById("hub").textContent = hub.name;
	document.getElementById("path").textContent = hub.path && hub.path !== hub.name ? hub.path : "";
	const role = document.getElementById("role");
	role.replaceWith(Object.assign(roleBadge(session.role), { id: "role", title: session.who ? `${session.role}: ${session.who}` : session.role }));
	enter.hidden = false;
	enter.textContent = session.role === "guest" ? "Log in" : "Log out";
}
const shut = () => session.role === "guest" && session.guests === "none";
const hear = () => (shut() ? stop() : start());
async function change(work) {
	if (!(await work())) return;
	await meet();
	hear();
	await show({ focus: false });
}
enter.addEventListener("click", () => {
	change(session.role === "guest" ? login : async () => { await logout(); return true; })
		.catch((problem) => toast(problem.message, { kind: "bad" }));
});
let asking = false;
configure({
	denied: async () => {
		if (asking) return;
		asking = true;
		try {
			await change(login);
		} finally {
			asking = false;
		}
	},
});

// What nobody waited for: a page that was left is owed nothing, the banner tells that the
// hub is away, and what the hub refused is said.
addEventListener("unhandledrejection", (e) => {
	const { name, code, message } = e.reason ?? {};
	if (name !== "AbortError" && !code) return; // ours: into the console with it
	e.preventDefault();
	if (code && code !== "away") toast(message, { kind: "bad" });
});

// Whether the hub is there.
const banner = document.getElementById("banner");
let away = false;
onState((state) => {
	replace(document.getElementById("state"), h("span", { class: `dot ${state}` }), h("span", {}, { connecting: "connecting", open: "live", away: "away", off: "not live" }[state]));
	if (state === "away") {
		away = true;
		banner.textContent = "The hub is away; trying again. What you see is how it was.";
		banner.hidden = false;
	} else if (state === "open" && away) {
		away = false;
		banner.hidden = true;
		toast("The hub is back", { kind: "good" });
		back().catch(() => {}); // it is away once more: the banner tells
	}
});

/** Asks who we are to a hub that was started again: it keeps no logins. */
async function back() {
	const before = session.role;
	await meet();
	if (session.role === before) return;
	if (shut()) { away = false; banner.hidden = true; hear(); }
	await show({ focus: false });
}
// One that shows nothing to guests does not let them listen either: it seems to be away.
setInterval(() => { if (away && session.guests === "none") back().catch(() => {}); }, 3000);

nav.build(side);
nav.listen(go);
showTheme();
const help = document.getElementById("help");
help.append(icon("help"));
help.addEventListener("click", nav.shortcuts);
import(`/assets/pages/${nav.find(location.pathname)?.page.name ?? "overview"}.js`).catch(() => {}); // while the hub says who we are
try {
	await meet();
} catch (problem) {
	if (problem.code !== "away") toast(problem.message, { kind: "bad" });
}
hear();
await show({ focus: false });
performance.mark("page"); // how long people wait is measured by it
