// Dialogs and toasts. Pages import them from ui.js, which passes them on.
import { button, form, h, newID } from "./ui.js";

/**
 * A modal dialog. content: nodes; buttons: [{ label, kind, value, onclick }] – one with
 * onclick (may be async) closes the dialog unless it gives false or fails; the last is
 * what Enter means. Gives the value of the button, or undefined when the dialog was
 * dismissed by Escape. The element is handed to `opened`.
 */
export function dialog(title, content, buttons, { opened } = {}) {
	return new Promise((resolve) => {
		const id = newID("dialog");
		let answer;
		const close = (value) => { answer = value; element.close(); };
		const act = async ({ value, onclick }) => { if (!onclick || (await onclick()) !== false) close(value); };
		const heads = buttons.map(({ label, kind, value, onclick, ...rest }, i) => {
			const last = i === buttons.length - 1; // which Enter in a field means too
			return button(label, { kind, type: last ? "submit" : "button", ...rest, onclick: last ? null : () => act({ value, onclick }) });
		});
		const element = h("dialog", {
			"aria-labelledby": id,
			onclose: () => { element.remove(); resolve(answer); },
			onclick: (e) => { if (e.target === element) close(); },
		}, form({ class: "dialog" }, () => act(buttons.at(-1)), h("h2", { id }, title), content, h("footer", {}, heads)));
		document.body.append(element);
		element.showModal();
		opened?.(element);
	});
}

/** Asks before something that cannot be undone. Gives true when it shall be done. */
export async function confirm({ title, text, act, danger = true }) {
	return (await dialog(title, h("p", {}, text), [
		{ label: "Cancel", value: false, autofocus: true },
		{ label: act, kind: danger ? "danger" : "primary", value: true },
	])) === true;
}

/**
 * Says something in a corner, for a while. kind: "", "good", "bad"; undo: a function
 * (may be async) that takes back what was done, offered as a button.
 */
export function toast(text, { kind = "", undo, seconds = undo ? 12 : kind === "bad" ? 10 : 4 } = {}) {
	const element = h("div", { class: `toast ${kind}` }, h("span", {}, text),
		undo && button("Undo", { kind: "quiet", onclick: async () => { await undo(); element.remove(); } }),
		button("Dismiss", { icon: "close", kind: "quiet", iconOnly: true, onclick: () => element.remove() }));
	const toasts = document.getElementById("toasts");
	toasts.append(element);
	if (toasts.matches(":popover-open")) toasts.hidePopover();
	toasts.showPopover(); // above a dialog that is open
	let timer;
	const start = () => { timer = setTimeout(() => element.remove(), seconds * 1000); };
	// Who reads or aims at it is not hurried.
	for (const on of ["mouseenter", "focusin"]) element.addEventListener(on, () => clearTimeout(timer));
	for (const off of ["mouseleave", "focusout"]) element.addEventListener(off, start);
	start();
	return element;
}
