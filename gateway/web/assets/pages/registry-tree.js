// What the registry page shows: the tree of names, of which each level is loaded when
// it is opened, or the flat list of what a search has found. Of another hub names come
// with what is below them, a page at a time.
import { number } from "../js/literal.js";

const manyPoints = 40; // of a sparkline
const openAtOnce = 80; // as many keys are shown without being asked for

export class Tree {
	#api; #changed; #pattern; #page; #at;
	#root = branch("", "");
	#meanwhile = null; // what has changed while all is loaded again

	/** pattern: null for the tree; at: "@barn" for another hub's; changed() is called when there is something else to see. */
	constructor({ api, changed, pattern, page, at }) {
		this.#at = at;
		this.#api = api;
		this.#changed = changed;
		this.#pattern = pattern;
		this.#page = page;
		this.#root.open = true;
	}

	async load() {
		await this.#fetch(this.#root);
		const groups = [...this.#root.children.values()].filter((n) => n.below > 0);
		if (this.#root.more || this.#root.children.size + groups.reduce((sum, n) => sum + n.below, 0) > openAtOnce) return;
		await Promise.all(groups.map((n) => this.#open(n, true)));
	}

	/** Loads everything again that is shown. */
	async reload() {
		const open = new Set(this.#nodes().filter((n) => n.open).map((n) => n.key));
		const meanwhile = this.#meanwhile = [];
		const fresh = branch("", "");
		fresh.open = true;
		await this.#fetch(fresh);
		const again = async (node) => {
			await Promise.all([...node.children.values()].filter((n) => open.has(n.key) && n.below > 0).map(async (n) => { await this.#open(n); await again(n); }));
		};
		await again(fresh);
		if (meanwhile !== this.#meanwhile) return; // a later one knows more
		this.#meanwhile = null;
		this.#root = fresh;
		for (const change of meanwhile) change();
		this.#changed();
	}

	async toggle(node) {
		if (node.open) node.open = false;
		else await this.#open(node);
		this.#changed();
	}

	/** Loads the next page of a level. */
	async more(node) {
		await this.#fetch(node);
		this.#changed();
	}

	async #open(node, deep) {
		if (!node.children) await this.#fetch(node);
		node.open = true;
		if (deep) await Promise.all([...node.children.values()].filter((n) => n.below > 0).map((n) => this.#open(n, true)));
	}

	async #fetch(node) {
		node.children ??= new Map();
		if (this.#pattern !== null || this.#at) {
			const { entries, more } = await this.#api.get("/registry", { query: { pattern: (this.#pattern ?? "*") + this.#at, after: node.after, limit: this.#page } });
			if (this.#pattern !== null) for (const entry of entries) node.children.set(entry.key, leaf(entry.key, entry));
			else putAll(node, entries);
			node.more = more;
			node.after = entries.at(-1)?.key;
			return;
		}
		const { names, more } = await this.#api.get("/keys", { query: { prefix: node.key && `${node.key}.`, after: node.after } });
		for (const { name, entry, past, below, many } of names) {
			const child = branch(name, node.key ? `${node.key}.${name}` : name);
			Object.assign(child, { entry, below, many, past: (past ?? []).map(number).filter((n) => n !== undefined) });
			node.children.set(name, child);
		}
		node.more = more;
		node.after = names.at(-1)?.after;
	}

	/** Notes what a key holds now. */
	set({ key, value, revision }) {
		this.#meanwhile?.push(() => this.set({ key, value, revision }));
		const node = this.#find(key, true);
		if (!node || (node.entry?.revision >= revision)) return;
		if (node.entry) node.fresh = Date.now();
		node.entry = { ...node.entry, key, value, revision, changed: new Date().toISOString(), expires: undefined };
		const n = number(value);
		if (n === undefined) node.past = [];
		else node.past = [...node.past.slice(1 - manyPoints), n];
		this.#changed();
	}

	/** Notes that a key is gone. */
	remove(key) {
		this.#meanwhile?.push(() => this.remove(key));
		const node = this.#find(key, false);
		if (!node?.entry) return;
		node.entry = undefined;
		node.past = [];
		for (let n = node; n.up && !n.entry && n.below === 0; n = n.up) {
			n.up.children.delete(n.id);
			this.#less(n.up);
		}
		this.#changed();
	}

	#less(node) {
		if (this.#pattern === null) node.below = node.children ? sum(node.children) : Math.max(0, node.below - 1);
	}

	/** The node of a key; with make, one that was not there, where its level is loaded whole. */
	#find(key, make) {
		let node = this.#root;
		let made = false;
		for (const name of this.#pattern === null ? key.split(".") : [key]) {
			if (!node.children) return undefined;
			let next = node.children.get(name);
			if (!next) {
				if (!make || node.more) return undefined;
				next = this.#pattern === null ? branch(name, node.key ? `${node.key}.${name}` : name) : leaf(name);
				if (this.#pattern === null && (this.#at || next.key !== key)) next.children = new Map();
				node.children = sorted(node.children.set(name, next));
				made = true;
			}
			next.up = node;
			next.id = name;
			node = next;
		}
		for (let above = node.up; made && above; above = above.up) above.below = sum(above.children) + (above === node.up && this.#pattern === null ? 1 : 0);
		return node;
	}

	#nodes(node = this.#root, all = []) {
		for (const child of node.children?.values() ?? []) {
			all.push(child);
			if (child.children) this.#nodes(child, all);
		}
		return all;
	}

	/** The rows that are shown, in order: { node, depth }, or { node, depth, more }. */
	rows() {
		const rows = [];
		const walk = (node, depth) => {
			for (const child of node.children.values()) {
				rows.push({ node: child, depth });
				if (child.open && child.children) walk(child, depth + 1);
			}
			if (node.more) rows.push({ node, depth, more: true });
		};
		if (this.#root.children) walk(this.#root, 0);
		return rows;
	}

	/** How many keys there are, as far as is known. */
	count() {
		let keys = 0, more = Boolean(this.#root.more);
		for (const n of this.#root.children?.values() ?? []) {
			keys += n.below + (n.entry ? 1 : 0);
			more ||= Boolean(n.many);
		}
		return { keys, more };
	}
}

const branch = (name, key) => ({ name, key, entry: undefined, past: [], below: 0, many: false, children: undefined, open: false, more: false, after: undefined, fresh: 0 });

function leaf(key, entry) {
	const n = number(entry?.value);
	return { ...branch(key, key), entry, past: n === undefined ? [] : [n] };
}

/** Puts keys into a tree whose names have all that is below them. */
function putAll(root, entries) {
	for (const entry of entries) {
		let node = root;
		for (const name of entry.key.split(".")) {
			if (!node.children.has(name)) node.children.set(name, { ...branch(name, node.key ? `${node.key}.${name}` : name), children: new Map() });
			node = node.children.get(name);
		}
		Object.assign(node, { entry, past: leaf(entry.key, entry).past });
	}
	count(root);
}

function count(node) {
	for (const child of node.children.values()) count(child);
	node.below = sum(node.children);
}

const sum = (children) => [...children.values()].reduce((all, n) => all + n.below + (n.entry ? 1 : 0), 0);

function sorted(children) {
	return new Map([...children].sort(([a], [b]) => (a < b ? -1 : 1)));
}
