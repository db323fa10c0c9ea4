// What the hub can be asked over HTTP, from the description that it gives of itself.
import { badge, button, card, empty, field, h, line, replace } from "../js/ui.js";

const methods = ["get", "put", "post", "patch", "delete"];
const kinds = { put: "warn", post: "accent", patch: "warn", delete: "bad" };
const deep = 4; // structs within each other that are shown

export default {
	title: "API",
	lede: "What programs can ask this hub over HTTP, in JSON: all that these pages show, and more.",
	css: "api.css",
	async mount(root, context) {
		const described = await context.api.get("/openapi.json");
		const all = operations(described);
		const search = h("input", { type: "search", spellcheck: "false", placeholder: "registry", oninput: show });
		const count = h("p", { class: "hint", role: "status" });
		const found = h("div", { class: "stack" });
		const opened = new Set();

		function show() {
			const words = search.value.toLowerCase().split(/\s+/);
			const shown = all.filter((o) => words.every((w) => o.text.includes(w)));
			count.textContent = `${shown.length === all.length ? "" : `${shown.length} of `}${all.length} operations`;
			const areas = Map.groupBy(shown, (o) => o.area);
			replace(found, shown.length === 0 && empty({ title: "Nothing matches", text: "Search for a part of a path, or of what it does." }),
				[...areas].map(([area, list]) => card(area, {}, list.map((o) => operation(o, opened.has(o.id), described)))));
		}

		const example = `curl '${location.origin}/api/v1/registry?pattern=*'`;
		context.actions(h("a", { class: "button", href: "/api/v1/openapi.json", download: "openapi.json" }, "Save openapi.json"));
		replace(root, h("div", { class: "stack" },
			card("How to ask", {}, h("div", { class: "stack" }, line(example),
				h("p", { class: "hint" }, "Who is more than a guest says so with the header ", h("code", {}, "Authorization: Bearer KEY"), ", where KEY is the admin key or a user's. ",
					"A refusal is a JSON object with ", h("code", {}, "title"), ", ", h("code", {}, "detail"), " and our ", h("code", {}, "code"), "."))),
			h("div", { class: "toolbar" }, h("div", { class: "grow" }, field("Search", search, "A part of a path, or of what it does"))), count, found));
		function lead() {
			const id = location.hash.slice(1);
			if (!all.some((o) => o.id === id)) return;
			opened.add(id);
			search.value = "";
			show();
			document.getElementById(id).scrollIntoView({ block: "center" });
		}
		addEventListener("hashchange", lead, { signal: context.signal });
		show();
		lead();
	},
};

/** The operations of the document, those of one area together. */
function operations({ paths }) {
	return Object.entries(paths).flatMap(([path, verbs]) => methods.filter((m) => verbs[m]).map((method) => {
		const o = verbs[method];
		const area = path.startsWith("/api/v1/") ? o.tags[0] : "beside the API";
		return { ...o, method, path, area, id: o.operationId, text: `${method} ${path} ${o.summary}`.toLowerCase() };
	}));
}

function operation(o, open, described) {
	const inside = h("div", { class: "stack" });
	const fill = () => { if (inside.children.length === 0) replace(inside, more(o, described)); };
	if (open) fill();
	return h("details", { id: o.id, open, ontoggle: fill },
		h("summary", {}, badge(o.method.toUpperCase(), kinds[o.method]), h("code", {}, o.path), h("span", {}, o.summary)), inside);
}

/** What there is to know before asking for it. */
function more(o, { components: { schemas } }) {
	const body = schemaOf(o.requestBody), answer = schemaOf(o.responses[200]);
	const part = (title, ...what) => h("div", {}, h("h3", {}, title), ...what);
	return [
		o.parameters.length > 0 && part("Parameters", h("table", {}, h("tbody", {}, o.parameters.map((p) =>
			h("tr", {}, h("th", { scope: "row" }, h("code", {}, p.name)), h("td", {}, p.in === "path" ? "of the path" : p.description)))))),
		body && part("Body", shape(body, schemas)),
		part("Answer", answer ? shape(answer, schemas) : h("p", { class: "hint" }, o.responses[204] ? "204, with nothing in it" : "a text, or what changes, for as long as somebody listens")),
		part("With curl", line(curl(o, body, schemas))),
		o.method === "get" && o.parameters.every((p) => p.in !== "path") && answer && part("Ask now", ask(o.path)),
	];
}

const schemaOf = (what) => what?.content?.["application/json"]?.schema;

/** Asks, and shows what the hub says. */
function ask(path) {
	const said = h("div", { role: "status" });
	return h("div", { class: "stack" }, h("div", { class: "actions" }, button("Ask", { icon: "play", onclick: async () => {
		const answer = await fetch(path);
		const text = await answer.text();
		replace(said, h("p", { class: "hint" }, `${answer.status} ${answer.statusText}`), h("pre", { class: "said", tabindex: "0", "aria-label": "What the hub says" }, pretty(text)));
	} })), said);
}

function pretty(text) {
	try {
		return JSON.stringify(JSON.parse(text), null, 2).slice(0, 20_000);
	} catch {
		return text.slice(0, 20_000);
	}
}

/** A schema, as the JSON it describes with words for its values. */
function shape(schema, schemas) {
	return h("pre", { tabindex: "0" }, written(schema, schemas, "", deep));
}

function written(schema, schemas, indent, left) {
	const s = schema.$ref ? schemas[schema.$ref.split("/").at(-1)] : schema;
	const inner = `${indent}  `;
	if (s.type === "array") return left > 0 ? `[${written(s.items, schemas, indent, left)}, …]` : "[…]";
	if (s.properties && left > 0) {
		return `{\n${Object.entries(s.properties).map(([name, p]) =>
			`${inner}"${name}"${s.required?.includes(name) ? "" : "?"}: ${written(p, schemas, inner, left - 1)}${p.description && (p.type || p.$ref) ? `  – ${p.description}` : ""}`).join("\n")}\n${indent}}`;
	}
	if (s.properties) return "{…}";
	if (s.additionalProperties) return `{"…": ${written(s.additionalProperties, schemas, indent, left - 1)}}`;
	return s.format ?? (Array.isArray(s.type) ? s.type.join(" or ") : s.type) ?? s.description ?? "any JSON";
}

function curl(o, body, schemas) {
	const url = `${location.origin}${o.path.replace(/\{(\w+)\}/g, (_, name) => name.toUpperCase())}`;
	const how = o.method === "get" ? "" : ` -X ${o.method.toUpperCase()}`;
	if (!body) return `curl${how} ${url}`;
	return `curl${how} -H 'Content-Type: application/json' -d '${JSON.stringify(sample(body, schemas))}' ${url}`;
}

/** What a body may look like: what must be in it, empty. */
function sample(schema, schemas) {
	const s = schema.$ref ? schemas[schema.$ref.split("/").at(-1)] : schema;
	if (s.properties) return Object.fromEntries(Object.entries(s.properties).filter(([name]) => s.required?.includes(name)).map(([name, p]) => [name, sample(p, schemas)]));
	return { string: "…", integer: 1, number: 1, boolean: true, array: [] }[s.type] ?? 56;
}
