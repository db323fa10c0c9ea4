// Expressions and commands, one after the other, as `althing eval` and `althing call`
// have them.
import { completer } from "./prompt-complete.js";
import { badge, button, card, copyButton, field, h, replace, select, toast } from "../js/ui.js";

const mostRemembered = 200;
const mayHoldKey = /admin|login|[A-Z0-9]{26}/i; // such a text is never kept
const isCommand = (text) => /^\s*s\.[a-z]+\s*(\(|$)/.test(text);

/** What was typed before, in this browser. */
function remembered() {
	try {
		return JSON.parse(localStorage.getItem("prompt")) ?? [];
	} catch {
		return [];
	}
}
function remember(history, text) {
	if (mayHoldKey.test(text) || history.at(-1) === text) return;
	history.push(text);
	history.splice(0, history.length - mostRemembered);
	try {
		localStorage.setItem("prompt", JSON.stringify(history));
	} catch {
		// It is kept as long as the page.
	}
}

/** Reports whether a bracket or a text of three quotes is still open. */
function unfinished(text) {
	let depth = 0;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (c === "#") while (i < text.length && text[i] !== "\n") i++;
		else if (c === "'" || c === '"') {
			const quote = text.startsWith(c.repeat(3), i) ? c.repeat(3) : c;
			for (i += quote.length; i < text.length && !text.startsWith(quote, i); i++) {
				if (text[i] === "\\") i++;
				else if (quote.length === 1 && text[i] === "\n") break;
			}
			if (i >= text.length && quote.length === 3) return true;
			i += quote.length - 1;
		} else if ("([{".includes(c)) depth++;
		else if (")]}".includes(c)) depth--;
	}
	return depth > 0 || /\\\s*$/.test(text);
}

export default {
	title: "Prompt",
	lede: "Expressions, statements and hub commands, worked out by the hub.",
	css: "prompt.css",
	async mount(root, context) {
		const history = remembered();
		let at = history.length, begun = "";
		const said = h("div", { class: "said", role: "log", "aria-label": "Replies", tabindex: "0" });
		const text = h("textarea", { rows: "1", spellcheck: "false", autocapitalize: "off", autocomplete: "off", "data-search": true, placeholder: "2**10, getReg('garden.temp'), s.help()" });
		const hub = select([["", "this hub"]], "");
		const words = completer(text, context, { commands: isCommand });
		const run = button("Run", { kind: "primary", icon: "play", onclick: ask });
		const hint = h("p", { class: "hint" }, h("kbd", {}, "Enter"), " runs, ", h("kbd", {}, "Shift"), " ", h("kbd", {}, "Enter"), " begins a line, ", h("kbd", {}, "Tab"), " takes the word that is offered, the arrows bring back what was typed before");
		const intro = h("div", { class: "intro" }, h("p", { class: "hint" }, "To begin with:"), h("div", { class: "actions" },
			["2**10", "status()", "MyData['greeting'] = 'hello'", "fetch('*')", "s.help()", "s.listnetwork()"].map((example) => h("button", { type: "button", class: "example", onclick: () => { text.value = example; ask(); } }, example))));
		replace(root, h("div", { class: "stack" }, card("Replies", { end: button("Clear", { kind: "quiet", onclick: () => { replace(said); text.focus(); } }) }, intro, said),
			h("div", { class: "card ask" }, field("Expression or command", text), words.element, h("div", { class: "ask-end" }, hint, h("div", { class: "run" }, h("label", { class: "check" }, "Ask ", hub), run)))));

		function grow() {
			text.rows = Math.min(12, text.value.split("\n").length);
		}
		function put(value) {
			text.value = value;
			text.setSelectionRange(value.length, value.length);
			grow();
			words.close();
		}
		text.addEventListener("input", grow);
		// There are keyboards that send the end of a line beside its key.
		let ran = false;
		text.addEventListener("beforeinput", (e) => { if (ran && e.inputType === "insertLineBreak") e.preventDefault(); });
		text.addEventListener("keyup", () => { ran = false; });
		text.addEventListener("keydown", (e) => {
			if (e.defaultPrevented || e.isComposing) return; // the offered words have had it
			const before = text.value.slice(0, text.selectionStart), after = text.value.slice(text.selectionEnd);
			if (e.key === "Enter" && !e.shiftKey && !unfinished(text.value)) {
				e.preventDefault();
				ran = true;
				ask();
			} else if (e.key === "ArrowUp" && !before.includes("\n") && at > 0) {
				e.preventDefault();
				if (at === history.length) begun = text.value;
				put(history[--at]);
			} else if (e.key === "ArrowDown" && !after.includes("\n") && at < history.length) {
				e.preventDefault();
				put(++at === history.length ? begun : history[at]);
			}
		});

		async function ask() {
			const query = text.value.trim();
			if (!query) return;
			remember(history, query);
			at = history.length;
			put("");
			intro.hidden = true;
			const reply = h("div", { class: "reply" }, h("span", { class: "hint" }, "…"));
			const where = hub.value && badge(hub.selectedOptions[0].textContent);
			said.append(h("div", { class: "turn" }, h("div", { class: "query" }, h("span", { class: "mark", "aria-hidden": "true" }, isCommand(query) ? "s." : ">>>"), h("pre", {}, query), where), reply));
			said.scrollTop = said.scrollHeight;
			try {
				const path = isCommand(query) ? "/commands" : "/eval";
				const answer = await context.api.post(path, { text: query }, { query: { hub: hub.value || null } });
				replace(reply, h("pre", {}, answer.text), copyButton(answer.text, "Copy the reply"));
			} catch (problem) {
				if (problem.name === "AbortError") return;
				replace(reply, h("pre", { class: "problem" }, problem.exception ? `${problem.exception}: ${problem.message}` : problem.message));
			}
			said.scrollTop = said.scrollHeight;
			text.focus();
		}

		text.focus();
		try {
			const { hubs } = await context.api.get("/tree");
			replace(hub, h("option", { value: "" }, "this hub"), hubs.filter((one) => one.id && !one.own).map((one) => h("option", { value: one.id }, one.path)));
		} catch (problem) {
			if (problem.name !== "AbortError") toast(problem.message, { kind: "bad" });
		}
		return words.close;
	},
};
