// Every machine of the tree and the hub itself, live.
import { bytes, duration, many, number, percent } from "../js/format.js";
import { createPlot, windows } from "../js/plot.js";
import { button, card, dialog, field, h, replace, select, table, toast } from "../js/ui.js";

// What there is of each machine, in the order of the plots, the processor's first. Those
// that are rare are drawn where the machine tells of them.
const plots = [
	{ title: "CPU", unit: "percent", bottom: 0, top: 100, series: [{ id: "host.cpu", label: "all cores" }] },
	{ title: "Memory", unit: "percent", bottom: 0, top: 100, series: [{ id: "host.memory", label: "memory" }, { id: "host.swap", label: "swap" }, { id: "host.disk", label: "fullest disk" }] },
	{ title: "Network", unit: "bytes/s", bottom: 0, series: [{ id: "host.received", label: "received" }, { id: "host.sent", label: "sent" }] },
	{ title: "Disk", unit: "bytes/s", bottom: 0, series: [{ id: "host.read", label: "read" }, { id: "host.written", label: "written" }] },
	{ title: "Load", unit: "", bottom: 0, rare: true, series: [{ id: "host.load", label: "of the last minute" }] },
	{ title: "Temperature", unit: "°C", rare: true, series: [{ id: "host.temperature", label: "hottest sensor" }] },
];
const intervals = [[0.25, "¼ s"], [0.5, "½ s"], [1, "1 s"], [2, "2 s"], [5, "5 s"], [10, "10 s"], [60, "1 min"]];
const most = 8; // hubs that are shown unless somebody chooses

export default {
	title: "Overview",
	lede: "This hub and the machines of its tree, as they are now and as they were.",
	css: "overview.css",
	mount(root, context) {
		const page = new Overview(context);
		root.append(page.tiles, page.toolbar, page.hubs, page.servers, page.below);
		return page.begin();
	},
};

class Overview {
	#machines = new Map(); // hub's ID → what is shown of it
	#servers = new Map(); // host:port → what is shown of it
	#chosen;

	constructor(context) {
		this.context = context;
		const { query } = context;
		this.window = Number(query.get("window")) || 300;
		this.interval = Number(query.get("interval")) || 1;
		this.#chosen = query.get("hubs")?.split(",");
		this.running = true;
		this.hubs = h("div", { class: "stack" });
		this.servers = h("div", { class: "plots" });
		this.#tiles();
		this.#toolbar();
		this.#below();
	}

	begin() {
		for (const server of this.context.query.getAll("cpu")) this.#watch(server);
		this.#tree();
		return () => { for (const p of this.#plots()) p.end(); };
	}

	#plots() {
		return [...this.#machines.values(), ...this.#servers.values()].flatMap((m) => m.plots);
	}

	// The hub's own figures.

	#tiles() {
		const tile = (name, label, about, beside = () => "") => {
			const value = h("dd", {}, "–"), more = h("span", {});
			const show = (values) => { value.textContent = name === "hub.memory" ? bytes(values[name]) : number(values[name]); more.textContent = beside(values); };
			return { name, show, element: h("div", { class: "tile", title: about }, h("dt", {}, label, more), value) };
		};
		const all = [
			tile("hub.clients", "clients", "Known to this hub, with an inbox. The connections are those of all ports; a browser that shows these pages has several.", (v) => `, ${many(v["hub.connections"] ?? 0, "connection")}`),
			tile("hub.said", "messages a second", "said in the last second"),
			tile("hub.messages", "in inboxes", "messages that wait to be read"),
			tile("hub.registry", "keys", "in the registry"),
			tile("hub.asked", "asked a second", "queries and calls"),
			tile("hub.memory", "of memory", "of the hub, and its use of the processor", (v) => `, ${percent(v["hub.cpu"])} CPU`),
		];
		this.tiles = h("dl", { class: "tiles" }, all.map((t) => t.element));
		this.context.subscribe(`metrics:${all.map((t) => t.name).join()},hub.connections,hub.cpu`, (event, { values }) => {
			if (values) for (const t of all) t.show(values);
		});
	}

	#toolbar() {
		const each = (change) => { for (const p of this.#plots()) change(p); };
		const toggle = button("Stop all", { onclick: () => {
			this.running = !this.running;
			each((p) => (this.running ? p.start() : p.stop()));
			toggle.querySelector("span").textContent = this.running ? "Stop all" : "Start all";
		} });
		const window = select(windows, this.window, { onchange: (e) => {
			this.window = Number(e.target.value);
			this.context.setQuery({ window: this.window });
			each((p) => p.setWindow(this.window));
		} });
		const interval = select(intervals, this.interval, { onchange: (e) => {
			this.interval = Number(e.target.value);
			this.context.setQuery({ interval: this.interval });
			for (const m of this.#machines.values()) m.listen();
			each((p) => p.setInterval(Math.max(p.finest, this.interval)));
		} });
		this.choice = h("fieldset", { hidden: true });
		this.toolbar = h("div", { class: "toolbar" }, field("Window", window), field("Interval", interval), toggle,
			button("Add a CPU server", { icon: "add", onclick: () => this.#ask() }), this.choice);
	}

	// The machines of the tree.

	#tree() {
		const rows = new Map();
		this.context.subscribe("tree", (event, data) => {
			if (event === "state") { rows.clear(); for (const row of data.entries) rows.set(row.key, row); }
			else if (event === "set") rows.set(data.entry.key, data.entry);
			else if (event === "deleted") rows.delete(data.key);
			else return;
			this.#arrange([...rows.values()].sort((a, b) => b.self - a.self || a.path.localeCompare(b.path)));
		});
	}

	#arrange(list) {
		const chosen = (hub, i) => (this.#chosen ? this.#chosen.includes(hub.path) : i < most);
		this.choice.hidden = list.length < 2;
		replace(this.choice, h("legend", {}, "Hubs"), list.map((hub, i) => button(hub.name, {
			title: hub.path, "aria-pressed": String(chosen(hub, i)),
			onclick: () => {
				const now = list.filter(chosen).map((one) => one.path);
				this.#chosen = now.includes(hub.path) ? now.filter((path) => path !== hub.path) : [...now, hub.path];
				this.context.setQuery({ hubs: this.#chosen.join() });
				this.#arrange(list);
			},
		})));
		const shown = list.filter(chosen);
		for (const [key, machine] of this.#machines) {
			if (shown.some((hub) => hub.key === key)) continue;
			machine.end();
			this.#machines.delete(key);
		}
		for (const hub of shown) {
			if (!this.#machines.has(hub.key)) this.#machines.set(hub.key, new Machine(hub, this));
			this.#machines.get(hub.key).update(hub);
		}
		const elements = shown.map((hub) => this.#machines.get(hub.key).element);
		if (elements.some((e, i) => this.hubs.children[i] !== e)) replace(this.hubs, elements);
	}

	// Any other CPU server.

	async #ask() {
		if (!this.context.may("admin")) return toast("To look at other machines' CPU servers, log in with the administrator's key", { kind: "bad" });
		const host = h("input", { placeholder: "192.168.1.5", autofocus: true, required: true, spellcheck: "false" });
		const port = h("input", { value: "5000", inputmode: "numeric" });
		const result = await dialog("Add a CPU server", [
			h("p", {}, "Any server of the CPU port's protocol: another hub's, or a small program of your own."),
			h("div", { class: "fields" }, h("div", { class: "grow" }, field("Host", host)), field("Port", port)),
		], [{ label: "Cancel" }, { label: "Add", kind: "primary", value: true, onclick: () => host.reportValidity() }]);
		if (!result) return;
		const name = host.value.trim();
		this.#watch(`${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}:${port.value.trim()}`);
		this.servers.lastElementChild.scrollIntoView({ block: "nearest" });
		this.#keepServers();
	}

	#keepServers() {
		const url = new URL(location);
		url.searchParams.delete("cpu");
		for (const server of this.#servers.keys()) url.searchParams.append("cpu", server);
		history.replaceState(null, "", url);
	}

	#watch(server) {
		if (this.#servers.has(server)) return;
		const plot = createPlot({
			title: "CPU", where: server, unit: "percent", bottom: 0, top: 100, series: [{ id: "cpu", label: "all cores" }], level: 2,
			window: this.window, interval: Math.max(1, this.interval),
			tools: button("Remove", { icon: "remove", kind: "quiet", iconOnly: true, onclick: () => {
				stop();
				plot.end();
				plot.element.remove();
				this.#servers.delete(server);
				this.#keepServers();
			} }),
		});
		plot.finest = 1;
		const stop = this.context.subscribe(`cpu:${server}`, (event, data) => {
			plot.say(event === "problem" ? data.detail : data.away ?? "");
			if (data.values) plot.push(Date.parse(data.at) / 1000, data.values);
		});
		this.#servers.set(server, { plots: [plot] });
		this.servers.append(plot.element);
	}

	// The hub's parts, and what runs beside it.

	#below() {
		const parts = h("ul", { class: "parts" });
		const look = async () => {
			try {
				replace(parts, health(await this.context.api.get("/status")).map(([state, name, text]) =>
					h("li", {}, h("span", { class: `dot ${state}`, role: "img", "aria-label": { good: "well", warn: "look at it", bad: "bad" }[state] }), h("span", {}, name), h("span", {}, text))));
			} catch (problem) {
				if (problem.name !== "AbortError" && problem.code !== "away") replace(parts, h("li", {}, problem.message));
			}
		};
		look();
		const timer = setInterval(look, 10000);
		this.context.signal.addEventListener("abort", () => clearInterval(timer));

		const programs = table({
			caption: "Programs that use most of the processor", key: (p) => p.pid, order: "CPU", descending: true,
			columns: [
				{ title: "Program", cell: (p) => p.name, sort: (p) => p.name },
				{ title: "PID", cell: (p) => String(p.pid), sort: (p) => p.pid, number: true },
				{ title: "CPU", cell: (p) => percent(p.cpu), sort: (p) => p.cpu, number: true },
				{ title: "Memory", cell: (p) => bytes(p.memory), sort: (p) => p.memory, number: true },
			],
		});
		this.context.subscribe("processes", (event, data) => { if (data.processes) programs.show(data.processes.slice(0, 10)); });
		this.below = h("div", { class: "below" }, card("Parts", {}, parts), card("Top programs", {}, programs.element));
	}
}

/** What there is to say of the hub's parts: [state, name, text]. */
function health(status) {
	const parent = status.parent ?? { state: "none" };
	const gigabytes = status.free / 2 ** 30;
	return [
		["good", "Hub", `up for ${duration(status.uptime)}, version ${status.version}`],
		...Object.entries(status.listening ?? {}).sort().map(([name, address]) => ["good", `${name === "cpu" ? "CPU" : name[0].toUpperCase() + name.slice(1)} port`, address]),
		[status.free >= 0 && gigabytes < 1 ? "warn" : "good", "Log and data", `durability ${status.durability}; ${status.free < 0 ? "nobody knows how much room is left" : `${bytes(status.free)} of the disk are free`}`],
		parent.state === "none" ? ["good", "Parent", "none: this hub is the top of its tree"]
			: [parent.state === "up" ? "good" : "bad", "Parent", `${parent.address}, ${parent.state}${parent.problem ? `: ${parent.problem}` : ""}`],
		["good", "TLS", status.tls?.mode ?? "off"],
	];
}

/** One machine of the tree: its heading and its plots. */
class Machine {
	#page;
	#hub;
	#end = [];
	plots = [];

	constructor(hub, page) {
		this.#page = page;
		this.#hub = hub;
		this.state = h("small", {});
		this.grid = h("div", { class: "plots" });
		this.element = h("section", { class: "hub", "aria-label": hub.name }, h("header", {}, h("h2", {}, hub.name), this.state), this.grid);
		for (const plot of plots) if (!plot.rare) this.#add(plot);
		this.listen();
		this.#more();
	}

	get #place() {
		const { path, self, text, session } = this.#hub;
		return `${path} · ${text || session || (self ? location.host : "address unknown")}`;
	}

	#add({ title, unit, bottom, top, series }) {
		const { context, window, interval, running } = this.#page;
		const cores = title === "CPU" && this.#hub.self && button("Per core", { kind: "quiet", "aria-pressed": "false", onclick: () => this.#cores(plot, cores) });
		const plot = createPlot({
			title, where: this.#place, unit, bottom, top, series: series.map((s) => ({ ...s })), window, tools: cores || [],
			interval: Math.max(title === "CPU" && this.#hub.self ? 0.25 : 1, interval),
			history: async (id, from, to, points) => (id.startsWith("host.") ? (await context.api.get(`/metrics/${id}`, {
				query: { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString(), points, hub: this.#hub.self ? undefined : this.#hub.path },
			})).points : null),
		});
		plot.finest = title === "CPU" && this.#hub.self ? 0.25 : 1;
		if (!running) plot.stop();
		this.plots.push(plot);
		this.grid.append(plot.element);
		return plot;
	}

	/** The plots of what not every machine has. */
	async #more() {
		try {
			const { metrics } = await this.#page.context.api.get("/metrics", { query: { hub: this.#hub.self ? undefined : this.#hub.path } });
			const known = new Set(metrics.filter((m) => m.value != null).map((m) => m.name));
			const more = plots.filter((p) => p.rare && p.series.some((s) => known.has(s.id)));
			if (this.#end.length === 0 || more.length === 0) return;
			for (const plot of more) this.#add(plot);
			this.listen();
		} catch {
			// The plots that are there tell why nothing comes.
		}
	}

	/** Has the plots hear what happens. */
	listen() {
		for (const end of this.#end.splice(0)) end();
		const { context, interval } = this.#page;
		const names = [...new Set(this.plots.flatMap((p) => p.series.map((s) => s.id)).filter((id) => id.startsWith("host.")))];
		const hear = (topic, to) => {
			let heard = false;
			this.#end.push(context.subscribe(topic, (event, data) => {
				if (event === "problem") return to.forEach((p) => p.say(data.detail));
				if (event === "state" && heard) to.forEach((p) => p.reload()); // this hub was away
				heard = true;
				to.forEach((p) => { p.say(data.away ?? ""); if (data.values) p.push(Date.parse(data.at) / 1000, data.values); });
			}));
		};
		if (!this.#hub.self) return hear(`metrics@${this.#hub.path}:${names.join()}`, this.plots);
		if (interval >= 1) return hear(`metrics:${names.join()}`, this.plots);
		// The processor alone is told of four times a second.
		hear("metrics:host.cpu", this.plots.slice(0, 1));
		hear(`metrics:${names.filter((n) => n !== "host.cpu").join()}`, this.plots.slice(1));
	}

	#stopCores;
	#cores(plot, toggle) {
		const on = !this.#stopCores;
		toggle.setAttribute("aria-pressed", String(on));
		if (!on) {
			this.#stopCores();
			this.#stopCores = undefined;
			return plot.setSeries(plot.series.slice(0, 1));
		}
		this.#stopCores = this.#page.context.subscribe("host", (event, figures) => {
			if (!figures.cores) return;
			if (plot.series.length !== figures.cores.length + 1) {
				plot.setSeries([plot.series[0], ...figures.cores.map((_, i) => ({ id: `core.${i}`, label: `core ${i}` }))]);
			}
			plot.push(Date.parse(figures.at) / 1000, Object.fromEntries(figures.cores.map((percent, i) => [`core.${i}`, percent])));
		});
	}

	update(hub) {
		this.#hub = hub;
		this.state.textContent = `${hub.text || hub.session || ""}${hub.self ? " · this hub" : hub.up ? "" : " · away"}`;
	}

	end() {
		for (const end of this.#end) end();
		this.#stopCores?.();
		for (const plot of this.plots) plot.end();
		this.element.remove();
	}
}
