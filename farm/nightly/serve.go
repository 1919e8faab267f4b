package nightly

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"battle.test/cmd/battle/report"

	"battle.test/farm/api"
)

// A form is how a night is written.
type form struct {
	Path, Type string
	Write      func(n *Night) ([]byte, error)
}

// Forms are the forms of a night, with the paths that they are served at.
var forms = []form{
	{"/nightly.md", "text/markdown; charset=utf-8", func(n *Night) ([]byte, error) { return n.Markdown(), nil }},
	{"/nightly.html", "text/html; charset=utf-8", (*Night).HTML},
	{"/nightly.json", "application/json", func(n *Night) ([]byte, error) { return n.JSON() }},
	{"/nightly.sarif", "application/sarif+json", func(n *Night) ([]byte, error) { return n.SARIF() }},
	{"/nightly.xml", "application/xml", func(n *Night) ([]byte, error) { return n.JUnit() }},
}

// Handle serves the night that ends when it is asked for, in all forms.
func Handle(mux *http.ServeMux, from api.Source, now func() time.Time, places Places) {
	for _, f := range forms {
		mux.HandleFunc("GET "+f.Path, func(w http.ResponseWriter, _ *http.Request) {
			n := Of(from, now(), places)
			document, err := f.Write(&n)
			if err != nil {
				http.Error(w, "the report could not be made: "+err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", f.Type)
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Content-Security-Policy", policy)
			_, _ = w.Write(document) // who asked may be gone
		})
	}
}

// shownMax is how many findings of a state the page shows.
const shownMax = 50

//go:embed nightly.html
var source string

//go:embed nightly.css
var style string

// policy allows the page its own style.
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

var pages = template.Must(template.New("night").Funcs(template.FuncMap{
	"count": count, "number": number,
	"most":  func() int { return shownMax },
	"more":  func(all []report.Finding) int { return max(0, len(all)-shownMax) },
	"style": func() template.CSS { return template.CSS(style) },
}).Parse(source))

// HTML is the night as a page that needs nothing else.
func (n *Night) HTML() ([]byte, error) { return n.execute("whole") }

// Body is what the page has, for a page that has a head already.
func (n Night) Body() (template.HTML, error) {
	b, err := n.execute("body")
	return template.HTML(b), err
}

func (n *Night) execute(name string) ([]byte, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, name, n)
	return b.Bytes(), err
}
