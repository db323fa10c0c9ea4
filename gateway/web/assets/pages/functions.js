// The functions that the hub's owner has added, and running one.
import { duration } from "../js/format.js";
import { badge, button, card, copyButton, empty, field, form, h, line, replace, table } from "../js/ui.js";

const ranks = ["guest", "user", "admin"];

export default {
	title: "Functions",
	lede: "Programs of the hub's owner, which every expression may call by their name.",
	css: "functions.css",
	async mount(root, context) {
		let entries = [], folder = "", chosen;
		const out = h("div", { class: "out", role: "status" });
		const runner = h("div");
		const list = table({
			caption: "The owner's functions", key: (f) => f.name + f.file, order: "Function", folds: true,
			columns: [
				{ title: "Function", sort: (f) => f.name, cell: (f) => h("span", {}, h("code", {}, `${f.name}()`), f.file && f.file !== f.name && h("small", {}, f.file)) },
				{ title: "Help", cell: (f) => (f.refused ? h("span", { class: "problem" }, `not offered: ${f.refused}`) : h("span", { class: "help" }, f.help)) },
				{ title: "Role", sort: (f) => ranks.indexOf(f.role), cell: (f) => (f.refused ? "" : badge(f.role, f.role === "admin" ? "accent" : f.role === "user" ? "good" : "")) },
				{ title: "Time", number: true, sort: (f) => f.timeout, cell: (f) => (f.refused ? "" : duration(f.timeout)) },
				{ title: "Call", cell: (f) => h("span", {}, !f.refused && context.may(f.role) && button("Run", { icon: "play", "aria-label": `Run ${f.name}`, onclick: () => choose(f.name) })) },
			],
			empty: h("div", {}, empty({ title: "There are none yet", text: "Any program in the folder of functions is one: its arguments come as JSON, and what it prints is the value." }), h("div", { class: "example" })),
		});
		const shell = "#!/bin/sh\n# Tells for how long this machine runs.\nuptime -p\n";
		async function show() {
			({ entries, folder } = await context.api.get("/functions"));
			list.show(entries);
			const example = root.querySelector(".example");
			if (example && example.children.length === 0) {
				replace(example, h("p", { class: "hint" }, "The folder is ", h("code", {}, folder), "."),
					h("div", {}, h("div", { class: "above" }, h("p", { class: "hint" }, "A file in it, made executable:"), copyButton(shell, "Copy the example")), h("pre", { tabindex: "0" }, shell)), line(`chmod +x ${folder}/uptime`));
			}
		}
		function choose(name) {
			chosen = entries.find((f) => f.name === name);
			replace(out);
			const args = h("input", { name: "args", placeholder: "1, 'two', [3]", spellcheck: "false", class: "mono" });
			replace(runner, card(`Run ${chosen.name}`, {}, form({ class: "stack" }, async ({ args }) => {
				const began = performance.now();
				try {
					const { text } = await context.api.post("/eval", { text: `${chosen.name}(${args})` });
					replace(out, h("p", { class: "hint" }, `done after ${Math.round(performance.now() - began)} ms`), h("pre", { tabindex: "0" }, text));
				} catch (problem) {
					if (problem.name === "AbortError") throw problem;
					replace(out, h("p", { class: "problem" }, problem.message));
				}
			}, h("p", { class: "help" }, chosen.help), field("Arguments", args, "As in an expression, with commas between them."), h("div", {}, h("button", { class: "primary" }, "Run"))), out));
			args.focus();
		}
		replace(root, h("div", { class: "stack" }, card("Functions", {}, list.element), runner));
		context.actions(button("Look again", { icon: "refresh", onclick: show }));
		await show();
	},
};
