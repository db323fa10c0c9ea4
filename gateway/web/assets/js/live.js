// What changes, as it changes: one WebSocket for the whole page.
//
//	const end = subscribe("registry:garden.*", (event, data) => {
//		if (event === "state") …      // what is there; comes first, and again whenever the hub was away
//		if (event === "set") …        // then changes
//		if (event === "problem") …    // data is {title, detail, code}: the hub refuses this topic
//	});
//
// Several may subscribe to one topic; the hub hears of it once. In pages use
// context.subscribe, which ends with the page.

const topics = new Map(); // topic → set of handlers
const watchers = new Set();
const longestPause = 5000; // milliseconds, as all times here
const steady = 3000; // a connection that has lasted as long is worth a new one at once
let socket, state = "connecting", pause = 0, timer, wanted = false;

/** Subscribes to a topic; gives the function that ends it. */
export function subscribe(topic, handler) {
	const first = !topics.has(topic);
	if (first) topics.set(topic, new Set());
	const handlers = topics.get(topic);
	handlers.add(handler);
	if (!first) send({ unsubscribe: topic }); // so that who comes later gets the state too
	send({ subscribe: topic });
	return () => {
		if (!handlers.delete(handler) || handlers.size > 0) return;
		if (topics.get(topic) === handlers) topics.delete(topic);
		send({ unsubscribe: topic });
	};
}

/** Tells f now, and at every change, whether the page is "connecting", "open", "away" or "off". */
export function onState(f) {
	watchers.add(f);
	f(state);
	return () => watchers.delete(f);
}

/** Begins, or begins anew because the role is another one. The app does. */
export function start() {
	wanted = true;
	pause = 0;
	if (socket) socket.close();
	else connect();
}

/** Hears nothing any more: the hub wants a key first. */
export function stop() {
	wanted = false;
	clearTimeout(timer);
	socket?.close();
	become("off");
}

function become(next) {
	if (state === next) return;
	state = next;
	for (const f of watchers) f(state);
}

function send(message) {
	if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function connect() {
	clearTimeout(timer);
	const s = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
	socket = s;
	let lasting;
	s.onopen = () => {
		lasting = setTimeout(() => { pause = 0; }, steady);
		become("open");
		for (const topic of topics.keys()) send({ subscribe: topic });
	};
	s.onmessage = ({ data }) => {
		const { topic, event, data: content, problem } = JSON.parse(data);
		for (const handler of [...(topics.get(topic) ?? [])]) handler(problem ? "problem" : event, problem ?? content);
	};
	s.onclose = () => {
		socket = undefined;
		clearTimeout(lasting);
		if (!wanted) return;
		// The first pause is none: a connection that was merely cut is no reason to say anything.
		if (pause > 0) become("away");
		timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
		pause = Math.min(longestPause, pause * 1.6 || 250);
	};
}

/** Tries at once: the machine has a network again, or somebody looks. */
function hurry() {
	if (state !== "away" || socket) return;
	pause = 250;
	connect();
}

// A browser keeps a page that was left, to come back to, and its connection with it: the
// hub would tell all to somebody who is not there.
let left = false;
addEventListener("pagehide", () => { left = wanted; stop(); });
addEventListener("pageshow", () => { if (left) start(); left = false; });
addEventListener("online", hurry);
document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
