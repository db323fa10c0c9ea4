// Waiting for a device to say hello, and those that have.
import { literal } from "../js/literal.js";
import { ago, time } from "../js/format.js";
import { badge, button, card, empty, h, icon, line, replace, table } from "../js/ui.js";

export const keyOf = (name) => `devices.${name}.hello`;
const nameOf = (key) => key.slice("devices.".length, -".hello".length);
const patience = 15; // seconds, after which the page says what to look at

const said = (value) => h("code", {}, literal(value).slice(0, 200));
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * The two cards. wanted() is the name of the device that is waited for, checks() what to
 * look at when it says nothing: [text, line for a shell or nothing]. Gives
 * { element, again() }; again: the device that is wanted is another one.
 */
export function helloCards(context, { wanted, checks }) {
	const heard = new Map(); // key → entry
	let began, late, met = false; // when waiting began; nothing has come for long; the hub has told what there was
	const state = h("div", { class: "hello", role: "status" });
	const elapsed = h("span", { class: "elapsed", hidden: true });
	const advice = h("div", { class: "stack advice" });
	const others = h("p", { class: "hint" });
	const test = button("Wait for hello", { icon: "play", kind: "primary", onclick: () => (began === undefined ? wait() : stop()) });
	const list = table({
		caption: "What devices have said last", key: (e) => e.key, order: "Device",
		columns: [
			{ title: "Device", sort: (e) => nameOf(e.key), cell: (e) => h("a", { href: `/registry?key=${encodeURIComponent(e.key)}` }, nameOf(e.key)) },
			{ title: "Said", cell: (e) => said(e.value) },
			{ title: "When", number: true, sort: (e) => -Date.parse(e.changed), cell: (e) => ago(e.changed) },
		],
		empty: empty({ title: "None yet", text: "Each device that has said hello stands here, with what it said last." }),
	});

	function label(text) {
		replace(test, icon(began === undefined ? "play" : "close"), h("span", {}, text));
		test.classList.toggle("primary", began === undefined);
	}

	function wait() {
		began = performance.now();
		late = false;
		elapsed.hidden = false;
		label("Stop waiting");
		replace(advice);
		replace(others);
		replace(state, badge("waiting", "accent"), h("span", {}, "for ", h("code", {}, keyOf(wanted()))));
		tick();
	}

	function stop() {
		began = undefined;
		elapsed.hidden = true;
		label("Wait for hello");
		replace(state);
		replace(advice);
		replace(others);
	}

	function tick() {
		if (began === undefined) return;
		elapsed.textContent = seconds(began);
		if (late || performance.now() - began < patience * 1000) return;
		late = true;
		replace(state, badge("nothing yet", "warn"), h("span", {}, "Still waiting for ", h("code", {}, keyOf(wanted()))));
		replace(advice, h("h3", {}, "What to look at"), h("ul", {}, checks().map(([text, command]) => h("li", {}, text, command && line(command)))));
	}

	let drawing = 0;
	function draw() { // many that speak together are drawn once
		drawing ||= requestAnimationFrame(() => { drawing = 0; list.show([...heard.values()]); });
	}

	function hear(entry) {
		const before = heard.get(entry.key);
		heard.set(entry.key, entry);
		if (!met || began === undefined || entry.revision <= (before?.revision ?? 0)) return;
		if (entry.key === keyOf(wanted())) greet(entry);
		else if (!before) replace(others, "Meanwhile ", h("b", {}, nameOf(entry.key)), " has said hello. Is that the device, with another name in its program?");
	}

	function greet(entry) {
		const took = seconds(began);
		stop();
		label("Wait again");
		replace(state, badge("hello", "good"), h("span", {}, h("b", {}, wanted()), " is there. After ", took, " it has said ", said(entry.value), ` (${time(new Date())}).`));
	}

	context.subscribe("registry:devices.*.hello", (event, data) => {
		if (event === "problem") replace(state, badge("refused", "bad"), h("span", {}, data.detail));
		else if (event === "deleted") heard.delete(data.key);
		else if (event === "set") hear(data.entry);
		else if (event === "state") { // comes again when the hub was away
			const there = new Set(data.entries.map((e) => e.key));
			for (const key of heard.keys()) if (!there.has(key)) heard.delete(key);
			for (const entry of data.entries) hear(entry);
			met = true;
		}
		draw();
	});
	const timers = [setInterval(tick, 100), setInterval(draw, 1000)]; // "ago" goes on
	context.signal.addEventListener("abort", () => { timers.forEach(clearInterval); cancelAnimationFrame(drawing); });
	draw();
	return {
		element: [
			card("Test", {}, h("div", { class: "stack" },
				h("p", {}, "Wait here, and start the program. It is heard at once; what it said before does not count."),
				h("div", { class: "actions" }, test, elapsed), state, others, advice)),
			card("Devices that have said hello", {}, list.element),
		],
		again() { if (began !== undefined) wait(); },
	};
}
