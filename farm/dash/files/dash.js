"use strict";
// Pages are whole without this. It keeps them new, and serves the keyboard.

// The reader's choice of light or dark is kept; without one, the system's holds.
const root = document.documentElement;
function remembered(key) {
	try { return localStorage.getItem(key); } catch { return null; }
}
function remember(key, value) {
	try { localStorage.setItem(key, value); } catch { /* it holds for this page, then */ }
}
if (["light", "dark"].includes(remembered("theme"))) root.dataset.theme = remembered("theme");

const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

addEventListener("DOMContentLoaded", () => {
	const byId = id => document.getElementById(id);
	for (const id of ["pulse", "theme", "help"]) byId(id).hidden = false;

	const themeButton = byId("theme");
	const nameTheme = () => { themeButton.textContent = isDark() ? "light" : "dark"; };
	const turn = () => {
		root.dataset.theme = isDark() ? "light" : "dark";
		remember("theme", root.dataset.theme);
		nameTheme();
	};
	themeButton.addEventListener("click", turn);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
	nameTheme();

	const keys = byId("keys");
	byId("help").addEventListener("click", () => keys.showModal());

	addEventListener("click", async event => {
		const button = event.target.closest("[data-copies]");
		if (!button) return;
		const pre = byId(button.dataset.copies);
		try {
			await navigator.clipboard.writeText(pre.textContent);
			button.textContent = "copied";
		} catch { // it is not allowed: then it is chosen, to be copied by hand
			getSelection().selectAllChildren(pre);
			button.textContent = "chosen";
		}
		setTimeout(() => { button.textContent = "copy"; }, 2000);
	});
	const show = () => { for (const b of document.querySelectorAll("[data-copies]")) b.hidden = false; };
	show();

	// Ages go on while nothing else changes.
	const span = s => s < 5 ? "now" : (s < 90 ? Math.floor(s) + " s" : s < 5400 ? Math.floor(s / 60) + " min" : s < 172800 ? Math.floor(s / 3600) + " h" : Math.floor(s / 86400) + " days") + " ago";
	const made = Date.now(), of = Date.parse(document.querySelector("footer time")?.dateTime ?? "") || made;
	let behind = made - of; // of the farm's clock
	const age = () => {
		for (const t of document.querySelectorAll("main time")) {
			const text = span((Date.now() - behind - Date.parse(t.dateTime)) / 1000);
			if (t.textContent !== text) t.textContent = text;
		}
	};
	setInterval(age, 10000);

	// become makes an element what another is, and leaves alone what is equal: focus, places
	// that were scrolled to and details that are open stay.
	function become(now, next) {
		if (now.isEqualNode(next)) return;
		if (now.nodeType !== next.nodeType || now.nodeName !== next.nodeName || (now.id ?? "") !== (next.id ?? "")) {
			now.replaceWith(next.cloneNode(true));
			return;
		}
		if (now.nodeType !== Node.ELEMENT_NODE) {
			if (now.nodeValue !== next.nodeValue) now.nodeValue = next.nodeValue;
			return;
		}
		for (const a of next.attributes) if (now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
		for (const a of [...now.attributes]) if (!next.hasAttribute(a.name) && a.name !== "open") now.removeAttribute(a.name);
		// A row is known by its id: so it keeps its focus when another comes before it.
		const known = new Map([...now.children].filter(e => e.id).map(e => [e.id, e]));
		const stays = new Set([...next.children].map(e => e.id));
		let at = now.firstChild;
		const drop = () => {
			const gone = at;
			at = at.nextSibling;
			gone.remove();
		};
		for (const child of next.childNodes) {
			while (at?.id && !stays.has(at.id)) drop();
			const same = child.id && known.get(child.id);
			if (same) {
				if (same === at) at = at.nextSibling;
				else now.insertBefore(same, at);
				become(same, child);
			} else if (!at || child.id || at.id) {
				now.insertBefore(child.cloneNode(true), at);
			} else {
				const after = at.nextSibling;
				become(at, child);
				at = after;
			}
		}
		while (at) drop();
	}

	// The farm says when something changed. Then the page is asked for again, but not more
	// often than every two seconds, not while nobody looks, and not over a text in the making.
	const pulse = byId("pulse"), said = pulse.querySelector(".said");
	const least = 2000;
	let live = remembered("live") !== "no", version = document.body.dataset.version, last = Date.now(), due = 0, source = null, lost = false;
	async function renew() {
		due = 0;
		if (!live || document.hidden) return;
		if (document.activeElement?.matches("main input, main select")) return later();
		last = Date.now();
		try {
			const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
			const next = new DOMParser().parseFromString(await answer.text(), "text/html");
			const main = next.getElementById("main");
			if (!main) throw new Error("no page");
			for (const b of next.querySelectorAll("[data-copies]")) b.hidden = false;
			if (live) {
				const focus = document.activeElement;
				become(byId("main"), main);
				if (focus !== document.activeElement && focus.isConnected) focus.focus({ preventScroll: true });
				become(document.querySelector("footer"), next.querySelector("footer"));
				version = next.body.dataset.version;
				if (document.title !== next.title) document.title = next.title;
				behind = Date.now() - (Date.parse(next.querySelector("footer time")?.dateTime ?? "") || Date.now());
			}
		} catch {
			later();
		}
	}
	function later() {
		if (!due) due = setTimeout(renew, Math.max(0, last + least - Date.now()));
	}
	function state() {
		pulse.classList.toggle("lost", live && lost);
		pulse.setAttribute("aria-pressed", String(live));
		said.textContent = !live ? "off" : lost ? "lost" : "live";
	}
	function listen() {
		source?.close();
		source = null;
		if (live) {
			source = new EventSource("/api/events");
			source.onopen = () => {
				lost = false;
				state();
			};
			source.onerror = () => {
				lost = true;
				state();
				version = ""; // the farm may be another by the time it answers
				if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000); // it gave up, as a starting farm makes it
			};
			source.onmessage = event => {
				if (version !== event.data) later();
			};
		}
		state();
	}
	const stop = () => {
		live = !live;
		remember("live", live ? "yes" : "no");
		listen();
		if (live) later();
	};
	pulse.addEventListener("click", stop);
	document.addEventListener("visibilitychange", () => { if (!document.hidden) later(); });
	addEventListener("pagehide", () => source?.close());
	addEventListener("pageshow", event => { if (event.persisted) listen(); });
	listen();

	// Rows of lists are gone through by the links in them.
	const rows = () => [...document.querySelectorAll("table.rows tbody tr")].map(tr => tr.querySelector("a[href]")).filter(Boolean);
	function step(by) {
		const all = rows();
		const here = all.findIndex(a => a.closest("tr").contains(document.activeElement));
		const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by))];
		if (!next) return false;
		next.focus();
		next.scrollIntoView({ block: "nearest" });
		return true;
	}
	const go = link => { if (link) location.assign(link.href); };
	addEventListener("keydown", event => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
		const inRows = document.activeElement?.closest("table.rows tbody");
		let done = true;
		switch (event.key) {
		case "j": done = step(1); break;
		case "k": done = step(-1); break;
		case "ArrowDown": done = inRows && step(1); break;
		case "ArrowUp": done = inRows && step(-1); break;
		case "[": go(document.querySelector("[rel=prev]")); break;
		case "]": go(document.querySelector("[rel=next]")); break;
		case "/": byId("search") ? byId("search").focus() : location.assign("/findings"); break;
		case "p": stop(); break;
		case "t": turn(); break;
		case "?": keys.showModal(); break;
		default:
			done = /^[1-6]$/.test(event.key);
			if (done) go(document.querySelectorAll("header nav a")[event.key - 1]);
		}
		if (done) event.preventDefault();
	});
});
