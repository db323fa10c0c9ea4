// What pages are made of. Everything is built from nodes and text, never from HTML:
// what a client wrote is shown as it wrote it.
//
//	h("p", { class: "lede" }, "Hello, ", h("b", {}, name))
//
// Attributes: `class`, `onclick` and the like with a function, `style: { width: "3em" }`
// (through CSSOM, as the content security policy wants), `dataset: {…}`, true and false
// for those without a value; what is null or undefined is left out. Children may be
// nodes, text, numbers, arrays of them; null, undefined, true and false are nothing.
import { toast } from "./dialogs.js";

export * from "./dialogs.js";
export * from "./table.js";

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. */
export function h(tag, attrs, ...children) {
	return fill(document.createElement(tag), attrs, children);
}

/** An SVG element. */
export function svg(tag, attrs, ...children) {
	return fill(document.createElementNS(SVG, tag), attrs, children);
}

function fill(element, attrs, children) {
	for (const [name, value] of Object.entries(attrs ?? {})) {
		if (value == null || value === false) continue;
		if (typeof value === "function") element.addEventListener(name.slice(2), value);
		else if (name === "style") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
		else if (name === "dataset") Object.assign(element.dataset, value);
		else if (name === "value" && "value" in element) element.value = value;
		else element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...nodes(children));
	return element;
}

function nodes(children) {
	return children.flat(Infinity).filter((c) => c != null && c !== false && c !== true);
}

/** Gives an element other children. */
export function replace(element, ...children) {
	element.replaceChildren(...nodes(children));
	return element;
}

let ids = 0;
/** An id that no other element has. */
export const newID = (prefix = "id") => `${prefix}-${++ids}`;

// Pictograms: paths in a field of 24 by 24, drawn with a line.
const icons = {
	overview: "M4 13h4l2.5-7 4 13 2.5-6h3",
	network: "M12 4v5M12 9 6 15M12 9l6 6M9.5 4h5v3h-5zM3.5 15h5v4h-5zM15.5 15h5v4h-5z",
	clients: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.5a3.300 3.300 0 0 1 0 6.200M18 14.5c2 .8 3.200 2.600 3.5 5.5",
	registry: "M5 4v13a2 2 0 0 0 2 2h3M5 9h5M10 6.5h10v5H10zM10 16.5h10v5H10z",
	messages: "M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5",
	sql: "M4 6.5c0-3.300 16-3.300 16 0v11c0 3.300-16 3.300-16 0zM4 6.5c0 3.300 16 3.300 16 0M4 12c0 3.300 16 3.300 16 0",
	prompt: "M4 5h16v14H4zM7.5 9l3 3-3 3M12.5 15h4",
	services: "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M18.400 5.600l-1.800 1.800M7.400 16.600l-1.800 1.800",
	functions: "M9 20c2 0 2.300-1.200 2.600-3l1.5-9c.4-2.600 1.400-4 3.900-4M8 10.5h8",
	log: "M5 5h14M5 9.700h14M5 14.300h9M5 19h11",
	settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.800v4.400M9 14.800v4.400",
	devices: "M8 8h8v8H8zM10 4v4M14 4v4M10 16v4M14 16v4M4 10h4M4 14h4M16 10h4M16 14h4",
	api: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
	menu: "M4 7h16M4 12h16M4 17h16",
	close: "M6 6l12 12M18 6L6 18",
	copy: "M9 9h11v11H9zM5 15H4V4h11v1",
	sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400",
	moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
	both: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 3.5v17M15 5v14M18 7.5v9",
	help: "M9 9.5a3 3 0 1 1 4.5 2.600c-1 .6-1.5 1.200-1.5 2.400M12 17.5v.5",
	play: "M8 5l11 7-11 7z",
	pause: "M8 5v14M16 5v14",
	save: "M12 4v11M7.5 10.5L12 15l4.5-4.5M4.5 19.5h15",
	add: "M12 5v14M5 12h14",
	remove: "M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13M10.5 10.5v6M13.5 10.5v6",
	edit: "M4 20l1-4L16.5 4.5l3 3L8 19zM14 7l3 3",
	search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
	refresh: "M19.5 12a7.5 7.5 0 1 1-2.200-5.300M19.5 3.5V8H15",
	down: "M6 9.5l6 6 6-6",
	right: "M9.5 6l6 6-6 6",
	send: "M4 4l17 8-17 8 3-8zM7 12h8",
};

/** A pictogram; without a label it is decoration. Names are the keys of `icons`. */
export function icon(name, label) {
	return svg("svg", { class: "icon", viewBox: "0 0 24 24", role: label ? "img" : null, "aria-label": label, "aria-hidden": label ? null : "true" },
		svg("path", { d: icons[name] }));
}

/**
 * A button. options: onclick (may be async: the button is busy, and a failure becomes a
 * toast), icon, kind ("primary", "danger", "quiet"), iconOnly (the label is for screen
 * readers and the tip), and any attribute.
 */
export function button(label, { onclick, icon: name, kind = "", iconOnly, ...attrs } = {}) {
	const b = h("button", { type: "button", class: kind, title: iconOnly ? label : null, "aria-label": iconOnly ? label : null, ...attrs },
		name && icon(name), !iconOnly && h("span", {}, label));
	if (onclick) b.addEventListener("click", (event) => busy(b, () => onclick(event)));
	return b;
}

/** Does work while an element is marked as busy; a failure is told by a toast. */
async function busy(element, work) {
	const slow = setTimeout(() => { element.setAttribute("aria-busy", "true"); element.disabled = true; }, 150);
	try {
		return await work();
	} catch (problem) {
		if (problem?.name !== "AbortError") toast(String(problem?.message ?? problem), { kind: "bad" });
	} finally {
		clearTimeout(slow);
		element.removeAttribute("aria-busy");
		element.disabled = false;
	}
}

/** A labelled control: field("Name", h("input", {…}), "What it is for"). */
export function field(label, control, hint) {
	control.id ||= newID("field");
	const note = hint && h("small", { id: `${control.id}-hint` }, hint);
	if (note) control.setAttribute("aria-describedby", note.id);
	return h("div", { class: "field" }, h("label", { for: control.id }, label), control, note);
}

/** A select of values or [value, label] pairs. */
export function select(options, value, attrs) {
	return h("select", attrs, options.map((o) => {
		const [v, label] = Array.isArray(o) ? o : [o, o];
		return h("option", { value: v, selected: String(v) === String(value) }, label);
	}));
}

/** A form; submit gets its FormData as an object, and may be async. */
export function form(attrs, submit, ...children) {
	return h("form", {
		autocomplete: "off", ...attrs,
		onsubmit: (event) => {
			event.preventDefault();
			const f = event.currentTarget;
			busy(event.submitter ?? f, () => submit(Object.fromEntries(new FormData(f)), f));
		},
	}, ...children);
}

/** Copies text, or what a function gives, and says so. */
export function copyButton(text, label = "Copy") {
	return button(label, {
		icon: "copy", kind: "quiet", iconOnly: true,
		onclick: async () => { await copy(typeof text === "function" ? text() : text); toast("Copied"); },
	});
}

async function copy(text) {
	if (navigator.clipboard) return navigator.clipboard.writeText(text);
	// A page that came over plain HTTP from another machine has no clipboard of its own.
	const area = h("textarea", { class: "unseen" });
	area.value = text;
	(document.querySelector("dialog[open]") ?? document.body).append(area); // behind a dialog nothing can be chosen
	area.select();
	const copied = document.execCommand("copy");
	area.remove();
	if (!copied) throw new Error("The browser does not let the page copy: select the text instead");
}

/** A line that can be copied, for instance for the text port. */
export const line = (text) => h("div", { class: "line" }, h("code", { tabindex: "0" }, text), copyButton(text, `Copy ${text}`));

/** What is shown where there is nothing: a title, a sentence, and a line that changes that. level: of the heading. */
export function empty({ title, text, line: example, level = 3 }) {
	return h("div", { class: "empty" }, h(`h${level}`, {}, title), text && h("p", {}, text), example && line(example));
}

/** A card: a section with a heading (and things at its end). */
export function card(title, { end, level = 2, ...attrs } = {}, ...children) {
	const id = newID("card");
	return h("section", { "aria-labelledby": id, ...attrs, class: `card ${attrs.class ?? ""}` },
		h("header", {}, h(`h${level}`, { id }, title), end && h("div", { class: "end" }, end)), ...children);
}

/** A badge; kind: "", "good", "warn", "bad", "accent". */
export const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text);

/**
 * Tabs, by the pattern of the same name (arrow keys, one of them in the order of Tab).
 * tabs: [{ id, title, show(panel) → end? }]; chosen: an id. The element has open(id).
 */
export function tabs(label, list, chosen = list[0].id, onchange) {
	let end;
	const panel = h("div", { role: "tabpanel", id: newID("panel"), tabindex: "0" });
	const heads = list.map((t, i) => h("button", {
		type: "button", role: "tab", id: newID("tab"), "aria-controls": panel.id,
		onclick: () => open(t.id),
		onkeydown: (e) => {
			const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: list.length - 1 }[e.key];
			if (to === undefined) return;
			e.preventDefault();
			const next = (to + list.length) % list.length;
			open(list[next].id);
			heads[next].focus();
		},
	}, t.title));
	function open(id) {
		const at = Math.max(0, list.findIndex((t) => t.id === id));
		end?.();
		heads.forEach((head, i) => {
			head.setAttribute("aria-selected", String(i === at));
			head.tabIndex = i === at ? 0 : -1;
		});
		panel.setAttribute("aria-labelledby", heads[at].id);
		panel.replaceChildren();
		end = list[at].show(panel);
		onchange?.(list[at].id);
	}
	const element = h("div", {}, h("div", { role: "tablist", "aria-label": label }, heads), panel);
	element.open = open;
	open(chosen);
	return element;
}
