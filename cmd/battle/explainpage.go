package main

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed explain.html
var pageText string

var pageTemplate = template.Must(template.New("explain.html").Funcs(template.FuncMap{
	"percentage": percentage,
}).Parse(pageText))

// page explains the finding to somebody who has nothing but the page: no script, no
// font, no other file.
func (e *explained) page() ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"Finding": e.Finding, "Title": e.Finding.Title(), "Explanation": e.Explanation, "Sources": e.Sources,
		"Blame": e.blame(), "Verdict": e.verdict(), "Moments": e.moments(), "Last": len(e.Finding.Trace),
		"Picture": template.HTML(e.svg()), // svg escapes what it did not write
	})
	return b.Bytes(), err
}
