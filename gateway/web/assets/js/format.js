// How figures are written.

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

/** 12345.678 → 12,345.68 */
export const number = (n) => (Number.isFinite(n) ? plain.format(n) : "–");

/** How many: 1 key, 1,200 keys; or more, where nobody has counted further. */
export const many = (n, word, more) => `${n.toLocaleString()}${more ? " or more" : ""} ${word}${n === 1 ? "" : "s"}`;

/** 12.34 → 12.3 % */
export const percent = (n) => (Number.isFinite(n) ? `${short.format(n)} %` : "–");

/** Bytes by powers of 1024: 1536 → 1.5 KiB */
export function bytes(n) {
	if (!Number.isFinite(n)) return "–";
	let unit = 0;
	for (; Math.abs(n) >= 1000 && unit < 5; unit++) n /= 1024;
	return `${short.format(n)} ${["B", "KiB", "MiB", "GiB", "TiB", "PiB"][unit]}`;
}

/** A figure with its unit, as /api/v1/metrics names units. */
export function figure(n, unit) {
	switch (unit) {
	case "bytes": return bytes(n);
	case "bytes/s": return Number.isFinite(n) ? `${bytes(n)}/s` : "–";
	case "percent": case "%": return percent(n);
	case "celsius": case "°C": return Number.isFinite(n) ? `${short.format(n)} °C` : "–";
	default: return unit && Number.isFinite(n) ? `${number(n)} ${unit}` : number(n);
	}
}

/** Seconds in the two largest units that are not nothing: 93784 → 1 d 2 h */
export function duration(seconds) {
	if (!Number.isFinite(seconds)) return "–";
	const parts = [];
	let rest = Math.max(0, Math.round(seconds));
	for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
		if (rest >= size || (unit === "s" && parts.length === 0)) parts.push(`${Math.floor(rest / size)} ${unit}`);
		rest %= size;
	}
	return parts.slice(0, 2).join(" ");
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const dated = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hour12: false });

/** A time (Date, or RFC 3339): the clock today, else with its date. */
export function time(at) {
	const t = new Date(at);
	if (Number.isNaN(t.getTime())) return "–";
	return t.toDateString() === new Date().toDateString() ? clock.format(t) : dated.format(t);
}

/** How long ago: 5 s ago. */
export const ago = (at) => `${duration((Date.now() - new Date(at).getTime()) / 1000)} ago`;
