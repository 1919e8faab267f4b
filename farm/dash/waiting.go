package dash

import (
	"bytes"
	"net/http"
	"time"

	"battle.test/farm/api"
)

// Waiting serves a farm that can show nothing yet: its pages and its API say why.
func Waiting(name, why string) http.Handler {
	mux, templates := http.NewServeMux(), parse(time.Now)
	for _, path := range apiPaths {
		mux.Handle(path, api.Waiting(why))
	}
	mux.Handle("/files/", static())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p := page{Template: "waiting.html", Title: "The farm is not ready", Of: why}
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, p.Template, shown{page: p, Farm: name, Path: r.URL.Path}); err != nil {
			http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Retry-After", "2")
		send(w, http.StatusServiceUnavailable, b.Bytes())
	})
	return guarded(mux)
}
