// Long lists: only the rows that are seen are in the document.

const beyond = 12; // rows above and below that are there, too

/**
 * Shows the rows of a list within an element that scrolls; it has a position other than
 * static, since places are measured from it.
 *
 *	body    the element that is made as high as all rows, by --before and --after
 *	into    the one whose children the rows are, if it is another within body
 *	height  of a row, in pixels
 *	row     (index) → an element; it is asked for when the row comes to be seen
 *
 * Gives { draw(count), redraw(), reveal(index), end() }: draw() when there are other rows,
 * redraw() when what they show has changed.
 */
export function virtual(scroller, body, { into = body, height, row }) {
	let count = 0, first = 0, last = 0, waiting = 0;

	function draw(anew) {
		waiting = 0;
		const top = Math.max(0, scroller.scrollTop - body.offsetTop);
		const from = Math.max(0, Math.min(count, Math.floor(top / height) - beyond));
		const to = Math.min(count, Math.ceil((top + scroller.clientHeight) / height) + beyond);
		if (!anew && from === first && to === last) return;
		[first, last] = [from, to];
		const rows = [];
		for (let i = from; i < to; i++) {
			const element = row(i);
			element.dataset.index = i;
			rows.push(element);
		}
		body.style.setProperty("--before", `${from * height}px`);
		body.style.setProperty("--after", `${(count - to) * height}px`);
		// Who stands on something in a row that goes out of sight stays in the list.
		if (into.contains(document.activeElement)) scroller.focus({ preventScroll: true });
		into.replaceChildren(...rows);
	}
	const soon = (anew) => { waiting ||= requestAnimationFrame(() => draw(anew)); };
	const onscroll = () => soon(false);
	scroller.addEventListener("scroll", onscroll, { passive: true });
	const resized = new ResizeObserver(() => soon(false));
	resized.observe(scroller);

	return {
		draw(n) { count = n; draw(true); },
		redraw() { draw(true); },
		reveal(index) {
			const top = index * height;
			if (top < scroller.scrollTop) scroller.scrollTop = top;
			else if (top + height > scroller.scrollTop + scroller.clientHeight - body.offsetTop) scroller.scrollTop = top + height - scroller.clientHeight + body.offsetTop;
			draw(true);
		},
		end() {
			cancelAnimationFrame(waiting);
			scroller.removeEventListener("scroll", onscroll);
			resized.disconnect();
		},
	};
}
