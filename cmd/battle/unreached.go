package main

import (
	"cmp"
	"fmt"
	"maps"
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
			t.Missing = append(t.Missing, by.Gaps()...)
		}
	}
	r.Files = r.neverRan(explored)
}

// neverRan is the code that ran in no target, of files of which something ran.
func (r *reporter) neverRan(explored []explore.Progress) []report.File {
	lines := make(map[string]map[span]int) // by file: in how many targets the lines never ran
	targets := make(map[string]int)        // of a file
	for _, p := range explored {
		for _, f := range p.Files {
			targets[f.File]++
		}
		for _, text := range p.Unreached {
			file, s, err := parseUnreached(text)
			if err != nil {
				continue
			}
			if lines[file] == nil {
				lines[file] = make(map[span]int)
			}
			lines[file][s]++
		}
	}
	all := []report.File{}
	for file, spans := range lines {
		one := report.File{Name: r.pathOf(file), Lines: []string{}}
		for _, s := range slices.SortedFunc(maps.Keys(spans), span.compare) {
			if spans[s] >= targets[file] {
				one.Lines = append(one.Lines, fmt.Sprintf("%d-%d", s.first, s.last))
			}
		}
		if len(one.Lines) > 0 {
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

// compare orders spans by where they begin.
func (s span) compare(other span) int {
	return cmp.Or(s.first-other.first, s.last-other.last)
}
