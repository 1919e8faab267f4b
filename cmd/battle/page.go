package main

import (
	"embed"
	"fmt"
	"html/template"

	"battle.test/cmd/battle/likelihood"
)

// Pages stand alone: no script, no font, no other file. They share one head and style, which
// follows the reader's light or dark and fits a phone.

//go:embed head.html page.css explain.html hunt.html cover.html report.html
var pageFiles embed.FS

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"percentage": likelihood.Percentage,
	"short":      short,
	"rate":       func(perSecond float64) string { return short(uint64(perSecond)) },
	"part":       func(share float64) string { return fmt.Sprintf("%.1f", 100*share) },
	"count":      count,
}).ParseFS(pageFiles, "head.html", "page.css", "explain.html", "hunt.html", "cover.html", "report.html"))
