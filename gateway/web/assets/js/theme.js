// Runs before anything is drawn, so that the page does not flash in the other theme.
// It is no module: modules wait for the document.
(() => {
	try {
		const chosen = localStorage.getItem("theme");
		if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
	} catch {
		// Storage is forbidden here: the system's theme it is.
	}
})();
