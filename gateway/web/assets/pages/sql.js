// SQL: a place to write it, what the hub answered, its tables, and what is under way.
import { button, confirm, h, line, newID, replace, select, toast } from "../js/ui.js";
import { advice, places } from "./sql-error.js";
import { editor } from "./sql-editor.js";
import { keep } from "./sql-history.js";
import { showResult } from "./sql-result.js";
import { historyPanel, runningPanel, schemaPanel } from "./sql-side.js";
import { lineOf, losses, reads, statements } from "./sql-text.js";

const example = `CREATE TABLE plants (name TEXT PRIMARY KEY, height REAL, watered TEXT);
INSERT INTO plants VALUES
  ('basil', 21.5, '2026-06-01 08:00:00'),
  ('mint', 34, '2026-06-02 08:00:00'),
  ('sage', 40.2, '2026-06-04 19:30:00');
SELECT * FROM plants;
`;

/** What is shown before anything was asked. */
const nothing = (start) => h("div", { class: "empty" },
	h("h3", {}, start ? "No tables yet" : "No question yet"),
	start ? [h("p", {}, "An example makes one, with some rows to ask for."), start] : h("p", {}, "Write SQL above and run it."),
	h("p", {}, "Programs and devices reach the same tables through the text port:"), line("dbExec('SELECT 1 + 1')"));

let draft = ""; // what was written, for who comes back to the page

export default {
	title: "SQL",
	lede: "The hub's tables, for everything that wants rows and columns.",
	css: "sql.css",
	async mount(root, { api, signal, session, may }) {
		const writes = may("user") || session.guests === "full";
		const hint = h("p", { class: "hint", id: newID("hint") });
		const run = button("Run", { icon: "play", kind: "primary", onclick: () => { start(); } });
		const limit = select([[100, "100 rows"], [1000, "1,000 rows"], [10000, "10,000 rows"]], 1000, { "aria-label": "Rows at most" });
		const problem = h("div", { role: "alert" });
		const result = h("div", { class: "result", "aria-live": "off" });
		const status = h("p", { class: "unseen", role: "status" });
		let endResult = () => {}, under; // an AbortController, while something is under way

		const edit = editor({ text: draft, schema: () => schema.tables, run: () => start(), changed: describe, hint });
		const schema = schemaPanel({ api, insert: (text) => edit.insert(text), show: (sql) => start(sql) });
		const running = runningPanel({ api, signal, may });
		const history = historyPanel({ use: (sql) => edit.set(sql) });
		const elapsed = h("span", { class: "elapsed", hidden: true });
		const stop = button("Stop", { kind: "danger", hidden: true, onclick: () => under?.abort() });

		/** Says below the editor what Run will do. */
		function describe() {
			draft = edit.text;
			const { text, part } = edit.selected;
			run.lastChild.textContent = part ? "Run selection" : "Run";
			const many = text.length < 50_000 ? statements(text).length : 0;
			hint.textContent = [
				!writes && !reads(text) && "This changes something, and you may only read: log in with a key.",
				many > 1 && `${many} statements, as one transaction; the rows of the last are shown.`,
				!text && "Ctrl+Enter runs, Ctrl+Space completes.",
			].filter(Boolean).join(" ");
			hint.classList.toggle("warning", !writes && !reads(text));
		}

		/** Runs what is written or selected, or another text. */
		async function start(other) {
			const { text, at } = other ? { text: other } : edit.selected;
			if (under || !text.trim()) return;
			const lost = losses(text);
			if (lost.length > 0 && !(await confirm({ title: "SQL has no undo", text: lost.join("; "), act: "Run it" }))) return;
			under = new AbortController();
			const begun = performance.now();
			const ticking = setInterval(tick, 100);
			tick();
			show(true);
			edit.mark([]);
			replace(problem);
			result.classList.add("old"); // until there is another
			const late = setTimeout(running.look, 300);
			let failed = true;
			try {
				const answer = await api.post("/sql", { sql: text, limit: Number(limit.value) }, { signal: AbortSignal.any([signal, under.signal]) });
				failed = false;
				result.classList.remove("old");
				endResult();
				endResult = showResult(result, answer, other);
				status.textContent = result.querySelector(".said").textContent;
			} catch (trouble) {
				if (signal.aborted) return;
				fail(trouble, text, at);
			} finally {
				clearInterval(ticking);
				clearTimeout(late);
				under = undefined;
				show(false);
			}
			if (!other) {
				const why = keep(text.trim(), failed);
				if (why) toast(why);
				history.refresh();
			}
			running.look();
			if (!failed && !reads(text)) schema.refresh().catch((trouble) => toast(trouble.message, { kind: "bad" }));

			function tick() {
				elapsed.textContent = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
			}
		}

		function show(busy) {
			const had = run.contains(document.activeElement) || stop.contains(document.activeElement);
			elapsed.hidden = stop.hidden = !busy;
			run.disabled = busy;
			result.setAttribute("aria-busy", String(busy));
			if (had) (busy ? stop : run).focus();
		}

		/** Shows what went wrong, where, and what to do. at: where in the editor the text begins, if it stands there. */
		function fail(trouble, text, at) {
			const stopped = trouble.name === "AbortError";
			const message = stopped ? "Stopped. What had not come to its end has changed nothing." : trouble.message;
			const found = stopped || at === undefined ? [] : places(text, message).map((p) => ({ ...p, at: p.at + at }));
			edit.mark(found);
			const where = found.slice(0, 3).map((p) => {
				const place = lineOf(edit.text, p.at);
				return button(`Line ${place.line}, letter ${place.column}`, { kind: "quiet", onclick: () => edit.go(p.at, p.length) });
			});
			const help = stopped ? "" : advice(trouble, schema.tables, session);
			replace(problem, h("div", { class: `trouble ${stopped ? "" : "bad"}` }, h("p", {}, h("b", {}, message)), help && h("p", {}, help), where.length > 0 && h("div", { class: "actions" }, where)));
		}

		replace(root, h("div", { class: "sql" },
			h("div", { class: "stack" },
				h("section", { class: "card", "aria-label": "Statement" },
					!writes && h("p", { class: "notice" }, "Guests may only read here: SELECT works, and what changes something needs a key."),
					edit.element,
					h("div", { class: "run" }, run, stop, elapsed, limit, hint), problem),
				h("section", { class: "card", "aria-labelledby": "sql-result" }, h("h2", { class: "unseen", id: "sql-result" }, "Result"), result), status),
			h("aside", { class: "stack", "aria-label": "Tables and history" }, running.element, schema.element, history.element)));
		describe();
		await schema.refresh();
		replace(result, nothing(schema.tables.length === 0 && writes && button("Write an example", { onclick: () => edit.set(example) })));
		running.look();
		return () => endResult();
	},
};
