// The work that the hub repeats.
import { duration, time } from "../js/format.js";
import { badge, button, card, h, replace, table, toast } from "../js/ui.js";

const lookEvery = 1000; // milliseconds

export default {
	title: "Services",
	lede: "The work that this hub repeats, when it was done last, and how that went.",
	css: "services.css",
	async mount(root, context) {
		const list = table({
			caption: "Services", key: (s) => s.name, folds: true,
			columns: [
				{ title: "Service", sort: (s) => s.name, cell: (s) => h("span", {}, h("b", {}, s.name), h("small", {}, s.does)) },
				{ title: "State", cell: (s) => (s.problem ? badge("failed", "bad") : s.working ? badge("working", "accent") : s.enabled ? badge("on", "good") : badge("off")) },
				{ title: "Every", number: true, sort: (s) => s.every, cell: (s) => (s.every ? duration(s.every) : s.own ? "when due" : "1 s") },
				{ title: "Last", number: true, cell: (s) => (s.last ? time(s.last) : "–") },
				{ title: "Next", number: true, cell: (s) => (s.next && s.enabled ? time(s.next) : "–") },
				{ title: "Switch", cell: (s) => h("span", {}, s.own ? h("span", { class: "hint" }, "always on") : context.may("admin") && button(s.enabled ? "Disable" : "Enable", { onclick: () => change(s.name, !s.enabled) })) },
			],
		});
		const problems = h("div", { role: "status", class: "stack" });
		async function show() {
			const { entries } = await context.api.get("/services");
			list.show(entries);
			const failed = entries.filter((s) => s.problem).map((s) => `${s.name}: ${s.problem}`);
			if (problems.textContent !== failed.join("")) replace(problems, failed.map((text) => h("p", { class: "problem" }, text)));
		}
		async function change(name, enabled) {
			await context.api.patch(`/services/${encodeURIComponent(name)}`, { enabled });
			await show();
			toast(`${name} is ${enabled ? "on" : "off"}`, { undo: () => change(name, !enabled) });
		}
		replace(root, h("div", { class: "stack" }, problems, card("Repeated work", {}, list.element)));
		await show();
		const timer = setInterval(() => { if (!document.hidden) show().catch(() => {}); }, lookEvery); // the banner tells when the hub is away
		return () => clearInterval(timer);
	},
};
