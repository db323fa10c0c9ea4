// Tables whose rows change while somebody looks at them.
import { button, h, replace } from "./ui.js";

/**
 * A table. Gives { element, show(rows) }.
 *
 *	columns  [{ title, cell(row) → text or node, sort?(row) → text or number, number? }]
 *	         one with `number` is set to the right; one with `sort` can be ordered by
 *	key      (row) → what tells rows apart
 *	empty    what is shown where there are none
 *	order    the title of the column it is ordered by at first; descending: the other way
 *	folds    on a phone a row is a block: its first cell above, the others below it with their titles
 *	page     how many rows are in the document at first (200); a button adds as many
 *
 * A row whose key was there before is changed in place, and a cell that looks as before is
 * left alone, with its focus: handlers in cells therefore go by the row's key, not by
 * what else the row was.
 */
export function table({ caption, columns, key, empty, order, descending = false, folds = false, page = 200 }) {
	let all = [], most = page;
	let by = columns.find((c) => c.title === order);
	const known = new Map(); // key → tr
	const heads = columns.map((c) => {
		const sort = c.sort && h("button", { type: "button", onclick: () => orderBy(c) }, c.title);
		return h("th", { scope: "col", role: "columnheader", class: c.number ? "number" : null }, sort ?? c.title);
	});
	const body = h("tbody", { role: "rowgroup" }); // the roles, because not every browser knows a table by heart that is laid out as blocks
	const more = button("Show more", { onclick: () => { most += page; draw(); } });
	const rest = h("p", { class: "hint" });
	const framed = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
		h("table", { role: "table", class: folds ? "folds" : null }, h("caption", { class: "unseen" }, caption), h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body));
	const element = h("div");

	function orderBy(column) {
		descending = by === column ? !descending : Boolean(column.number);
		by = column;
		draw();
	}

	function compare(a, b) {
		const x = by.sort(a), y = by.sort(b);
		const order = typeof x === "string" ? x.localeCompare(y, undefined, { numeric: true }) : x - y;
		return descending ? -order : order;
	}

	function draw() {
		heads.forEach((head, i) => {
			if (columns[i] === by) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
			else head.removeAttribute("aria-sort");
		});
		const rows = (by ? [...all].sort(compare) : all).slice(0, most);
		const kept = new Set(rows.map(key));
		for (const [k, tr] of known) if (!kept.has(k)) { tr.remove(); known.delete(k); }
		rows.forEach((row, i) => {
			const tr = known.get(key(row)) ?? h("tr", { role: "row" }, columns.map((c) => h("td", { role: "cell", class: c.number ? "number" : null, dataset: { title: c.title } })));
			known.set(key(row), tr);
			columns.forEach((c, j) => set(tr.cells[j], c.cell(row)));
			if (body.rows[i] !== tr) body.insertBefore(tr, body.rows[i] ?? null);
		});
		const hidden = all.length - rows.length;
		rest.textContent = hidden > 0 ? `${hidden.toLocaleString()} more` : "";
		const parts = all.length === 0 && empty ? [empty] : hidden > 0 ? [framed, rest, more] : [framed];
		if (parts.length !== element.children.length || parts.some((part, i) => element.children[i] !== part)) replace(element, parts);
	}

	function set(cell, content) {
		if (content instanceof Node) {
			if (cell.childNodes.length !== 1 || !cell.firstChild.isEqualNode(content)) cell.replaceChildren(content);
		} else if (cell.textContent !== String(content ?? "")) cell.textContent = content ?? "";
	}

	return { element, show(rows) { all = rows; draw(); } };
}
