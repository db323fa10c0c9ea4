// Messages as they pass, the newest first.
import { time } from "../js/format.js";
import { button, empty, field, h, replace } from "../js/ui.js";

const mostShown = 500;

export class Stream {
	#all = []; // the newest first
	#running = true;
	#waiting = 0;
	#lost = 0;
	#end;
	#filters;

	/** topic: what to hear; filters: whether it has any; reply(message): what an answer is written by. */
	constructor(context, { topic, filters, none, reply }) {
		this.none = none;
		this.reply = reply;
		this.list = h("ol", { class: "stream", "aria-label": "Messages, the newest first", tabindex: "0" });
		this.note = h("p", { class: "hint", role: "status" });
		this.place = h("div", {});
		const toggle = button("Pause", { icon: "pause", "aria-pressed": "false", onclick: () => this.#pause(toggle) });
		const filter = (label, name) => field(label, h("input", { type: "search", name, spellcheck: "false", oninput: () => this.#draw() }));
		this.#filters = filters ? h("div", { class: "fields", role: "group", "aria-label": "Show only" },
			filter("From", "from"), filter("To", "to"), filter("Text", "text")) : h("div", {});
		this.element = h("div", { class: "stack" },
			h("div", { class: "bar" }, this.#filters, h("div", { class: "actions" }, toggle, button("Clear", { onclick: () => { this.#all = []; this.#lost = 0; this.#draw(); } }))),
			this.note, this.place);
		this.#end = context.subscribe(topic, (event, data) => this.#take(event, data));
		this.#draw();
	}

	#take(event, data) {
		if (event === "state") this.#all = data.entries.toReversed();
		else if (event === "message") this.#all = [data, ...this.#all.slice(0, mostShown - 1)];
		else if (event === "problem") { replace(this.place, empty({ title: "The hub refused", text: data.detail })); return; }
		this.#lost += data.lost ?? 0;
		if (this.#running) this.#waiting ||= requestAnimationFrame(() => this.#draw());
	}

	#pause(toggle) {
		this.#running = !this.#running;
		toggle.setAttribute("aria-pressed", String(!this.#running));
		if (this.#running) this.#draw();
	}

	#matches(m) {
		const value = (name) => this.#filters.querySelector(`[name=${name}]`)?.value.trim().toLowerCase() ?? "";
		const has = (name, ...texts) => texts.some((t) => t?.toLowerCase().includes(value(name)));
		return has("from", m.from, m.from_name ?? "") && has("to", m.to, m.to_name ?? "") && has("text", m.body);
	}

	#draw() {
		this.#waiting = 0;
		const shown = this.#all.filter((m) => this.#matches(m));
		this.note.textContent = [
			shown.length < this.#all.length ? `${shown.length} of ${this.#all.length} match` : "",
			this.#lost > 0 ? `${this.#lost.toLocaleString()} more passed too fast to be shown` : "",
		].filter(Boolean).join("; ");
		if (this.#all.length === 0) return void replace(this.place, empty(this.none));
		const known = new Map([...this.list.children].map((li) => [li.message, li]));
		replace(this.list, shown.map((m) => known.get(m) ?? this.#item(m)));
		if (this.place.firstChild !== this.list) replace(this.place, this.list);
	}

	#item(m) {
		const who = (id, name, group) => h("span", { class: group ? "who group" : "who", title: name ? `${name}, ${id}` : id }, name || id || "the hub");
		const li = h("li", {},
			h("header", {}, h("time", { datetime: m.at }, time(m.at)), who(m.from, m.from_name), h("span", { class: "arrow", "aria-label": "to" }, "→"), who(m.to, m.to_name, m.group),
				(m.headers ?? []).map((head) => h("span", { class: "badge" }, head.value ? `${head.name}: ${head.value}` : head.name)),
				this.reply && m.from !== "NOPLY" && button(`Answer ${m.from_name || m.from}`, { icon: "send", kind: "quiet", iconOnly: true, onclick: () => this.reply(m) })),
			h("p", {}, m.body, m.left > 0 && h("span", { class: "hint" }, ` … and ${m.left.toLocaleString()} bytes more`)));
		li.message = m;
		return li;
	}

	end() {
		cancelAnimationFrame(this.#waiting);
		this.#end();
	}
}
