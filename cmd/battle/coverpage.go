package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"path/filepath"
	"strings"
)

// A coverPage is the coverage of a corpus for somebody who has nothing but the page.
type coverPage struct {
	Title    string
	Targets  []coveredTarget
	Lines    []string // the targets in a line each
	Packages []coverPagePackage
	NoBlocks string // why there are none, if so
}

type coverPagePackage struct {
	coveredPackage
	Sources []coverPageFile
}

// A coverPageFile is a source with its lines, or without, where there is no room.
type coverPageFile struct {
	coveredFile
	Link  template.URL // to the source
	Lines []coveredLine
}

// coverLinesMax bounds the lines of sources on a page.
const coverLinesMax = 40_000

func (w *workshop) writeCoverPage(path string, all *covered, on *ground) error {
	page, err := w.coverPage(path, all, on)
	if err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "cover.html", page); err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	if err := writeOut(path, b.Bytes()); err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	return nil
}

func (w *workshop) coverPage(path string, all *covered, on *ground) (*coverPage, error) {
	page := &coverPage{Targets: all.Targets, NoBlocks: all.noBlocks()}
	var names []string
	for _, t := range all.Targets {
		names = append(names, t.Name)
		page.Lines = append(page.Lines, t.line())
	}
	page.Title = "What the corpus covers: " + strings.Join(names, ", ")
	room := coverLinesMax
	for _, p := range all.Packages {
		one := coverPagePackage{coveredPackage: p}
		for _, f := range p.Files {
			name := p.Package + "/" + f.Name
			source := w.pathOf(name)
			shown := coverPageFile{coveredFile: f, Link: linkFrom(path, source)}
			text, err := w.linesOf(source)
			if err != nil {
				return nil, err
			}
			if len(text) <= room {
				room -= len(text)
				shown.Lines = lines(text, on.files[name])
			}
			one.Sources = append(one.Sources, shown)
		}
		page.Packages = append(page.Packages, one)
	}
	return page, nil
}

// linkFrom leads from a page to a file: by a relative path, so that both can be moved
// together.
func linkFrom(page, path string) template.URL {
	relative, err := filepath.Rel(filepath.Dir(page), path)
	if err != nil { // on another drive
		relative = path
	}
	return template.URL((&url.URL{Path: filepath.ToSlash(relative)}).String())
}
