package dash_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/farm/api"
	"battle.test/farm/api/exhibit"
	"battle.test/farm/dash"
	"battle.test/farm/store"
)

// get asks for a page.
func get(t testing.TB, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

// paths are all pages of a farm.
func paths(from api.Source) []string {
	all := []string{"/", "/findings", "/targets", "/workers", "/builds", "/nightly", "/nightly.html", "/none-such"}
	for _, f := range from.Findings() {
		all = append(all, "/findings/"+f.ID)
	}
	for _, t := range from.Targets() {
		all = append(all, "/targets/"+t.Name, "/targets/"+t.Name+"/corpus")
		if part, _ := from.Entries(t.Name, 0, 1); len(part) > 0 {
			all = append(all, "/targets/"+t.Name+"/corpus/"+part[0].Hash)
		}
	}
	return all
}

// TestAClaimIsNotSaidToBeSeen, for most claims are not run.
func TestAClaimIsNotSaidToBeSeen(t *testing.T) {
	farm := exhibit.Small()
	f := farm.Filed[0]
	f.Claims = 9
	farm.Filed[0] = f
	page := get(t, handler(farm), "/findings/"+f.ID).Body.String()
	require.Contains(t, page, "handed in 9 times")
	require.NotContains(t, page, "seen 9 times")
}

const nasty = `</title><script>own("1 & 2")</script><img src=x onerror='own()'>`

// spoiled is a farm whose workers wrote that wherever they could.
func spoiled() *exhibit.Farm {
	farm := exhibit.Small()
	for i := range farm.Filed {
		f := &farm.Filed[i]
		f.Engine, f.Worker, f.Unexplained, f.Aliases = nasty, nasty, nasty, []string{nasty}
		r := &f.Found
		r.Message, r.Expected, r.Actual, r.Diff, r.Place, r.Stack, r.Replay, r.GoTest, r.Op, r.Engine = nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty
		for k := range r.Trace {
			r.Trace[k] = nasty
		}
		if f.Explanation != nil {
			f.Explanation.Loosened = r.Trace
			for k := range f.Explanation.Lines {
				f.Explanation.Lines[k].File = nasty
			}
		}
		for k := range f.Verdicts {
			f.Verdicts[k].Note = nasty
		}
		if f.Bisection != nil {
			f.Bisection.Subject, f.Bisection.Author, f.Bisection.Note = nasty, nasty, nasty
		}
	}
	for i := range farm.Arms {
		farm.Arms[i].Fault, farm.Arms[i].Last.Unreached, farm.Arms[i].Last.Never = nasty, []string{nasty}, []string{nasty}
	}
	for i := range farm.Crew {
		farm.Crew[i].Missing, farm.Crew[i].Faults = nasty, []string{nasty}
	}
	for i := range farm.InShort.Workers {
		w := &farm.InShort.Workers[i]
		w.Name, w.Host, w.Holding, w.Build = nasty, nasty, nasty, nasty
	}
	for i := range farm.Refusals {
		farm.Refusals[i] = store.Refusal{Kind: nasty, Worker: nasty, Target: nasty, Why: nasty}
	}
	for i := range farm.Tried {
		farm.Tried[i].Subject, farm.Tried[i].Author, farm.Tried[i].Broken, farm.Tried[i].Warning = nasty, nasty, nasty, nasty
	}
	for _, traces := range farm.Traces {
		for i := range traces {
			traces[i].Trace, traces[i].Engine, traces[i].Worker = nasty+fmt.Sprint(i), nasty, nasty
		}
	}
	farm.InShort.Holding, farm.InShort.Broken = map[string]string{nasty: nasty}, &farm.Tried[0]
	return farm
}

func TestWhatWorkersWroteIsText(t *testing.T) {
	farm := spoiled()
	h := handler(farm)
	for _, path := range paths(farm) {
		page := get(t, h, path).Body.String()
		require.Contains(t, html.UnescapeString(page), nasty, "%s shows it", path)
		for _, raw := range []string{"<script>own", "<img", "ZgotmplZ", "onerror='own()'>"} {
			require.NotContains(t, page, raw, path)
		}
	}
}

// What the policy forbids is not there to begin with, and the policy is on all that is served.
func TestPagesNeedNothingButTheFarm(t *testing.T) {
	farm := exhibit.Small()
	h, seen := handler(farm), make(map[string]bool)
	for _, path := range append(paths(farm), "/files/dash.js", "/files/dash.css", "/api/overview", "/metrics", "/none-such") {
		w := get(t, h, path)
		policy := w.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", path)
		require.NotContains(t, policy, "unsafe", path)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), path)
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && path != "/nightly.html" {
			for _, inline := range []string{` style="`, `<style`, `<script>`, ` on[a-z]+="`, `(src|href)="(https?:)?//`} {
				require.NotRegexp(t, inline, w.Body.String(), path)
			}
		}
		for _, link := range regexp.MustCompile(`(?:href|src|action)="(/[^"?]*)`).FindAllStringSubmatch(w.Body.String(), -1) {
			if seen[link[1]] || link[1] == "/none-such" { // which is the link to reload it
				continue
			}
			seen[link[1]] = true
			require.Equal(t, http.StatusOK, get(t, h, link[1]).Code, "%s leads to %s", path, link[1])
		}
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	h := handler(exhibit.Small())
	for path, want := range map[string]string{
		"/findings/ring-0":     "no finding of the name ring-0",
		"/targets/x":           "no target of the name x",
		"/targets/x/corpus":    "no target of the name x",
		"/targets/x/corpus/00": "no entry of the corpus of the name 00",
		"/x":                   "no page of the name /x",
	} {
		w := get(t, h, path)
		require.Equal(t, http.StatusNotFound, w.Code, path)
		require.Contains(t, w.Body.String(), want)
	}
	require.Equal(t, http.StatusMethodNotAllowed, func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/api/findings", nil))
		return w.Code
	}())
}

func TestAFarmThatWaitsSaysWhy(t *testing.T) {
	h := dash.Waiting("shop", "reading the state: "+nasty)
	for _, path := range []string{"/", "/findings/x"} {
		w := get(t, h, path)
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Contains(t, html.UnescapeString(w.Body.String()), "reading the state: "+nasty)
		require.NotContains(t, w.Body.String(), nasty)
	}
	require.Equal(t, http.StatusServiceUnavailable, get(t, h, "/readyz").Code)
	require.Equal(t, http.StatusServiceUnavailable, get(t, h, "/healthz").Code)
	require.Equal(t, http.StatusOK, get(t, h, "/files/dash.css").Code)
}

func TestListsComeInParts(t *testing.T) {
	farm := exhibit.Large(5*333, 330)
	h := handler(farm)
	rows := func(path string) (ids []string) {
		for _, found := range regexp.MustCompile(`<tr id="(?:finding|entry)-([^"]+)"`).FindAllStringSubmatch(get(t, h, path).Body.String(), -1) {
			ids = append(ids, found[1])
		}
		return ids
	}
	for path, all := range map[string]int{"/findings": 330, "/targets/ring/corpus": 333} {
		seen := make(map[string]bool)
		for n := 1; len(seen) < all; n++ {
			part := rows(fmt.Sprintf("%s?page=%d", path, n))
			require.LessOrEqual(t, len(part), 50)
			for _, id := range part {
				require.False(t, seen[id], "%s, page %d: %s was there before", path, n, id)
				seen[id] = true
			}
			require.NotEmpty(t, part, "%s ends before %d", path, all)
		}
		require.Equal(t, rows(path+"?page=5"), rows(path+"?page=5&x=y"))
		require.Equal(t, rows(path), rows(path+"?page=-3"))
		require.Equal(t, rows(path), rows(path+"?page=x"))
		require.NotEmpty(t, rows(path+"?page=99999"), "the last part, in place of one past the end")
	}
	page := get(t, h, "/findings?state=new&target=ring&say=ANSWER&page=1").Body.String()
	require.True(t, strings.Contains(page, `href="/findings?page=2&amp;say=ANSWER&amp;state=new&amp;target=ring"`), "the choice goes on")
	require.True(t, strings.Contains(page, `<option selected>ring</option>`))
	require.False(t, strings.Contains(page, `<span class="state ongoing">`))
	require.Contains(t, get(t, h, "/findings?say=nothing+has+this").Body.String(), "No finding is like that.")
}

// BenchmarkPages is what a page costs of a farm with 100,000 entries and 1,000 findings, which
// are to take at most 200 ms.
func BenchmarkPages(b *testing.B) {
	farm := exhibit.Large(100_000, 1000)
	h := handler(farm)
	for _, path := range []string{
		"/", "/findings", "/findings?page=9", "/findings/" + farm.Filed[0].ID, "/targets", "/targets/ring", "/targets/ring/corpus", "/targets/ring/corpus?page=300",
		"/workers", "/builds", "/nightly", "/nightly.md", "/nightly.sarif", "/metrics", "/api/findings", "/api/history?target=ring",
	} {
		b.Run(strings.ReplaceAll(path[1:], "/", "|"), func(b *testing.B) {
			for b.Loop() {
				require.Equal(b, http.StatusOK, get(b, h, path).Code)
			}
		})
	}
}
