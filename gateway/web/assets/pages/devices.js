// What to type into a device so that it finds this hub, and a test that waits for it.
import { programs } from "./programs.js";
import { time } from "../js/format.js";
import { badge, button, card, copyButton, field, h, line, replace, select, tabs } from "../js/ui.js";

export default {
	title: "Devices",
	lede: "Lines that are ready for a device or a program, with the address of this hub.",
	css: "devices.css",
	async mount(root, context) {
		const is = await context.api.get("/devices");
		const name = h("input", { value: context.query.get("name") ?? "device1", maxlength: "40", spellcheck: "false", oninput: draw });
		const address = select(is.addresses, is.addresses[0], { onchange: draw });
		const key = () => `devices.${(name.value.trim() || "device1").replace(/[^\w-]+/g, "_")}.hello`;
		const panels = [];
		let waiting;
		const lists = tabs("Kinds of devices", programs.map((p) => ({ id: p.id, title: p.title, show: (panel) => {
			const code = h("pre", { tabindex: "0", "aria-label": `Program for ${p.title}` }), note = h("p", { class: "hint" });
			const head = h("div", { class: "code-head" }, note, copyButton(() => code.textContent, "Copy the program"));
			replace(panel, head, code);
			const show = () => {
				const port = is[p.port].port;
				note.textContent = port ? p.note : `The ${p.port} port of this hub is off: start it with --${p.port}.`;
				code.textContent = p.code({ host: address.value, port: port || "0", key: key() });
			};
			panels.push(show);
			show();
			return () => panels.splice(panels.indexOf(show), 1);
		} })), context.query.get("kind") ?? programs[0].id, (kind) => context.setQuery({ kind: kind === programs[0].id ? null : kind }));

		function draw() {
			context.setQuery({ name: name.value === "device1" ? null : name.value });
			for (const show of panels) show();
			if (waiting) wait();
		}

		const state = h("div", { class: "hello", role: "status" });
		const test = button("Wait for its hello", { icon: "play", kind: "primary", onclick: () => (waiting ? stop() : wait()) });
		function stop() {
			waiting?.();
			waiting = undefined;
			test.querySelector("span").textContent = "Wait for its hello";
			replace(state);
		}
		function wait() {
			stop();
			const wanted = key();
			test.querySelector("span").textContent = "Stop waiting";
			replace(state, badge("waiting", "accent"), h("span", {}, "for ", h("code", {}, wanted)));
			let first = true;
			waiting = context.subscribe(`registry:${wanted}`, (event, data) => {
				if (event === "problem") replace(state, badge("refused", "bad"), h("span", {}, data.detail));
				if (event === "state" && first) { first = false; return; } // what it said before does not count
				const entry = event === "set" ? data.entry : event === "state" ? data.entries[0] : undefined;
				if (entry) replace(state, badge("it is there", "good"), h("span", {}, "It said ", h("code", {}, JSON.stringify(entry.value)), ` at ${time(new Date())}.`));
			});
		}

		replace(root, h("div", { class: "stack" },
			!is.open && h("div", { class: "card closed" }, h("h2", {}, "This hub listens on its own machine only"),
				h("p", {}, "Programs on the same machine reach it; a device in the network does not. Start it with --lan, and the address below becomes one that devices can use:"), line("althing serve --lan")),
			is.guests !== "full" && h("div", { class: "card closed" }, h("h2", {}, "Guests may not write here"), h("p", {}, `The hub runs with --guests ${is.guests}: a device needs a user's key, which 'althing user add' makes, as the first line login(KEY).`)),
			is.tls === "only" && h("div", { class: "card closed" }, h("h2", {}, "This hub wants TLS"), h("p", {}, "From other machines only what begins with TLS is let in. The fingerprint of its certificate:"), line(is.fingerprint)),
			card("The device", {}, h("div", { class: "fields" }, h("div", { class: "grow" }, field("Its name", name, "Letters, digits, _ and -; it says hello under this name.")), h("div", { class: "grow" }, field("Address of this hub", address, is.open ? "The one that the device's network reaches." : "Of this machine only.")))),
			card("Program", {}, lists),
			card("Test", {}, h("div", { class: "stack" }, h("p", {}, "Start the device, or run the line, and see here when it says hello."), h("div", { class: "actions" }, test, state)))));
	},
};
