package main

import (
	"bytes"

	"battle.test/cmd/battle/report"
)

// reportPage is a report for somebody who has nothing but the page.
func reportPage(r *report.Report) ([]byte, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, "report.html", r)
	return b.Bytes(), err
}
