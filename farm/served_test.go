package farm_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/farm/api"
	"battle.test/farm/puppet"
	"battle.test/farm/store"
)

// TestWhatAFarmServes asks a farm at work for all that it shows.
func TestWhatAFarmServes(t *testing.T) {
	repository, err := puppet.Init(t.TempDir())
	require.NoError(t, err)
	revision := commit(t, repository, subject(7), "ring: begun")
	f := begin(t, repository)
	server := httptest.NewServer(api.New(f.shown))
	defer server.Close()
	get := func(path string, want int) []byte {
		t.Helper()
		reply, err := http.Get(server.URL + path)
		require.NoError(t, err)
		defer reply.Body.Close()
		require.Equal(t, want, reply.StatusCode, path)
		content, err := io.ReadAll(reply.Body)
		require.NoError(t, err)
		return content
	}
	ask := func(path string, into any) {
		t.Helper()
		require.NoError(t, json.Unmarshal(get(path, http.StatusOK), into), path)
	}
	f.until(func() bool {
		all := f.shown.Findings()
		// A sample is written when its report has been counted, another every fifteen seconds.
		return len(all) == 1 && all[0].FirstBad != "" && all[0].Culprit > 0 && len(f.shown.History("ring")) > 0
	})

	var overview api.Overview
	ask("/api/overview", &overview)
	require.Equal(t, revision, overview.Build.Revision)
	require.Len(t, overview.Workers, 1)
	require.Equal(t, 1, overview.States[store.New])
	var findings []api.Finding
	for path, want := range map[string]int{"": 1, "?state=new": 1, "?state=resolved": 0, "?target=ring": 1, "?target=queue": 0} {
		ask("/api/findings"+path, &findings)
		require.Len(t, findings, want, path)
	}
	ask("/api/findings", &findings)
	var finding store.Finding
	ask("/api/findings/"+findings[0].ID, &finding)
	require.Equal(t, []string{"restart", "read"}, finding.Found.Trace)
	require.Contains(t, string(get("/api/findings/nothing", http.StatusNotFound)), "nothing of that name")
	for path, want := range map[string]int{"/api/targets": 1, "/api/engines": 2, "/api/contributions": 1, "/api/builds": 1, "/api/history?target=queue": 0, "/api/corpus": 1, "/api/refused": 0} {
		var all []json.RawMessage
		ask(path, &all)
		require.NotNil(t, all, "%s is a list, if an empty one", path)
		require.Len(t, all, want, path)
	}
	var history []store.Sample
	ask("/api/history?target=ring", &history)
	require.NotEmpty(t, history)
	require.Equal(t, "ring", history[0].Target)
	require.Positive(t, history[0].Updates)
	require.JSONEq(t, `{"ok": true, "holding": {}}`, string(get("/healthz", http.StatusOK)))
	metrics := string(get("/metrics", http.StatusOK))
	require.Contains(t, metrics, `battle_farm_findings{state="new"} 1`)
	require.Contains(t, metrics, `battle_farm_updates_total{engine="explore",target="ring"} `)
	require.Equal(t, http.StatusMethodNotAllowed, post(t, server.URL+"/api/findings"), "nothing can be changed")

	reply, err := http.Get(server.URL + "/api/events")
	require.NoError(t, err)
	defer reply.Body.Close()
	line, err := bufio.NewReader(reply.Body).ReadString('\n')
	require.NoError(t, err)
	require.Regexp(t, `^data: \d+\n$`, line)
}

func post(t *testing.T, url string) (status int) {
	t.Helper()
	reply, err := http.Post(url, "application/json", nil)
	require.NoError(t, err)
	require.NoError(t, reply.Body.Close())
	return reply.StatusCode
}

func TestAFarmThatWaitsSaysWhy(t *testing.T) {
	w := httptest.NewRecorder()
	api.Waiting("another coordinates this farm").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/overview", nil))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.JSONEq(t, `{"ok": false, "holding": {"starting": "another coordinates this farm"}}`, w.Body.String())
}
