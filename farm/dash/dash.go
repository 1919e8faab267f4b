package dash

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"battle.test/farm/api"
	"battle.test/farm/nightly"
)

// Options of the pages. The zero value is good.
type Options struct {
	Now    func() time.Time // for ages; nil is the clock
	Places nightly.Places   // of the sources
}

// A dash serves the pages.
type dash struct {
	Options
	from      api.Source
	mux       *http.ServeMux
	templates *template.Template
}

//go:embed files
var files embed.FS

// New serves a farm's pages, its API and its metrics.
func New(from api.Source, o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &dash{Options: o, from: from, mux: http.NewServeMux(), templates: parse(o.Now)}
	for path, show := range map[string]func(*http.Request) (page, error){
		"/{$}":                           d.overview,
		"/findings":                      d.findings,
		"/findings/{id}":                 d.finding,
		"/targets":                       d.targets,
		"/targets/{target}":              d.target,
		"/targets/{target}/corpus":       d.corpus,
		"/targets/{target}/corpus/{key}": d.entry,
		"/workers":                       d.workers,
		"/builds":                        d.builds,
		"/nightly":                       d.nightly,
	} {
		d.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, show) })
	}
	apis := api.New(from)
	for _, path := range apiPaths {
		d.mux.Handle(path, apis)
	}
	nightly.Handle(d.mux, from, o.Now, o.Places)
	d.mux.Handle("GET /files/", static())
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.serve(w, r, func(*http.Request) (page, error) { return page{}, notFound("page", r.URL.Path) })
	})
	return guarded(d.mux)
}

// apiPaths are those of package api.
var apiPaths = []string{"/api/", "/metrics", "/healthz", "/readyz"}

// static serves the style and the script.
func static() http.Handler { return http.FileServerFS(files) }

// policy allows what this package serves, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded tells browsers what they may do with what is served.
func guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			w.Header().Set(name, value)
		}
		h.ServeHTTP(w, r)
	})
}

// A page is what a template shows.
type page struct {
	Template string // of files/
	Title    string
	At       string // the entry of the navigation that it belongs to
	Of       any
}

// A shown page, with what is on all of them.
type shown struct {
	page
	Farm     string
	Version  uint64 // of the farm, at least
	Overview api.Overview
	Now      time.Time
	Path     string
}

// A fault is a page that can't be shown, and why.
type fault struct {
	status    int
	Title     string
	Why, Next string // what happened, and what to do
}

func (f *fault) Error() string { return f.Title + ": " + f.Why }

func notFound(what, name string) error {
	return &fault{http.StatusNotFound, "There is no such " + what, fmt.Sprintf("The farm has no %s of the name %s.", what, name), "It may be gone, or have another name by now: look for it in the lists above."}
}

// serve writes a page, or says why it can't.
func (d *dash) serve(w http.ResponseWriter, r *http.Request, show func(*http.Request) (page, error)) {
	status := http.StatusOK
	version, _ := d.from.Changed() // before all else: what changes from here on, the page asks for again
	p, err := show(r)
	if err != nil {
		why, told := err.(*fault)
		if !told {
			why = &fault{http.StatusServiceUnavailable, "This can't be shown now", err.Error(), "Reload the page in a moment. The farm's log has more."}
		}
		status, p = why.status, page{Template: "fault.html", Title: why.Title, Of: why}
	}
	var b bytes.Buffer
	if err := d.templates.ExecuteTemplate(&b, p.Template, shown{p, d.Places.Name, version, d.from.Overview(), d.Now(), r.URL.Path}); err != nil {
		http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, status, b.Bytes())
}

// send sends a page.
func send(w http.ResponseWriter, status int, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(page) // who asked may be gone
}

// parse reads the templates, whose ages are as of now.
func parse(now func() time.Time) *template.Template {
	ages := template.FuncMap{"ago": func(at time.Time) template.HTML { return ago(now(), at) }}
	return template.Must(template.New("").Funcs(words).Funcs(ages).ParseFS(files, "files/*.html"))
}
