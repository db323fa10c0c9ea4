// What to put on a device so that it finds this hub, and a test that waits for it.
import { helloCards, keyOf } from "./devices-hello.js";
import { blanks, programs } from "./devices-programs.js";
import { save } from "../js/plotfile.js";
import { button, card, copyButton, field, h, line, replace, select, tabs } from "../js/ui.js";

const loopback = /^(localhost|.*\.localhost|127\..*|::1)$/;
const shortest = 3; // letters of a client's name; it has 16 at most

export default {
	title: "Devices",
	lede: "Programs that are ready for a device, with the address of this hub in them.",
	css: "devices.css",
	async mount(root, context) {
		const is = await context.api.get("/devices");
		const here = location.hostname.replace(/^\[|\]$/g, ""); // as this browser reaches it
		const outside = [is.text, is.session, is.web].flatMap((port) => port.addresses);
		const open = outside.length > 0;
		const locked = is.guests !== "full";
		const name = h("input", { value: clean(context.query.get("name") ?? "lamp"), minlength: String(shortest), maxlength: "16", spellcheck: "false", autocapitalize: "none", oninput: renamed });
		const address = select(addresses(), null, { onchange: () => draw() });
		let chosen = programs.find((p) => p.id === context.query.get("kind")) ?? programs[0], draw;

		const deviceName = () => (name.value.length < shortest ? "device" : name.value);

		function renamed() {
			if (name.value !== clean(name.value)) name.value = clean(name.value);
			context.setQuery({ name: name.value === "lamp" ? null : name.value });
			draw();
			hello.again();
		}

		/** The addresses to choose from: as this browser has it in front, unless that is no way for others. */
		function addresses() {
			if (!open) return ["127.0.0.1"];
			return [...new Set([...(loopback.test(here) ? [] : [here]), ...outside])];
		}

		/** What a program is about. */
		function about(program) {
			const host = address.value, port = is[program.port].port;
			const scheme = is.tls === "only" && open ? "https" : "http";
			return {
				name: deviceName(), key: keyOf(deviceName()), host, port, locked, fingerprint: is.fingerprint,
				url: host === here ? location.origin : `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
			};
		}

		function show(program, panel) {
			chosen = program;
			const reached = is[program.port];
			const code = h("pre", { tabindex: "0", "aria-label": `Program: ${program.title}` });
			const steps = h("ol", {});
			const file = h("b", { class: "file" });
			draw = () => {
				const to = about(program);
				replace(steps, program.steps(to).map((step) => h("li", {}, step.startsWith("$ ") ? line(step.slice(2)) : step)));
				replace(code, program.code(to).split(blanks).map((part) => (blanks.test(part) ? h("mark", {}, part) : part)));
				file.textContent = program.file(to.name);
			};
			draw();
			const end = h("div", { class: "actions" }, file, copyButton(() => code.textContent, "Copy the program"),
				button("Save", { icon: "save", onclick: () => save(file.textContent, new Blob([code.textContent], { type: "text/plain" })) }));
			const trouble = !reached.port ? `The ${program.port} port of this hub is off: start it with --${program.port}.`
				: open && reached.addresses.length === 0 ? `The ${program.port} port of this hub listens on its own machine only.`
					: open && is.tls === "only" && !program.secure ? "This hub lets other machines in with TLS only, and this program does not speak it. Take althing.py, curl or Go, or start the hub with --tls instead of --tls=only." : "";
			replace(panel, h("div", { class: "stack" }, trouble && h("p", { class: "notice" }, trouble), steps, h("div", { class: "program" }, end, code)));
		}

		/** What to look at when nothing is heard. */
		function checks() {
			const { host, port } = about(chosen);
			return [
				!open && ["If the device is another machine: this hub listens on its own only. Stop it, and start it with", "althing serve --lan"],
				[`What does the program print? If it is OK, the hub has heard it, and the name in the program is not ${deviceName()}. An Error says what is wrong. If there is no answer, it has not reached the hub.`],
				open && ["Is the device in the network of this hub? A guest network often lets devices into the Internet only."],
				open && [`Are the address ${host} and the port ${port} in the program, and does no firewall of the hub's machine close that port?`],
				open && is.text.port && ["From a computer in the device's network, this answers 42 if it reaches the hub:", `printf '6 * 7' | nc -w 5 ${host} ${is.text.port}`],
				locked && ["Does the key of a user stand in the program in place of KEY?"],
			].filter(Boolean);
		}

		const hello = helloCards(context, { wanted: deviceName, checks });
		const lists = tabs("Kinds of devices", programs.map((p) => ({ id: p.id, title: p.title, show: (panel) => show(p, panel) })), chosen.id,
			(kind) => context.setQuery({ kind: kind === programs[0].id ? null : kind }));
		replace(root, h("div", { class: "devices" },
			h("div", { class: "stack" },
				!open && h("div", { class: "card closed" }, h("h2", {}, "Other machines do not reach this hub"),
					h("p", {}, "It listens on its own machine only, and the programs below work there. For devices, stop it and start it with --lan; this page, loaded anew, then has the address that they need."), line("althing serve --lan")),
				locked && h("div", { class: "card closed" }, h("h2", {}, "Guests may not write here"),
					h("p", {}, `The hub runs with --guests ${is.guests}, so that a device needs the key of a user. On the hub's machine this makes one, to be put into the program in place of KEY:`), line(`althing user add ${deviceName()}`)),
				card("The device", {}, h("div", { class: "fields" },
					h("div", { class: "grow" }, field("Its name", name, `${shortest} to 16 letters, digits, _ and -`)),
					h("div", { class: "grow" }, field("Address of this hub", address, !open ? "Of this machine only" : address.length > 1 ? "The one in the device's network; numbers work where names do not" : "As the device's network reaches it")))),
				card("Program", {}, lists)),
			h("div", { class: "stack side-cards" }, hello.element)));
	},
};

/** What a name may be in a key, in a client's name and in any program. */
const clean = (name) => name.replace(/[^\w-]+/g, "_").slice(0, 16);
