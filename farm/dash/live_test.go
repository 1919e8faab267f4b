package dash_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"battle.test/farm/api/exhibit"
	"battle.test/farm/store"
)

// more is a farm with a finding more.
func more(f *exhibit.Farm) {
	one := f.Filed[2]
	one.ID, one.State, one.Found.ID, one.Found.Message = "tip-00000001", store.Regressed, "tip-00000001", "what came while you looked"
	f.Filed = append([]store.Finding{one}, f.Filed...)
}

// TestAPageRenewsItself: what changes in the farm is on the page without a reload, and what the
// reader was at stays.
func TestAPageRenewsItself(t *testing.T) {
	b := browse(t)
	farm := exhibit.Small()
	server := serve(t, farm)
	b.look(1280, "light")
	b.do(chromedp.Navigate(server.URL + "/findings"))
	b.until(`document.querySelector("#pulse .said").textContent === "live"`)
	b.do(chromedp.KeyEvent("j"))
	require.Equal(t, farm.Filed[0].Found.Title(), ask[string](b, `window.mark = document.activeElement.textContent`))
	farm.Change(more)
	b.until(`document.querySelector("main").textContent.includes("what came while you looked")`)
	require.Equal(t, farm.Filed[1].Found.Title(), ask[string](b, `window.mark`), "it is the same page still")
	require.Equal(t, farm.Filed[1].Found.Title(), ask[string](b, `document.activeElement.textContent`), "and has its focus")
	require.Equal(t, 6, ask[int](b, `document.querySelectorAll(".rows tbody tr").length`))
	require.Equal(t, []string{"tip-00000001", farm.Filed[1].ID}, ask[[]string](b, `[...document.querySelectorAll(".rows tbody tr")].slice(0, 2).map(tr => tr.id.slice(8))`))

	// What is gone goes, and open details stay open.
	b.do(chromedp.Navigate(server.URL + "/findings/" + farm.Filed[1].ID))
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("details").open = true`))
	farm.Change(func(f *exhibit.Farm) { f.Filed[1].State, f.Filed[1].Aliases = store.Resolved, []string{"ring-77"} })
	b.until(`document.querySelector("main .state").textContent === "resolved" && document.querySelector("main").textContent.includes("ring-77")`)
	require.True(t, ask[bool](b, `document.querySelector("details").open`))
	farm.Change(func(f *exhibit.Farm) { f.Filed = f.Filed[:1] })
	b.until(`document.querySelector("h1").textContent === "There is no such finding"`)
	<-b.messages // the browser notes the 404
	b.quiet()
}

// TestKeysReachEverything: with Tab alone all that can be used is come to, in its order and to
// be seen; and the keys of the list do what it says.
func TestKeysReachEverything(t *testing.T) {
	b := browse(t)
	farm := exhibit.Small()
	server := serve(t, farm)
	b.look(1280, "dark")
	for _, path := range []string{"/", "/findings", "/findings/" + farm.Filed[0].ID} {
		b.do(chromedp.Navigate(server.URL + path))
		b.until(`!document.querySelector("#pulse").hidden`)
		wanted := ask[int](b, `(window.wanted = new Set([...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']")].filter(e => e.checkVisibility()))).size`)
		require.Greater(t, wanted, 8, path)
		for n := range wanted {
			b.do(chromedp.KeyEvent(kb.Tab))
			if n == 0 {
				require.Equal(t, "#main", ask[string](b, `document.activeElement.getAttribute("href")`), "the first skips to the content")
			}
			wrong := ask[string](b, `(() => {
				const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
				if (!wanted.delete(e)) return "it was come to twice, or is none: " + e.outerHTML.slice(0, 90);
				if (style.outlineStyle === "none" && !e.matches(".skip")) return "it can't be seen that it has the focus: " + e.outerHTML.slice(0, 90);
				return box.width && box.bottom > 0 && box.top < innerHeight ? "" : "it is out of sight: " + e.outerHTML.slice(0, 90);
			})()`)
			require.Empty(t, wrong, path)
		}
		require.Zero(t, ask[int](b, `wanted.size`), path)
	}

	b.do(chromedp.Navigate(server.URL + "/findings"))
	b.until(`!document.querySelector("#pulse").hidden`)
	focus := func() string { return ask[string](b, `document.activeElement.closest("tr")?.id ?? ""`) }
	for _, step := range []struct{ keys, want string }{
		{"j", "0"}, {"j", "1"}, {kb.ArrowDown, "2"}, {kb.ArrowUp, "1"}, {"k", "0"}, {"k", "0"},
	} {
		b.do(chromedp.KeyEvent(step.keys))
		require.Equal(t, "finding-"+farm.Filed[step.want[0]-'0'].ID, focus())
	}
	b.do(chromedp.KeyEvent("?"))
	require.True(t, ask[bool](b, `document.querySelector("dialog").open`))
	b.do(chromedp.KeyEvent(kb.Escape))
	require.False(t, ask[bool](b, `document.querySelector("dialog").open`))
	b.do(chromedp.KeyEvent("t"))
	require.Equal(t, "light", ask[string](b, `document.documentElement.dataset.theme`))
	b.do(chromedp.KeyEvent("p"))
	require.Equal(t, "off", ask[string](b, `document.querySelector("#pulse .said").textContent`))
	b.do(chromedp.KeyEvent("/"))
	require.Equal(t, "search", ask[string](b, `document.activeElement.id`))
	b.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.value = ""`)) // keys of the protocol are typed although they were taken
	b.do(chromedp.KeyEvent("j?"), chromedp.KeyEvent(kb.Enter))                  // text, here
	b.until(`location.search.includes("say=j%3F") && !document.querySelector("#pulse").hidden`)
	require.Equal(t, "light", ask[string](b, `document.documentElement.dataset.theme`), "the choice is kept")
	require.Equal(t, "off", ask[string](b, `document.querySelector("#pulse .said").textContent`), "likewise")
	b.do(chromedp.KeyEvent("2"))
	b.until(`location.pathname + location.search === "/findings" && !document.querySelector("#pulse").hidden`)
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.Enter))
	b.until(`location.pathname === "/findings/` + farm.Filed[0].ID + `"`)
	b.quiet()
}

// TestPagesWithoutScripts: all is there but what only a script can do, and a link to reload.
func TestPagesWithoutScripts(t *testing.T) {
	b := browse(t)
	farm := exhibit.Small()
	server := serve(t, farm)
	b.look(360, "light")
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.do(chromedp.Navigate(server.URL + "/findings"))
	text, err := chromedp.Run(b.ctx, chromedp.Text("body"))
	require.NoError(t, err)
	require.Contains(t, text, farm.Filed[0].Found.Title())
	require.Contains(t, text, "Reload")
	require.NotContains(t, text, "live", "a button that does nothing is none")
	farm.Change(more)
	b.do(chromedp.Click("noscript a"), chromedp.WaitVisible("#finding-tip-00000001"))
	b.quiet()
}
