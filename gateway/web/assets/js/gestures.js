// Moving and zooming a plot by keys, wheel and fingers. A drag of the mouse, which
// chooses a time, is uPlot's own.

const steps = { ArrowLeft: -0.25, ArrowRight: 0.25, PageUp: -1, PageDown: 1 };

export function gestures(stage, plot) {
	stage.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey) return;
		if (steps[e.key]) plot.pan(steps[e.key]);
		else if (e.key === "+" || e.key === "=") plot.zoom(0.5);
		else if (e.key === "-") plot.zoom(2);
		else if (e.key === "End") plot.follow();
		else if (e.key === " ") plot.running ? plot.stop() : plot.start();
		else return;
		e.preventDefault();
	});
	// Without control the wheel is the page's.
	stage.addEventListener("wheel", (e) => {
		if (!e.ctrlKey) return;
		e.preventDefault();
		plot.zoom(e.deltaY > 0 ? 1.25 : 0.8, part(e.clientX));
	}, { passive: false });

	const fingers = new Map(); // pointer → x
	const part = (x) => { const box = (stage.querySelector(".u-over") ?? stage).getBoundingClientRect(); return (x - box.left) / box.width; };
	const drags = (e) => e.pointerType === "touch" || (e.button === 0 && e.shiftKey);
	stage.addEventListener("pointerdown", (e) => {
		if (!drags(e) || fingers.size > 1) return;
		fingers.set(e.pointerId, e.clientX);
		stage.setPointerCapture(e.pointerId);
	});
	stage.addEventListener("pointermove", (e) => {
		if (!fingers.has(e.pointerId)) return;
		const [before, other] = [fingers.get(e.pointerId), [...fingers].find(([id]) => id !== e.pointerId)?.[1]];
		if (Math.abs(e.clientX - before) < 2) return;
		fingers.set(e.pointerId, e.clientX);
		if (other === undefined) plot.pan(part(before) - part(e.clientX));
		else plot.zoom(Math.max(20, Math.abs(before - other)) / Math.max(20, Math.abs(e.clientX - other)), part((e.clientX + other) / 2));
	});
	for (const over of ["pointerup", "pointercancel"]) stage.addEventListener(over, (e) => fingers.delete(e.pointerId));
}
