// The hub's HTTP API.
//
//	const { entries } = await api.get("/registry", { query: { pattern: "garden.*" }, signal });
//	await api.put("/registry/" + encodeURIComponent(key), 56, { headers: { "If-Match": etag } });
//
// Each gives what the hub answered, of JSON, and throws a Problem when it refused.
// request() gives { status, headers, body }.

/** What the hub refused, or "away" when it did not answer. */
class Problem extends Error {
	constructor({ title, detail, code, status, exception }) {
		super(detail || title || "The hub refused, and did not say why");
		this.name = "Problem";
		this.code = code;
		this.status = status;
		this.exception = exception; // Python's name for why an expression has failed
	}
}

let csrf = "";
let denied = () => {};

/** The app's: what unsafe requests prove themselves by, and what happens when one needs a key. */
export function configure(options) {
	csrf = options.csrf ?? csrf;
	denied = options.denied ?? denied;
}

export async function request(method, path, { body, query, headers, signal } = {}) {
	const url = new URL(`/api/v1${path}`, location.origin);
	for (const [name, value] of Object.entries(query ?? {})) if (value != null) url.searchParams.set(name, value);
	const all = { Accept: "application/json", ...headers };
	if (body !== undefined) all["Content-Type"] = "application/json";
	if (method !== "GET" && csrf) all["X-CSRF-Token"] = csrf;
	let response, text;
	try {
		response = await fetch(url, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), signal });
		text = await response.text();
	} catch (error) {
		if (error.name === "AbortError") throw error;
		throw new Problem({ code: "away", detail: "The hub does not answer. Is it running?" });
	}
	const answer = parse(text);
	if (!response.ok) {
		if (response.status === 401 && method !== "GET" && path !== "/session") denied();
		throw new Problem({ status: response.status, title: response.statusText, ...answer });
	}
	return { status: response.status, headers: response.headers, body: answer };
}

function parse(text) {
	if (!text) return null;
	try {
		return JSON.parse(text);
	} catch {
		return null; // what is not JSON comes from something in between, not from the hub
	}
}

const without = (method) => async (path, options) => (await request(method, path, options)).body;
const containing = (method) => async (path, body, options) => (await request(method, path, { ...options, body })).body;

export const api = { get: without("GET"), del: without("DELETE"), put: containing("PUT"), post: containing("POST"), patch: containing("PATCH"), request };
