package main

import (
	"bytes"
	"html/template"
)

// page explains the finding to somebody who has nothing but the page.
func (e *explained) page() ([]byte, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, "explain.html", map[string]any{
		"Finding": e.Finding, "Title": e.Finding.Title(), "Explanation": e.Explanation, "Sources": e.Sources,
		"Blame": e.blame(), "Verdict": e.verdict(), "Moments": e.moments(), "Last": len(e.Finding.Trace),
		"Picture": template.HTML(e.svg()), // svg escapes what it did not write
	})
	return b.Bytes(), err
}
