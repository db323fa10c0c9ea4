// Offers what may stand next in a text, as it is typed. The hub says what that is.
import { h, newID, replace } from "../js/ui.js";

const pause = 120; // milliseconds without a key, after which the hub is asked
const mostShown = 40;
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Watches a textarea. Gives { element, close() }: the list, which stands behind it. */
export function completer(text, context, { commands }) {
	const list = h("ul", { class: "words", role: "listbox", id: newID("words"), "aria-label": "What may stand next", hidden: true });
	const help = h("p", { class: "hint word-help", role: "status" });
	const element = h("div", {}, list, help);
	text.setAttribute("aria-autocomplete", "list");
	text.setAttribute("aria-controls", list.id);
	let words = [], from = 0, end = "", chosen = 0, timer, known, number = 0;

	/** What may stand behind a text: { from (of characters), words, end }. */
	async function ask(before) {
		if (commands(before)) {
			known ??= (await context.api.get("/commands")).commands;
			const found = /s\.[a-z]*$/.exec(before);
			if (!found) return { words: usage(before) };
			return { from: found.index, end: "(", words: known.filter((c) => c.name.startsWith(found[0])).map((c) => ({ text: c.name, usage: c.usage, help: c.help })) };
		}
		const can = await context.api.post("/complete", { text: before });
		return { ...can, from: decoder.decode(encoder.encode(before).slice(0, can.from)).length };
	}
	/** The command whose brackets are open. */
	function usage(before) {
		const name = /^\s*(s\.[a-z]+)\(/.exec(before)?.[1];
		const c = known.find((one) => one.name === name);
		replace(help, c && `${c.usage} – ${c.help}`);
		return [];
	}

	text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(offer, pause); });
	text.addEventListener("blur", close);
	async function offer() {
		const before = text.value.slice(0, text.selectionStart);
		if (!before.trim()) return close();
		const mine = ++number;
		let can;
		try {
			can = await ask(before);
		} catch {
			return close(); // who cannot be helped types on
		}
		if (mine !== number || text.value.slice(0, text.selectionStart) !== before || document.activeElement !== text) return;
		({ words, from = before.length, end = "" } = can);
		const typed = before.slice(from);
		words = words.filter((w) => w.text !== typed).slice(0, mostShown);
		chosen = 0;
		draw();
	}
	function draw() {
		list.hidden = words.length === 0;
		if (list.hidden) { text.removeAttribute("aria-activedescendant"); return; }
		replace(list, words.map((w, i) => h("li", { role: "option", id: `${list.id}-${i}`, "aria-selected": String(i === chosen), onpointerdown: (e) => { e.preventDefault(); chosen = i; take(); } }, w.text)));
		text.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
		list.children[chosen].scrollIntoView({ block: "nearest" });
		const { usage: how, help: does, text: word } = words[chosen];
		replace(help, how || does ? [h("code", {}, how || word), does && ` ${does.split("\n")[0]}`] : "");
	}
	function take() {
		const behind = text.value.slice(text.selectionStart);
		const word = words[chosen].text + end;
		text.value = text.value.slice(0, from) + word + behind;
		text.setSelectionRange(from + word.length, from + word.length);
		text.dispatchEvent(new Event("input", { bubbles: true }));
		close(true);
	}
	function close(keepHelp) {
		number++;
		words = [];
		list.hidden = true;
		text.removeAttribute("aria-activedescendant");
		if (keepHelp !== true) replace(help);
	}
	text.addEventListener("keydown", (e) => {
		if (words.length === 0 || e.isComposing) return;
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
		if (step) {
			chosen = (chosen + step + words.length) % words.length;
			draw();
		} else if (e.key === "Tab" && !e.shiftKey) take();
		else if (e.key === "Escape") close();
		else {
			if (e.key === "Enter") close();
			return;
		}
		e.preventDefault();
	});
	return { element, close };
}
