// A list of what may stand next in a text: the arrows choose, Tab takes, Esc closes. The
// text keeps the focus meanwhile.
import { h, newID, replace } from "./ui.js";

/** Writes in place of what is selected in a textarea, so that the browser can undo it. */
export function insert(area, text) {
	if (document.execCommand("insertText", false, text)) return;
	area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
	area.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * The list of a textarea, named as its class. row(offer) is what its row shows; enter: Enter
 * takes too. Of a list that opens, place(from) is told; of an offer that is chosen,
 * chosen(offer); of the end, closed(taken). Gives { element, show(offers, from, end), close() }:
 * the text of an offer, and end behind it, take the place of what stands between from and
 * the caret.
 */
export function offers(area, { name, label, row, enter = false, place = () => {}, chosen = () => {}, closed = () => {} }) {
	const list = h("ul", { class: name, role: "listbox", id: newID(name), "aria-label": label, hidden: true });
	let offered = [], at = 0, from = 0, end = "";
	area.setAttribute("aria-autocomplete", "list");
	area.setAttribute("aria-controls", list.id);

	function show(found, begins, ends = "") {
		[offered, from, end] = [found, begins, ends];
		if (offered.length === 0) return hide();
		replace(list, offered.map((offer, i) => h("li", {
			role: "option", id: `${list.id}-${i}`,
			onmousedown: (e) => { e.preventDefault(); at = i; take(); },
		}, row(offer))));
		list.hidden = false;
		place(from);
		choose(0);
	}

	function choose(i) {
		at = (i + offered.length) % offered.length;
		[...list.children].forEach((li, j) => li.setAttribute("aria-selected", String(j === at)));
		area.setAttribute("aria-activedescendant", list.children[at].id);
		list.children[at].scrollIntoView({ block: "nearest" });
		chosen(offered[at]);
	}

	function take() {
		const text = offered[at].text + end;
		area.setSelectionRange(from, area.selectionEnd);
		insert(area, text);
		close(true);
	}

	function hide() {
		offered = [];
		list.hidden = true;
		area.removeAttribute("aria-activedescendant");
	}

	function close(taken = false) {
		hide();
		closed(taken);
	}

	area.addEventListener("blur", () => close());
	area.addEventListener("click", () => close());
	area.addEventListener("keydown", (e) => {
		if (offered.length === 0 || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
		if (step) choose(at + step);
		else if ((e.key === "Tab" || (enter && e.key === "Enter")) && !e.shiftKey) take();
		else if (e.key === "Escape") close();
		else {
			if (["Enter", "ArrowLeft", "ArrowRight", "Home", "End"].includes(e.key)) close(); // the caret leaves the word
			return;
		}
		e.preventDefault();
	});
	return { element: list, show, close };
}
