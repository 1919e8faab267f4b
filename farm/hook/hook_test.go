package hook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/farm/api/exhibit"
	"battle.test/farm/hook"
	"battle.test/farm/store"
)

// A post is what came at the other side.
type post struct {
	news      hook.News
	signature string
	want      string
	delivery  string
}

// listen is the other side. It answers with a status each, and with 204 then.
func listen(t *testing.T, statuses ...int) (url string, posts chan post) {
	posts = make(chan post, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		p := post{signature: r.Header.Get("X-Battle-Signature"), want: hook.Signature([]byte("secret"), body), delivery: r.Header.Get("X-Battle-Delivery")}
		if err == nil {
			err = json.Unmarshal(body, &p.news)
		}
		status := http.StatusNoContent
		if len(statuses) > 0 {
			status, statuses = statuses[0], statuses[1:]
		}
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			status = http.StatusBadRequest
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		posts <- p
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hook", posts
}

// run runs a hook until the function that is returned is called.
func run(t *testing.T, h *hook.Hook, farm *exhibit.Farm) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.Run(ctx, farm) }()
	return func() {
		cancel()
		require.ErrorIs(t, <-done, ctx.Err())
	}
}

func set(farm *exhibit.Farm, id string, state store.State) {
	farm.Change(func(f *exhibit.Farm) {
		i := slices.IndexFunc(f.Filed, func(one store.Finding) bool { return one.ID == id })
		f.Filed[i].State = state
	})
}

func TestNewsAreToldOnceEach(t *testing.T) {
	url, posts := listen(t)
	farm := exhibit.Small()
	h := &hook.Hook{URL: url, Secret: []byte("secret"), Farm: "shop", Page: "http://farm.test", File: filepath.Join(t.TempDir(), "told.json"), Log: t.Logf}
	stop := run(t, h, farm)
	next := func(event, id string) {
		t.Helper()
		p := <-posts
		require.Equal(t, event, p.news.Event)
		require.Equal(t, id, p.news.Finding.ID)
		require.Equal(t, "shop", p.news.Farm)
		require.Equal(t, "http://farm.test/findings/"+id, p.news.Link)
		require.Equal(t, p.want, p.signature)
		require.Len(t, p.delivery, 32)
	}
	waitFor(t, h.File) // what was there before is no news
	fresh := farm.Filed[0]
	fresh.ID = "ring-00000001"
	farm.Change(func(f *exhibit.Farm) { f.Filed = append([]store.Finding{fresh}, f.Filed...) })
	next("new", fresh.ID)
	set(farm, fresh.ID, store.Ongoing) // is none
	set(farm, fresh.ID, store.Resolved)
	next("resolved", fresh.ID)
	set(farm, fresh.ID, store.Regressed)
	next("regressed", fresh.ID)
	noted(t, h.File, fresh.ID, store.Regressed)
	stop()

	set(farm, fresh.ID, store.Resolved) // while nobody tells
	stop = run(t, h, farm)
	next("resolved", fresh.ID)
	noted(t, h.File, fresh.ID, store.Resolved)
	stop()
	stop = run(t, h, farm)
	set(farm, fresh.ID, store.Regressed)
	next("regressed", fresh.ID)
	stop()
	require.Empty(t, posts)
}

func TestWhatIsNotTakenIsToldAgain(t *testing.T) {
	url, posts := listen(t, http.StatusInternalServerError, http.StatusFound, http.StatusTooManyRequests)
	farm := exhibit.Small()
	var rests []int
	h := &hook.Hook{URL: url, File: filepath.Join(t.TempDir(), "told.json"), Log: t.Logf, Rest: func(failures int) time.Duration {
		rests = append(rests, failures)
		return time.Millisecond
	}}
	stop := run(t, h, farm)
	waitFor(t, h.File)
	set(farm, farm.Filed[0].ID, store.Resolved)
	first := <-posts
	require.Empty(t, first.signature, "there is no secret")
	for range 3 {
		again := <-posts
		require.Equal(t, first.news.Finding, again.news.Finding)
		require.Equal(t, first.delivery, again.delivery)
	}
	set(farm, farm.Filed[0].ID, store.Regressed) // it goes on after that
	require.Equal(t, "regressed", (<-posts).news.Event)
	stop()
	require.Empty(t, posts)
	require.Equal(t, []int{1, 2, 3}, rests)
}

// The farm was killed while it told something: nobody knows whether that was heard.
func TestWhatMayNotHaveBeenHeardIsToldAgain(t *testing.T) {
	for state, event := range map[store.State]string{store.New: "new", store.Ongoing: "new", store.Resolved: "resolved", store.Regressed: "regressed"} {
		url, posts := listen(t)
		farm := exhibit.Small()
		h := &hook.Hook{URL: url, File: filepath.Join(t.TempDir(), "told.json"), Log: t.Logf}
		told := make(map[string]store.State)
		for _, f := range farm.Filed {
			told[f.ID] = f.State
		}
		told[farm.Filed[0].ID] = "unsure"
		document, err := json.Marshal(told)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(h.File, document, 0o600))
		set(farm, farm.Filed[0].ID, state)
		stop := run(t, h, farm)
		p := <-posts
		require.Equal(t, event, p.news.Event)
		require.Equal(t, farm.Filed[0].ID, p.news.Finding.ID)
		stop()
		require.Empty(t, posts)
	}
}

func TestAFileThatIsNoneIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "told.json")
	require.NoError(t, os.WriteFile(file, []byte("["), 0o600))
	h := &hook.Hook{File: file}
	require.ErrorContains(t, h.Run(t.Context(), exhibit.Small()), "told.json: want findings and their states")
}

// noted waits until a state is in the file of what was told.
func noted(t *testing.T, file, id string, state store.State) {
	for t.Context().Err() == nil {
		told := make(map[string]store.State)
		document, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(document, &told), "the file is whole at all times")
		if told[id] == state {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// waitFor waits for a file to be there.
func waitFor(t *testing.T, file string) {
	for t.Context().Err() == nil {
		if _, err := os.Stat(file); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
