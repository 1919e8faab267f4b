package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"battle.test/farm/store"
)

// nothing is the error of a name that is none.
const nothing = "there is nothing of that name"

// New serves what a source knows.
func New(from Source) http.Handler {
	mux := http.NewServeMux()
	get := func(path string, answer func(r *http.Request) (any, bool)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			v, there := answer(r)
			if !there {
				reply(w, http.StatusNotFound, map[string]string{"error": nothing})
				return
			}
			reply(w, http.StatusOK, v)
		})
	}
	get("/api/overview", func(*http.Request) (any, bool) { return from.Overview(), true })
	get("/api/targets", func(*http.Request) (any, bool) { return from.Targets(), true })
	get("/api/engines", func(*http.Request) (any, bool) { return from.Engines(), true })
	get("/api/contributions", func(*http.Request) (any, bool) { return from.Contributions(), true })
	get("/api/findings", func(r *http.Request) (any, bool) { return chosen(from.Findings(), r), true })
	get("/api/findings/{id}", func(r *http.Request) (any, bool) { return twin(from.Finding(r.PathValue("id"))) })
	get("/api/builds", func(*http.Request) (any, bool) { return from.Builds(), true })
	get("/api/history", func(r *http.Request) (any, bool) { return from.History(r.FormValue("target")), true })
	get("/api/corpus", func(*http.Request) (any, bool) { return from.Corpora(), true })
	mux.HandleFunc("GET /api/corpus/{target}", func(w http.ResponseWriter, r *http.Request) { entries(w, r, from) })
	mux.HandleFunc("GET /api/corpus/{target}/{hash}", func(w http.ResponseWriter, r *http.Request) { entry(w, r, from) })
	get("/api/refused", func(*http.Request) (any, bool) { return from.Refused(), true })
	mux.HandleFunc("GET /api/events", func(w http.ResponseWriter, r *http.Request) { events(w, r, from) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, map[string]any{"ok": true}) })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { health(w, from) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(&metrics{from})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

func twin(f store.Finding, there bool) (any, bool) { return f, there }

// chosen are the findings that a request asks for.
func chosen(all []Finding, r *http.Request) []Finding {
	state, target := store.State(r.FormValue("state")), r.FormValue("target")
	return slices.DeleteFunc(all, func(f Finding) bool {
		return state != "" && f.State != state || target != "" && f.Target != target
	})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who asked may be gone
}

// health says whether the farm does all that it should.
func health(w http.ResponseWriter, from Source) {
	holding := from.Overview().Holding
	status := http.StatusOK
	if len(holding) > 0 {
		status = http.StatusServiceUnavailable
	}
	reply(w, status, map[string]any{"ok": len(holding) == 0, "holding": holding})
}

// events says when something has changed, until the one who listens goes. Changes that come
// faster than they are read are one.
func events(w http.ResponseWriter, r *http.Request, from Source) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	for {
		version, next := from.Changed()
		if _, err := fmt.Fprintf(w, "data: %d\n\n", version); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-next:
		}
	}
}

// Waiting serves a farm that can show nothing yet: it says why, whatever is asked for.
func Waiting(why string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusServiceUnavailable, map[string]any{"ok": false, "holding": map[string]string{"starting": why}})
	})
}
