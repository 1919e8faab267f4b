package main

import (
	"bytes"
	"html/template"
	"strings"
)

// page explains the finding to somebody who has nothing but the page.
func (e *explained) page() ([]byte, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, "explain.html", map[string]any{
		"Finding": e.Finding, "Title": e.Finding.Title(), "Explanation": e.Explanation, "Lines": e.lines(),
		"Loosened": e.loosenedReplay(), "Untold": strings.TrimSpace(e.untold()), "NoLines": e.noLines(),
		"Blame": e.Blame(), "Verdict": e.Verdict(), "Moments": e.Moments(), "Last": len(e.Finding.Trace),
		"Picture": template.HTML(e.Styled()), // SVG escapes what it did not write
	})
	return b.Bytes(), err
}

// loosenedReplay is the command that runs the trace that the page shows, if that is not the
// finding's own.
func (e *explained) loosenedReplay() string {
	loose := e.Explanation.Loosened
	if loose == nil {
		return ""
	}
	return strings.Replace(e.Finding.Replay, strings.Join(e.Finding.Trace, "; "), strings.Join(loose, "; "), 1)
}
