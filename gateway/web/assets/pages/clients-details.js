// One client: what is known of it, what an administrator can do about it, and what it
// says and hears.
import { duration, many, time } from "../js/format.js";
import { badge, button, confirm, dialog, field, h, replace, toast } from "../js/ui.js";

const mostTraffic = 500; // lines in the document

/** A ping as people read it. */
export const ping = (seconds) => (seconds ? `${(seconds * 1000).toLocaleString(undefined, { maximumFractionDigits: seconds < 0.01 ? 2 : 0 })} ms` : "");

/** What tells a client's role and state at a glance. */
export function marks(c) {
	return [
		c.role === "admin" && badge("admin", "accent"), c.role === "user" && badge("user", "good"),
		c.rights.filter((r) => r !== "admin").map((r) => badge(r)), c.muted && badge("muted", "warn"),
	].flat().filter(Boolean);
}

/** The panel of a client. Gives { element, update(row), end() }. */
export function details(context, key, close) {
	const path = `/clients/${encodeURIComponent(key)}`;
	const title = h("h2", { tabindex: "-1" }, key);
	const state = h("span");
	const facts = h("dl", { class: "facts" });
	const actions = h("div", { class: "actions" });
	const stream = traffic(context, key);
	const element = h("section", { class: "card stack", "aria-label": "Details" },
		h("header", {}, title, h("div", { class: "end" }, state, button("Close the details", { icon: "close", kind: "quiet", iconOnly: true, onclick: close }))),
		facts, context.may("admin") && actions, context.may("admin") && stream.element);
	let row, drawn = "";

	const change = (what) => context.api.patch(path, what);
	const acts = {
		message: button("Message", { icon: "send", onclick: () => message(context, row) }),
		rename: button("Rename", { icon: "edit", onclick: () => rename(row, change) }),
		rights: button("Rights", { onclick: () => rights(row, change) }),
		mute: button("Mute", { onclick: async () => {
			const muted = !row.muted;
			await change({ muted });
			toast(muted ? `${name(row)} is muted: what it sends has no effect` : `${name(row)} is heard again`, { undo: () => change({ muted: !muted }) });
		} }),
		ping: button("Ping", { icon: "refresh", onclick: async () => {
			const { seconds } = await context.api.post(`${path}/ping`);
			toast(`A word to ${name(row)} and back takes ${ping(seconds)}`);
		} }),
		kick: button("Kick", { kind: "danger", onclick: async () => {
			const text = row.here ? `Its connection is cut off${row.client ? ", and it is told that an administrator did that" : ""}.`
				: "It is forgotten, with its groups and the messages in its inbox.";
			if (!await confirm({ title: `Kick ${name(row)}?`, text, act: "Kick" })) return;
			await context.api.del(path);
			toast(`${name(row)} was kicked`);
		} }),
	};

	function update(next) {
		if (!next) {
			replace(state, badge("gone", "bad"));
			for (const b of Object.values(acts)) b.disabled = true;
			return;
		}
		row = next;
		const text = JSON.stringify(row);
		if (text === drawn) return;
		drawn = text;
		title.textContent = name(row);
		replace(state, row.here ? badge("connected", "good") : badge("away"));
		const session = row.here && row.gateway === "session";
		acts.mute.querySelector("span").textContent = row.muted ? "Unmute" : "Mute";
		for (const b of Object.values(acts)) b.disabled = false;
		replace(actions, row.client && acts.message, row.client && acts.rename, session && acts.rights, session && acts.mute, session && acts.ping, acts.kick);
		replace(facts, Object.entries({
			[row.client ? "ID" : "Connection"]: h("code", {}, row.key),
			"Description": row.description,
			"Gateway": row.protocol ? `${row.gateway} (${row.protocol})` : row.gateway,
			"Address": row.address === "local" ? "this machine" : row.address,
			"Role": h("span", { class: "badges" }, marks(row).length > 0 ? marks(row) : row.role),
			"Groups": row.groups.join(", "),
			[row.here ? "Connected" : "Heard last"]: h("time", { datetime: row.since }, time(row.since)),
			"For": row.here && duration((Date.now() - Date.parse(row.since)) / 1000),
			"Ping": ping(row.ping),
			"Inbox": row.client && many(row.inbox, "message"),
		}).filter(([, value]) => value).map(([what, value]) => [h("dt", {}, what), h("dd", {}, value)]));
	}
	return { element, update, end: stream.end };
}

const name = (row) => row?.name || row?.key;

/** Sends a message to a client. */
async function message(context, row) {
	const body = h("textarea", { rows: "3", required: true, autofocus: true });
	await dialog(`A message to ${name(row)}`, field("Message", body, row.here ? "It is delivered now." : "It waits in the inbox until the client asks for it."), [
		{ label: "Cancel" },
		{ label: "Send", kind: "primary", onclick: async () => {
			await context.api.post("/messages", { to: row.key, body: body.value });
			toast(`Sent to ${name(row)}`, { kind: "good" });
		} },
	]);
}

async function rename(row, change) {
	const to = h("input", { value: row.name, required: true, minlength: "3", maxlength: "16", autofocus: true });
	await dialog(`Rename ${name(row)}`, field("Name", to, "3 to 16 characters that nobody else is called by."), [
		{ label: "Cancel" },
		{ label: "Rename", kind: "primary", onclick: () => change({ name: to.value.trim() }) },
	]);
}

async function rights(row, change) {
	const admin = h("input", { type: "checkbox", checked: row.rights.includes("admin") });
	const others = h("input", { value: row.rights.filter((r) => r !== "admin").join(" ") });
	await dialog(`Rights of ${name(row)}`, [
		h("label", { class: "check" }, admin, "Administrator, until its connection ends"),
		field("Further permissions", others, "Words, with blanks between them, that commands of programs may ask for."),
	], [
		{ label: "Cancel" },
		{ label: "Set", kind: "primary", onclick: () => change({ rights: [admin.checked && "admin", ...others.value.split(/[\s,]+/)].filter(Boolean) }) },
	]);
}

/** What a client says and hears, from when somebody begins to listen. */
function traffic(context, key) {
	const lines = h("div", { class: "traffic", role: "log", "aria-label": "Live traffic", tabindex: "0" });
	const note = h("p", { class: "hint" }, "What it says and what it is told, as it happens. Keys are blanked. Listening stands in the audit.");
	let stop;
	const listen = button("Listen", { icon: "play", "aria-pressed": "false", onclick: () => (stop ? end() : begin()) });
	const clear = button("Clear", { kind: "quiet", onclick: () => replace(lines) });
	const element = h("section", { class: "stack", "aria-label": "Traffic" },
		h("div", { class: "actions" }, h("h3", {}, "Live traffic"), listen, clear), note, lines);
	lines.hidden = true;

	function add(entries) {
		const below = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
		lines.append(...entries.map((t) => h("p", { class: t.said ? "said" : "told" },
			h("time", { datetime: t.at }, time(t.at)), h("span", { class: "way" }, t.said ? "says" : "hears"), h("code", {}, t.text))));
		while (lines.children.length > mostTraffic) lines.firstChild.remove();
		if (below) lines.scrollTop = lines.scrollHeight;
	}
	function begin() {
		lines.hidden = false;
		stop = context.subscribe(`traffic:${key}`, (event, data) => {
			if (event === "state") {
				listen.setAttribute("aria-pressed", "true");
				listen.querySelector("span").textContent = "Listening";
				replace(lines);
				add(data.entries);
			}
			else if (event === "traffic") add([data]);
			else if (event === "problem") { toast(data.detail, { kind: "bad" }); end(); }
		});
	}
	function end() {
		stop?.();
		stop = undefined;
		listen.setAttribute("aria-pressed", "false");
		listen.querySelector("span").textContent = "Listen";
	}
	return { element, end };
}
