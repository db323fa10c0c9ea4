// A place to write SQL: a textarea, whose text is drawn in colours by what lies behind
// it. Both are as high as the text and stand in one cell of a grid, so that the frame
// scrolls them together.
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
	const list = h("ul", { role: "listbox", id: newID("offers"), class: "offers", "aria-label": "Completions", hidden: true });
	const said = h("div", { class: "unseen", role: "status" });
	const paint = h("pre", { class: "paint", "aria-hidden": "true" });
	const area = h("textarea", {
		id: newID("sql"), spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off", rows: 1, "data-search": "",
		"aria-autocomplete": "list", "aria-controls": list.id, "aria-describedby": hint.id,
		placeholder: "SELECT …", value: text,
	});
	const frame = h("div", { class: "sheet" }, paint, area);
	const element = h("div", { class: "sql-editor" }, h("label", { class: "unseen", for: area.id }, "SQL"), frame, list, said);
	let marks = [], offered = [], chosen = 0;

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

	// Completion.
	function offer(asked = false) {
		const { start, found } = completions(area.value, area.selectionEnd, schema());
		const written = area.value.slice(start, area.selectionEnd);
		offered = area.selectionStart !== area.selectionEnd || (!asked && written.length < 2 && area.value[start - 1] !== ".") ? [] : found.slice(0, mostOffered);
		if (offered.length === 0 || offered[0].text === written) {
			if (asked) said.textContent = "There is nothing to complete here";
			return close();
		}
		replace(list, offered.map((o, i) => h("li", {
			role: "option", id: `${list.id}-${i}`, "aria-selected": "false",
			onmousedown: (e) => { e.preventDefault(); chosen = i; take(); },
		}, h("span", {}, o.text), h("small", {}, o.kind))));
		list.hidden = false;
		place(start);
		choose(0);
		said.textContent = `${offered.length} completion${offered.length > 1 ? "s" : ""}; arrows choose, Enter takes`;
	}

	function choose(i) {
		chosen = (i + offered.length) % offered.length;
		[...list.children].forEach((li, j) => li.setAttribute("aria-selected", String(j === chosen)));
		area.setAttribute("aria-activedescendant", list.children[chosen].id);
	}

	function close() {
		offered = [];
		list.hidden = true;
		area.removeAttribute("aria-activedescendant");
	}

	function take() {
		area.setSelectionRange(completions(area.value, area.selectionEnd, schema()).start, area.selectionEnd);
		write(offered[chosen].text);
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
		list.style.top = `${letter.bottom - box.top + 4}px`;
		list.style.left = `${Math.max(0, Math.min(letter.left - box.left, box.width - list.offsetWidth))}px`;
	}

	/** Writes in place of what is selected, so that the browser can undo it. */
	function write(text) {
		area.focus();
		if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
		edited();
		close();
	}

	function key(e) {
		if ((e.ctrlKey || e.metaKey) && e.key === "Enter") {
			close();
			run();
		} else if (e.ctrlKey && e.key === " ") {
			offer(true);
		} else if (list.hidden) {
			return;
		} else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
			choose(chosen + (e.key === "ArrowDown" ? 1 : -1));
		} else if ((e.key === "Enter" || e.key === "Tab") && !e.shiftKey) {
			take();
		} else if (e.key === "Escape") {
			close();
		} else {
			return;
		}
		e.preventDefault();
		e.stopPropagation();
	}

	area.addEventListener("input", (e) => {
		edited();
		if (e.inputType === "insertText" || e.inputType?.startsWith("deleteContent")) offer();
		else close();
	});
	area.addEventListener("keydown", key);
	area.addEventListener("blur", close);
	area.addEventListener("click", close);
	area.addEventListener("select", () => changed());
	frame.addEventListener("scroll", close);
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
