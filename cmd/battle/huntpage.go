package main

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/explore"
)

// A huntPage is the report of a hunt for somebody who has nothing but the page.
type huntPage struct {
	Title    string
	Notes    []string
	Targets  []pageTarget
	Findings []pageFinding
}

// A pageTarget is what came of one target.
type pageTarget struct {
	Name     string
	Rows     []row
	Ops      []pageShare // of updates, by all engines
	Labels   []pageShare // of runs
	Explored *pageExplored
}

// A pageShare is how often something happened.
type pageShare struct {
	Name  string
	Count uint64
	Share float64
}

// A pageExplored is what the explorer says of a target.
type pageExplored struct {
	explore.Progress
	LastNew string
	News    string // in 1000 bursts
	Trends  []template.HTML
	Files   []pageFile
	Matrix  []pageFollowed
	Names   []string // the matrix's columns
	Never   []string // pairs
}

// A pageFile is the coverage of a source, and what of it never ran.
type pageFile struct {
	explore.FileCoverage
	Percent  float64
	Link     template.URL // to the source
	Excerpts []excerpt
	Left     int // blocks that never ran, for which there was no room
}

// A pageFollowed is a row of the matrix.
type pageFollowed struct {
	First string
	Cells []pageCell
}

// A pageCell is how often an update followed another: Heat from 0 to 9, by size.
type pageCell struct {
	Then  string
	Count uint64
	Heat  int
}

// A pageFinding is a finding, and where its files are as seen from the page.
type pageFinding struct {
	*battle.Finding
	Heading               string
	Same                  string       // the finding to read instead, if it is likely of the same mistake, or ""
	Text, JSON, Explained template.URL // Explained is "" if there is no curve
	Picture               template.HTML
}

// writePage writes the report as a page, if it is asked for.
func (h *hunt) writePage(all []*battle.Finding, explanations map[string]*explained) error {
	if h.page == "" {
		return nil
	}
	page, err := h.pageOf(all, explanations)
	if err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "hunt.html", page); err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	if err := writeOut(h.page, b.Bytes()); err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	return nil
}

func (h *hunt) pageOf(all []*battle.Finding, explanations map[string]*explained) (*huntPage, error) {
	page := &huntPage{Notes: slices.Collect(strings.Lines(h.notes() + h.gaps()))}
	var names []string
	room := excerptsMax
	for _, j := range h.jobs {
		if slices.Contains(names, j.target.Name) {
			continue
		}
		names = append(names, j.target.Name)
		one, err := h.pageTarget(j.target.Name, &room)
		if err != nil {
			return nil, err
		}
		page.Targets = append(page.Targets, one)
	}
	for _, m := range mistakes(all) {
		for _, f := range m {
			page.Findings = append(page.Findings, h.pageFinding(f, m[0], explanations[f.ID]))
		}
	}
	page.Title = fmt.Sprintf("A hunt in %s: %s", strings.Join(names, ", "), count(len(all), "finding"))
	return page, nil
}

// pageFinding is a finding as the page has it, below the first of the same mistake.
func (h *hunt) pageFinding(f, first *battle.Finding, e *explained) pageFinding {
	one := pageFinding{Finding: f, Heading: f.Title(), Text: h.link(filepath.Join(h.dir, f.ID+".txtar")), JSON: h.link(filepath.Join(h.dir, f.ID+".json"))}
	if f != first {
		one.Same = first.ID
	}
	if e != nil {
		one.Explained = h.link(filepath.Join(h.dir, f.ID+".html"))
		if !e.BlamesLast() { // see there
			one.Picture = template.HTML(e.Styled())
		}
	}
	return one
}

// pageTarget sums up all engines in a target. room is how many lines of sources fit on
// the page.
func (h *hunt) pageTarget(name string, room *int) (pageTarget, error) {
	t := pageTarget{Name: name}
	var sum battle.Stats
	for _, c := range h.crews() {
		if c[0].target.Name != name {
			continue
		}
		stats := c.stats()
		sum.Add(stats)
		t.Rows = append(t.Rows, c.row())
		if p, ok := progressOf(stats); ok {
			explored, err := h.pageExplored(stats, p, room)
			if err != nil {
				return t, err
			}
			for _, one := range trends(c[0].trend) {
				explored.Trends = append(explored.Trends, template.HTML(one.svg()))
			}
			t.Explored = explored
		}
	}
	share := func(name string, part, whole uint64) pageShare {
		return pageShare{name, part, float64(part) / float64(max(1, whole))}
	}
	for _, op := range sum.Ops {
		t.Ops = append(t.Ops, share(op.Name, op.Count, sum.Updates))
	}
	for _, label := range sum.Labels {
		t.Labels = append(t.Labels, share(label.Name, label.Runs, sum.Runs))
	}
	return t, nil
}

func (h *hunt) pageExplored(stats battle.Stats, p explore.Progress, room *int) (*pageExplored, error) {
	e := &pageExplored{Progress: p, LastNew: ago(p).String(), News: newsLately(p.Recent)}
	m := matrixOf(stats, p)
	e.Names, e.Never, e.Matrix = m.names, m.never(), m.heated()
	never := make(map[string][]span)
	for _, text := range p.Unreached {
		file, s, err := parseUnreached(text)
		if err != nil {
			return nil, err
		}
		never[file] = append(never[file], s)
	}
	for _, f := range p.Files {
		file := h.workshop.pathOf(f.File)
		one := pageFile{FileCoverage: f, Percent: 100 * float64(f.Covered) / float64(f.Blocks), Link: h.link(file)}
		if len(never[f.File]) > 0 {
			lines, err := h.workshop.linesOf(file)
			if err != nil {
				return nil, err
			}
			one.Excerpts, one.Left = excerpts(lines, never[f.File], *room)
			for _, shown := range one.Excerpts {
				*room -= len(shown.Lines)
			}
		}
		e.Files = append(e.Files, one)
	}
	return e, nil
}

// heated is the matrix with colours, by the roots of the counts: rare pairs are told apart
// too.
func (m matrix) heated() (rows []pageFollowed) {
	most := uint64(1)
	for _, counts := range m.counts {
		most = max(most, slices.Max(counts))
	}
	for first, counts := range m.counts {
		row := pageFollowed{First: m.names[first]}
		for then, n := range counts {
			heat := int(math.Round(9 * math.Sqrt(float64(n)/float64(most))))
			row.Cells = append(row.Cells, pageCell{m.names[then], n, heat})
		}
		rows = append(rows, row)
	}
	return rows
}

// link leads from the page to a file.
func (h *hunt) link(path string) template.URL { return linkFrom(h.page, path) }
