// What the hub runs with, and where each value came from.
import { badge, card, empty, field, h, line, replace, table } from "../js/ui.js";

/** Where a value came from: words, and what kind of badge. */
function origin(from) {
	if (from === "default") return ["default", ""];
	if (from === "flag") return ["flag", "accent"];
	if (from.startsWith("ALTHING_")) return [from, "warn"];
	return [from, "good"];
}

export default {
	title: "Settings",
	lede: "What this hub runs with. A flag of althing serve stands above the variable of its name, and that above the settings file.",
	css: "settings.css",
	async mount(root, context) {
		const { entries } = await context.api.get("/settings");
		const search = h("input", { type: "search", placeholder: "Name, value or words", oninput: draw });
		const given = h("input", { type: "checkbox", onchange: draw });
		const count = h("span", { class: "hint", role: "status" });
		const list = table({
			caption: "All settings", key: (s) => s.name, folds: true,
			columns: [
				{ title: "Setting", sort: (s) => s.name, cell: (s) => h("span", {}, h("code", {}, s.name), h("small", {}, s.help)) },
				{ title: "Value", cell: (s) => (s.value === "" ? h("span", { class: "hint" }, "none") : h("code", {}, s.value)) },
				{ title: "From", sort: (s) => s.from, cell: (s) => badge(...origin(s.from)) },
			],
			empty: empty({ title: "No setting is like that", text: "All settings are defaults, or none has these words." }),
		});
		function draw() {
			const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
			const some = entries.filter((s) => !given.checked || s.from !== "default")
				.filter((s) => words.every((w) => `${s.name} ${s.value} ${s.help} ${s.from}`.toLowerCase().includes(w)));
			replace(count, `${some.length} of ${entries.length}`);
			list.show(some);
		}
		replace(root, h("div", { class: "stack" },
			h("div", { class: "toolbar" }, h("div", { class: "grow" }, field("Search", search)), h("label", { class: "check" }, given, "Only what is not the default")),
			card("Settings", { end: count }, list.element),
			card("To change one", {}, h("div", { class: "stack" }, h("p", {}, "Settings are read when the hub starts. This prints a file with all of them, commented out; the hub reads it from there at its next start:"), line("althing config doc > ~/.config/althing/althing.toml")))));
		draw();
	},
};
