package dash_test

import (
	"context"
	_ "embed"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"battle.test/farm/api"
	"battle.test/farm/api/exhibit"
	"battle.test/farm/dash"
	"battle.test/farm/nightly"
)

var (
	pictures    = flag.String("pictures", "", "write pictures of some pages into this folder")
	allPictures = flag.Bool("all-pictures", false, "of all pages")
)

// inDocs are the pictures that docs/ has.
var inDocs = []string{"overview-desk-light", "overview-desk-dark", "finding-desk-light", "findings-phone-light", "overview-phone-dark"}

// serve serves a farm's pages as of the exhibit's time.
func serve(t testing.TB, from api.Source) *httptest.Server {
	server := httptest.NewServer(handler(from))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // those that wait for events
	return server
}

func handler(from api.Source) http.Handler {
	return dash.New(from, dash.Options{
		Now: func() time.Time { return exhibit.Now }, Places: nightly.Places{Name: "battletest", Module: "battle.test"},
	})
}

// A tab of a browser.
type tab struct {
	*testing.T
	ctx      context.Context
	messages chan string
}

// browse opens a browser. Machines without one run the other tests: CI says so by name.
func browse(t *testing.T) *tab {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("NOT RUN: the farm's pages in a browser: there is none (apt install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WSURLReadTimeout(2*time.Minute))
	var err error
	for range 5 { // Chromium sometimes dies while it starts
		allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
		ctx, leave := chromedp.NewContext(allocator)
		if err = chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
			leave()
			stop()
			continue
		}
		t.Cleanup(func() { leave(); stop() })
		b := &tab{T: t, ctx: ctx, messages: make(chan string, 1000)}
		go func() {
			for m, err := range chromedp.Console(ctx) {
				if err != nil {
					return
				}
				b.messages <- m.String() + " " + m.URL
			}
		}()
		return b
	}
	require.NoError(t, err)
	return nil
}

// do does something in the tab.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	require.NoError(b, chromedp.Do(b.ctx, steps...))
}

// ask evaluates an expression.
func ask[V any](b *tab, expression string) V {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	require.NoError(b, err, "%s", expression)
	return v
}

// until waits for an expression to be true, on this page or the next.
func (b *tab) until(expression string) {
	b.Helper()
	for {
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if is && err == nil {
			return
		}
		require.NoError(b, b.ctx.Err(), "%s", expression) // while a page goes, there is none to ask
		time.Sleep(20 * time.Millisecond)
	}
}

// look sets the size of the window and the colours.
func (b *tab) look(width int64, scheme string) {
	b.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	require.NoError(b, err)
}

// quiet fails if the page said something on the console.
func (b *tab) quiet() {
	b.Helper()
	for {
		select {
		case m := <-b.messages:
			b.Errorf("the console says: %s", m)
		default:
			return
		}
	}
}

// shoot takes a picture of the whole page, if pictures are wanted.
func (b *tab) shoot(name string) {
	b.Helper()
	if *pictures == "" || !*allPictures && !slices.Contains(inDocs, name) {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	require.NoError(b, err)
	require.NoError(b, os.MkdirAll(*pictures, 0o755))
	require.NoError(b, os.WriteFile(filepath.Join(*pictures, "farm-"+name+".png"), picture, 0o644))
}

//go:embed audit_test.js
var audit string

// everyPage are the pages, and what their pictures are called.
var everyPage = []struct{ path, name string }{
	{"/", "overview"},
	{"/findings", "findings"},
	{"/findings/ring-80314448", "finding"},
	{"/findings/snapshotbytes-c72eee85", "finding-unexplained"},
	{"/targets", "targets"},
	{"/targets/ring", "target"},
	{"/targets/ring/corpus", "corpus"},
	{"/workers", "workers"},
	{"/builds", "builds"},
	{"/nightly", "nightly"},
	{"/findings/none-such", "none-such"},
}

// TestPagesInABrowser: on a phone and on a desk, in light and in dark, no page scrolls
// sideways, says anything on the console, or breaks the rules of audit_test.js. All pages are
// looked at on a phone in light and on a desk in dark, which have every colour, and some in the
// other ways.
func TestPagesInABrowser(t *testing.T) {
	b := browse(t)
	farm := exhibit.Small()
	server := serve(t, farm)
	empty := serve(t, &exhibit.Farm{InShort: api.Overview{Now: exhibit.Now}})
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1280} {
			b.look(width, scheme)
			all := (scheme == "light") == (width == 360) || *allPictures
			for _, page := range everyPage {
				if !all && !slices.Contains(inDocs, picture(page.name, width, scheme)) {
					continue
				}
				b.visit(server.URL+page.path, page.path, page.name, width, scheme)
			}
			for _, path := range []string{"/", "/findings", "/targets", "/workers", "/builds", "/nightly"} {
				if !all {
					break
				}
				b.visit(empty.URL+path, "empty "+path, "empty-"+filepath.Base("x"+path), width, scheme)
			}
		}
	}
}

func (b *tab) visit(url, path, name string, width int64, scheme string) {
	b.Helper()
	b.do(chromedp.Navigate(url))
	if path == "/findings/none-such" { // which the browser notes
		<-b.messages
	}
	for _, wrong := range ask[[]string](b, audit) {
		b.Errorf("%s, %d pixels, %s: %s", path, width, scheme, wrong)
	}
	b.quiet()
	b.shoot(picture(name, width, scheme))
}

// picture is the name of a picture.
func picture(page string, width int64, scheme string) string {
	return page + "-" + map[int64]string{360: "phone", 1280: "desk"}[width] + "-" + scheme
}
