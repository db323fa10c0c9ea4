// Offers what may stand next in an expression or command, as it is typed. The hub says
// what that is.
import { offers } from "../js/offers.js";
import { h, replace } from "../js/ui.js";

const pause = 120; // milliseconds without a key, after which the hub is asked
const mostShown = 40;
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Watches a textarea. Gives { element, close() }: the list, which stands behind it. */
export function completer(text, context, { commands }) {
	const help = h("p", { class: "hint word-help", role: "status" });
	let timer, known, number = 0;
	const list = offers(text, {
		name: "words", label: "What may stand next", row: (word) => word.text,
		chosen({ usage: how, help: does, text: word }) {
			replace(help, how || does ? [h("code", {}, how || word), does && ` ${does.split("\n")[0]}`] : "");
		},
		closed(taken) {
			number++;
			if (!taken) replace(help);
		},
	});

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
	async function offer() {
		const before = text.value.slice(0, text.selectionStart);
		if (!before.trim()) return list.close();
		const mine = ++number;
		let can;
		try {
			can = await ask(before);
		} catch {
			return list.close(); // who cannot be helped types on
		}
		if (mine !== number || text.value.slice(0, text.selectionStart) !== before || document.activeElement !== text) return;
		const { words, from = before.length, end } = can;
		const typed = before.slice(from);
		list.show(words.filter((w) => w.text !== typed).slice(0, mostShown), from, end);
	}
	return { element: h("div", {}, list.element, help), close: () => list.close() };
}
