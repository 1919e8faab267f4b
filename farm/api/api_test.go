package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"battle.test/farm/api"
	"battle.test/farm/api/exhibit"
)

// full is a farm in which every field has a value.
func full() *exhibit.Farm {
	farm := exhibit.Small()
	farm.InShort.Broken, farm.InShort.Holding = &farm.Tried[3], map[string]string{"machine": "5 MB of disk are free"}
	farm.Tried[0].Warning = "a trace that no longer fits"
	farm.Arms[0].Last.Never = []string{"restart"}
	return farm
}

func get(t *testing.T, from api.Source, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	api.New(from).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

const manual = "../../docs/farm-api.md"

// sections are the manual's parts, by the path that each is about.
func sections(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(manual)
	require.NoError(t, err)
	all := make(map[string]string)
	for _, part := range strings.Split(string(text), "\n## ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		for _, path := range regexp.MustCompile("`GET (/[^`]*)`").FindAllStringSubmatch(title, -1) {
			all[path[1]] = body
		}
	}
	return all
}

// TestTheManualIsTrue: docs/farm-api.md has each path, and of each answer every field.
func TestTheManualIsTrue(t *testing.T) {
	farm := full()
	part, _ := farm.Entries("ring", 0, 1)
	text := sections(t)
	for path, ask := range map[string]string{
		"/api/overview": "", "/api/targets": "", "/api/engines": "", "/api/contributions": "", "/api/findings": "", "/api/findings/{id}": "/api/findings/" + farm.Filed[0].ID,
		"/api/builds": "", "/api/history": "/api/history?target=ring", "/api/corpus": "", "/api/corpus/{target}": "/api/corpus/ring",
		"/api/corpus/{target}/{hash}": "/api/corpus/ring/" + part[0].Hash, "/api/refused": "", "/healthz": "", "/readyz": "",
	} {
		if ask == "" {
			ask = path
		}
		section, there := text[path]
		require.True(t, there, "%s has no section on %s", manual, path)
		answer := get(t, farm, ask)
		require.Equal(t, "application/json", answer.Header().Get("Content-Type"), path)
		var document any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &document), path)
		names := make(map[string]bool)
		collect(document, names)
		require.NotEmpty(t, names, path)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			require.Contains(t, section, "`"+name+"`", "%s: the section on %s does not say what %s is", manual, path, name)
		}
		delete(text, path)
	}
	for _, path := range []string{"/api/events", "/metrics", "/nightly.json", "/nightly.md", "/nightly.html", "/nightly.sarif", "/nightly.xml"} {
		require.Contains(t, text, path)
		delete(text, path)
	}
	require.Empty(t, slices.Sorted(maps.Keys(text)), "%s has sections on what is not served", manual)
}

// documents are fields that are described elsewhere: findings and explanations of the command,
// and maps by names.
var documents = map[string]bool{"found": true, "explanation": true, "holding": true, "ops": true}

// collect gathers the names of fields.
func collect(v any, names map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			collect(one, names)
		}
	case map[string]any:
		for name, one := range v {
			names[name] = true
			if m, is := one.(map[string]any); !documents[name] && !(is && byName(m)) {
				collect(one, names)
			}
		}
	}
}

// byName tells whether an object is a map of counts.
func byName(m map[string]any) bool {
	for _, v := range m {
		if _, count := v.(float64); !count {
			return false
		}
	}
	return true
}

// TestMetricsKeepTheConventions of Prometheus, as far as its own linter knows them, and can be
// read by its parser.
func TestMetricsKeepTheConventions(t *testing.T) {
	answer := get(t, full(), "/metrics")
	require.Equal(t, http.StatusOK, answer.Code)
	problems, err := promlint.New(bytes.NewReader(answer.Body.Bytes())).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(answer.Body.Bytes()))
	require.NoError(t, err)
	for name := range families {
		require.True(t, strings.HasPrefix(name, "battle_farm_"), name)
		require.Contains(t, sections(t)["/metrics"], "`"+name+"`", "%s does not say what %s is", manual, name)
	}
	require.Len(t, families, strings.Count(sections(t)["/metrics"], "`battle_farm_"), "%s has a metric that there is not", manual)
	open := 0.0
	for _, m := range families["battle_farm_findings"].GetMetric() {
		if m.GetLabel()[0].GetValue() != "resolved" {
			open += m.GetGauge().GetValue()
		}
	}
	require.Equal(t, 4.0, open)
}

func TestHealthSaysWhatIsNotDone(t *testing.T) {
	farm := exhibit.Small()
	require.Equal(t, http.StatusOK, get(t, farm, "/healthz").Code)
	farm.InShort.Holding["machine"] = "5 MB of disk are free"
	answer := get(t, farm, "/healthz")
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
	require.Contains(t, answer.Body.String(), "5 MB of disk are free")
	require.Equal(t, http.StatusOK, get(t, farm, "/readyz").Code, "there is something to show")
}

func TestPartsOfACorpus(t *testing.T) {
	farm := exhibit.Small()
	ask := func(path string) (p api.Part) {
		answer := get(t, farm, path)
		require.Equal(t, http.StatusOK, answer.Code)
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &p))
		return p
	}
	all := ask("/api/corpus/ring?most=1000")
	require.Len(t, all.Entries, all.All)
	some := ask("/api/corpus/ring?from=7&most=5")
	require.Equal(t, all.Entries[7:12], some.Entries)
	require.Empty(t, ask("/api/corpus/ring?from=99999").Entries)
	require.NotNil(t, ask("/api/corpus/none").Entries)
	for _, wrong := range []string{"from=-1", "most=x", "from=99999999999"} {
		require.Equal(t, http.StatusBadRequest, get(t, farm, "/api/corpus/ring?"+wrong).Code, wrong)
	}
	require.Equal(t, http.StatusNotFound, get(t, farm, "/api/corpus/ring/00").Code)
}

// TestEventsTellEachChange reads the stream as a browser does.
func TestEventsTellEachChange(t *testing.T) {
	farm := exhibit.Small()
	server := httptest.NewServer(api.New(farm))
	defer server.Close()
	answer, err := http.Get(server.URL + "/api/events")
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	lines := bufio.NewScanner(answer.Body)
	for _, want := range []string{"data: 0", "", "data: 1", "", "data: 2", ""} {
		require.True(t, lines.Scan())
		require.Equal(t, want, lines.Text())
		if want == "" {
			farm.Change(func(*exhibit.Farm) {})
		}
	}
}
