package main

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/report"
	"battle.test/explore"
)

// addRows adds what engines did in their targets, and what none of them reached.
func (r *reporter) addRows(rows []row) {
	sums, drawn := make(map[string]*battle.Stats), make(map[string]*battle.Stats)
	add := func(to map[string]*battle.Stats, s battle.Stats) {
		if to[s.Target] == nil {
			to[s.Target] = &battle.Stats{}
		}
		to[s.Target].Add(s)
	}
	var explored []explore.Progress
	for _, row := range rows {
		row.Stats.Target = row.Target
		t := r.target(target{Name: row.Target})
		t.Engines = append(t.Engines, report.Engine{Name: row.Crew(), State: row.State, Seconds: row.Seconds,
			Updates: row.Stats.Updates, Runs: row.Stats.Runs, Found: len(row.Stats.Findings)})
		add(sums, row.Stats)
		if row.Engine == (rapidEngine{}).name() {
			add(drawn, row.Stats)
		}
		if p, ok := progressOf(row.Stats); ok {
			explored = append(explored, p)
		}
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		sum := sums[t.Name]
		if sum == nil {
			continue
		}
		t.Never = append(t.Never, sum.NeverRan()...)
		if by := drawn[t.Name]; by != nil { // shares are of runs that are drawn from their start
			sum = by
		}
		t.Missing = append(t.Missing, sum.Gaps()...)
	}
	r.Files = r.neverRan(explored)
}

// neverRan is the code that ran in no target, of files of which something ran.
func (r *reporter) neverRan(explored []explore.Progress) []report.File {
	lines := make(map[string]map[string]int) // by file: in how many targets the lines never ran
	targets := make(map[string]int)          // of a file
	for _, p := range explored {
		for _, f := range p.Files {
			targets[f.File]++
		}
		for _, text := range p.Unreached {
			file, span, ok := cutLast(text, ":")
			if !ok {
				continue
			}
			if lines[file] == nil {
				lines[file] = make(map[string]int)
			}
			lines[file][span]++
		}
	}
	all := []report.File{}
	for file, spans := range lines {
		one := report.File{Name: r.pathOf(file), Lines: []string{}}
		for span, n := range spans {
			if n >= targets[file] {
				one.Lines = append(one.Lines, span)
			}
		}
		if len(one.Lines) > 0 {
			slices.SortFunc(one.Lines, byFirstLine)
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b report.File) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// pathOf is a source's path in the repository, or, of one elsewhere, as it is.
func (r *reporter) pathOf(file string) string {
	if dir := r.places.folder(path.Dir(file)); dir != "" {
		if at := r.places.at(filepath.Join(dir, path.Base(file)), 1); at.File != "" {
			return at.File
		}
	}
	return file
}

// byFirstLine orders spans of lines, as line-line.
func byFirstLine(a, b string) int {
	_, one, _ := parseUnreached(":" + a)
	_, other, _ := parseUnreached(":" + b)
	return cmp.Or(one.first-other.first, one.last-other.last)
}
