// A place to write SQL: a textarea, whose text is drawn in colours by what lies behind
// it. Both are as high as the text and stand in one cell of a grid, so that the frame
// scrolls them together.
import { insert, offers } from "../js/offers.js";
import { h, newID, replace } from "../js/ui.js";
import { completions } from "./sql-complete.js";
import { tokens } from "./sql-text.js";

const mostColoured = 50_000; // letters: with more, each key pressed would be felt
const mostOffered = 8;

/**
 * The editor. text is what it begins with; schema() gives the tables to complete; run() is
 * what Ctrl+Enter means; changed() is told of every change, of what is selected too; hint
 * is the element that describes it.
 */
export function editor({ text, schema, run, changed, hint }) {
	const said = h("div", { class: "unseen", role: "status" });
	const paint = h("pre", { class: "paint", "aria-hidden": "true" });
	const area = h("textarea", {
		id: newID("sql"), spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off", rows: 1, "data-search": "",
		"aria-describedby": hint.id, placeholder: "SELECT …", value: text,
	});
	const list = offers(area, { name: "offers", label: "Completions", enter: true, place, row: (o) => [h("span", {}, o.text), h("small", {}, o.kind)] });
	const frame = h("div", { class: "sheet" }, paint, area);
	const element = h("div", { class: "sql-editor" }, h("label", { class: "unseen", for: area.id }, "SQL"), frame, list.element, said);
	let marks = [];

	function draw() {
		const { value } = area;
		const all = value.length > mostColoured ? [{ kind: "space", text: value, at: 0 }] : tokens(value);
		replace(paint, all.map((t) => {
			const wrong = marks.some((m) => t.at >= m.at && t.at < m.at + m.length);
			return t.kind === "space" || (t.kind === "word" && !wrong) ? t.text : h("span", { class: `${t.kind}${wrong ? " wrong" : ""}` }, t.text);
		}), " "); // which gives a last line that is empty its height
	}

	function edited() {
		marks = [];
		draw();
		changed();
	}

	function offer(asked = false) {
		const { start, found } = completions(area.value, area.selectionEnd, schema());
		const written = area.value.slice(start, area.selectionEnd);
		const few = area.selectionStart !== area.selectionEnd || (!asked && written.length < 2 && area.value[start - 1] !== ".") ? [] : found.slice(0, mostOffered);
		if (few.length === 0 || few[0].text === written) {
			if (asked) said.textContent = "There is nothing to complete here";
			return list.close();
		}
		list.show(few, start);
		said.textContent = `${few.length} completion${few.length > 1 ? "s" : ""}; arrows choose, Enter takes`;
	}

	/** Puts the list below the letter that it completes, inside the page. */
	function place(at) {
		const range = document.createRange();
		let rest = at;
		const walker = document.createTreeWalker(paint, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			if (rest <= node.length) { range.setStart(node, rest); break; }
			rest -= node.length;
		}
		const letter = range.getBoundingClientRect(), box = element.getBoundingClientRect();
		list.element.style.top = `${letter.bottom - box.top + 4}px`;
		list.element.style.left = `${Math.max(0, Math.min(letter.left - box.left, box.width - list.element.offsetWidth))}px`;
	}

	function write(text) {
		area.focus();
		insert(area, text);
		list.close();
	}

	area.addEventListener("input", (e) => {
		edited();
		if (e.inputType === "insertText" || e.inputType?.startsWith("deleteContent")) offer();
		else list.close();
	});
	area.addEventListener("keydown", (e) => {
		if ((e.ctrlKey || e.metaKey) && e.key === "Enter") {
			list.close();
			run();
		} else if (e.ctrlKey && e.key === " ") {
			offer(true);
		} else {
			return;
		}
		e.preventDefault();
	});
	area.addEventListener("select", () => changed());
	frame.addEventListener("scroll", () => list.close());
	draw();

	return {
		element,
		get text() { return area.value; },
		/** What is selected: { text, at }, or all. */
		get selected() {
			const { selectionStart: from, selectionEnd: to } = area;
			return area.value.slice(from, to).trim() ? { text: area.value.slice(from, to), at: from, part: true } : { text: area.value, at: 0, part: false };
		},
		set(text) {
			area.select();
			write(text);
		},
		insert(text) {
			const before = area.value[area.selectionStart - 1];
			write(before && !/[\s(.,]/.test(before) ? ` ${text}` : text);
		},
		mark(places) {
			marks = places;
			draw();
		},
		/** Leads to a place. */
		go(at, length = 0) {
			area.focus();
			area.setSelectionRange(at, at + length);
		},
	};
}
