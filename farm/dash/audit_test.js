// What is wrong with a page, as a list of texts. Contrast is by WCAG 2.2, level AA.
(() => {
	const wrong = [];
	const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.classList?.length ? "." + [...e.classList].join(".") : "") + " “" + e.textContent.trim().slice(0, 40) + "”";
	const width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > width) {
		const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".wide, pre, svg") && e.getBoundingClientRect().right > width + 1);
		wrong.push("it scrolls sideways: " + document.documentElement.scrollWidth + " pixels; " + wide.slice(-3).map(name).join(", "));
	}
	for (const [what, n] of [["h1", 1], ["main", 1], ["header nav", 1], ["footer", 1]])
		if (document.querySelectorAll(what).length !== n) wrong.push("want " + n + " " + what + ", got " + document.querySelectorAll(what).length);
	if (!document.documentElement.lang || !document.title) wrong.push("it has no language or no title");
	if (document.querySelectorAll("header [aria-current=page]").length > 1) wrong.push("it is on two pages");
	let level = 1;
	for (const h of document.querySelectorAll("main h1, main h2, main h3, main h4")) {
		if (+h.tagName[1] > level + 1) wrong.push("a heading skips a level: " + name(h));
		level = +h.tagName[1];
	}
	for (const t of document.querySelectorAll("main table")) {
		if (!t.caption && !t.closest("[aria-label]")) wrong.push("a table without a caption");
		if (!t.querySelector("thead th[scope=col]")) wrong.push("a table without heads of columns: " + name(t));
		for (const tr of t.querySelectorAll("tbody tr")) if (tr.cells.length !== t.tHead.rows[0].cells.length) wrong.push("a row of " + tr.cells.length + " cells: " + name(tr));
	}
	const ids = new Set();
	for (const e of document.querySelectorAll("[id]")) {
		if (ids.has(e.id)) wrong.push("two have the id " + e.id);
		ids.add(e.id);
	}
	for (const e of document.querySelectorAll("[aria-labelledby]")) if (!ids.has(e.getAttribute("aria-labelledby"))) wrong.push("it is labelled by nothing: " + name(e));
	for (const e of document.querySelectorAll("button, a, input:not([type=hidden]), select")) {
		if (!(e.textContent.trim() || e.labels?.length || e.ariaLabel)) wrong.push("it has no name: " + name(e));
		const box = e.getBoundingClientRect();
		if (box.width && e.matches("button, select, input") && box.height < 24) wrong.push("it is too small for a finger: " + name(e));
	}
	for (const e of document.querySelectorAll("svg")) if (!(e.ariaHidden === "true" || e.role === "img" && e.querySelector("title")?.textContent)) wrong.push("a picture without words: " + name(e.parentElement));
	for (const e of document.querySelectorAll(".wide, pre")) if (e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0) wrong.push("it scrolls, but not by keyboard: " + name(e));

	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const rgba = colour => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return canvas.getImageData(0, 0, 1, 1).data;
	};
	const light = c => {
		const [r, g, b] = [...c].slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const seen = new Set();
	const text = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (text.nextNode()) {
		const e = text.currentNode.parentElement;
		if (!text.currentNode.nodeValue.trim() || !e.checkVisibility() || e.closest("title, desc, .unseen, noscript, option, .skip")) continue;
		const style = getComputedStyle(e);
		const front = e.closest("svg") ? style.fill : style.color;
		let at = e, back;
		while (at && !(back = rgba(getComputedStyle(at).backgroundColor))[3]) at = at.parentElement;
		back ??= rgba("white");
		const [a, b] = [light(rgba(front)), light(back)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
		const least = size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5;
		const key = front + [...back] + least;
		if (ratio < least && !seen.has(key)) {
			seen.add(key);
			wrong.push("contrast " + ratio.toFixed(2) + ", want " + least + ": " + name(e));
		}
	}
	return wrong;
})()
