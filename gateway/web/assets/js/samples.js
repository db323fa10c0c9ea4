// What a plot shows: points of equal width in time, of several series.
//
// A point has the mean of what came in its time, and the least and the most of it. Times
// are seconds since 1970. Where a series has nothing at a time of others it has
// undefined, which a plot draws over; null is a gap.

export class Samples {
	/** ids: of the series; step: seconds a point takes at least; span: seconds that are kept. */
	constructor(ids, step, span) {
		Object.assign(this, { ids, step, span });
		this.at = [];
		this.series = new Map(ids.map((id) => [id, { mean: [], min: [], max: [], n: 0 }]));
	}

	/** Adds what some series are at a time: now. What comes late is left out. */
	push(at, values) {
		const last = this.at.length - 1;
		if (last >= 0 && at <= this.at[last] - this.step) return;
		// A little earlier than a whole step is as good: what comes every second does not come on time.
		if (last >= 0 && at - this.at[last] < this.step * 0.9) return this.#merge(last, values);
		if (last >= 0 && at - this.at[last] > this.#patience()) this.gap();
		this.at.push(at);
		for (const [id, s] of this.series) {
			const v = values[id];
			for (const part of [s.mean, s.min, s.max]) part.push(v);
			s.n = v === undefined ? 0 : 1;
		}
		this.#forget(at - this.span);
	}

	#merge(i, values) {
		for (const [id, s] of this.series) {
			const v = values[id];
			if (v === undefined) continue;
			s.n++;
			if (s.n === 1 || s.mean[i] == null) { s.mean[i] = s.min[i] = s.max[i] = v; s.n = 1; continue; }
			s.mean[i] += (v - s.mean[i]) / s.n;
			s.min[i] = Math.min(s.min[i], v);
			s.max[i] = Math.max(s.max[i], v);
		}
	}

	/** How long nothing may come before that is a gap. */
	#patience() {
		return Math.max(5, this.step * 3);
	}

	/** Nothing is known from here on until something comes. */
	gap() {
		const last = this.at.length - 1;
		if (last < 0) return;
		this.at.push(this.at[last] + 0.001);
		for (const s of this.series.values()) for (const part of [s.mean, s.min, s.max]) part.push(null);
	}

	#forget(before) {
		let n = 0;
		while (n < this.at.length - 1 && this.at[n + 1] < before) n++;
		if (n < 100 && n < this.at.length / 2) return; // now and then is often enough
		this.at.splice(0, n);
		for (const s of this.series.values()) for (const part of [s.mean, s.min, s.max]) part.splice(0, n);
	}

	/** Takes histories, by ID: { at, min, mean, max }, instead of all there is. */
	load(histories) {
		const times = new Map();
		for (const { at } of histories.values()) for (const t of at) times.set(t, 0);
		const all = [...times.keys()].sort((a, b) => a - b);
		this.at = [];
		const from = []; // for each time its place in a history, by ID
		for (const s of this.series.values()) Object.assign(s, { mean: [], min: [], max: [], n: 1 });
		const places = new Map([...histories].map(([id, { at }]) => [id, new Map(at.map((t, i) => [t, i]))]));
		// Points are as wide as the hub made them.
		const width = all.length > 1 ? Math.max(this.step, (all.at(-1) - all[0]) / all.length) : this.step;
		for (const t of all) {
			if (this.at.length > 0 && t - this.at.at(-1) > Math.max(5, width * 3)) this.gap();
			this.at.push(t);
			for (const [id, s] of this.series) {
				const i = places.get(id)?.get(t), h = histories.get(id);
				s.mean.push(i === undefined ? undefined : h.mean[i]);
				s.min.push(i === undefined ? undefined : h.min[i]);
				s.max.push(i === undefined ? undefined : h.max[i]);
			}
		}
	}

	/** As uPlot wants it: the times, then for each series the mean, the least and the most. */
	columns() {
		return [this.at, ...this.ids.flatMap((id) => { const s = this.series.get(id); return [s.mean, s.min, s.max]; })];
	}

	/** The last that is known of a series. */
	latest(id) {
		const { mean } = this.series.get(id);
		for (let i = mean.length - 1; i >= 0; i--) if (mean[i] != null) return mean[i];
		return NaN;
	}

	/** The least and the most of a series since a time. */
	range(id, since, until = Infinity) {
		const { min, max } = this.series.get(id);
		let low = Infinity, high = -Infinity;
		this.at.forEach((t, i) => {
			if (t < since || t > until || min[i] == null) return;
			low = Math.min(low, min[i]);
			high = Math.max(high, max[i]);
		});
		return low <= high ? [low, high] : undefined;
	}
}

/** What came of series that no hub keeps: a history as long as the page is open. */
export class Memory {
	#most = 20000; // samples: five hours of one a second
	#all = [];

	push(at, values) {
		this.#all.push({ at, values });
		if (this.#all.length > this.#most * 1.1) this.#all.splice(0, this.#all.length - this.#most);
	}

	history(id, from, to, points) {
		const s = new Samples([id], (to - from) / points, Infinity);
		for (const { at, values } of this.#all) if (at >= from && at <= to) s.push(at, values);
		const { mean, min, max } = s.series.get(id);
		return { at: s.at, mean, min, max };
	}
}
