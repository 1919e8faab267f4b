// Package nightly sums up a farm's last day for those who read it in the morning, or in another
// tool: Markdown, a page, SARIF, JUnit XML and JSON. It reads what the farm shows, and writes
// it with package report, as battle report does.
package nightly

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/report"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// Span is how long a night is.
const Span = 24 * time.Hour

// Places say where packages are in the repository.
type Places struct {
	Name   string // of the repository, for titles
	Module string // path of the module that is hunted in; "" if it is not known
	Dir    string // its folder in the repository, with slashes; "" is the top
}

// A Night is a farm's last day.
type Night struct {
	From, To time.Time
	report.Report
}

// Of sums up the day that ends now.
func Of(from api.Source, now time.Time, places Places) Night {
	n := Night{From: now.Add(-Span), To: now}
	n.Date = now.UTC().Format("2006-01-02 15:04 UTC")
	n.Compared = "the day before, until " + n.From.UTC().Format("2006-01-02 15:04 UTC")
	n.Notes, n.Faults = []string{}, []string{}
	n.Findings, n.Targets, n.Files = []report.Finding{}, []report.Target{}, []report.File{}
	overview := from.Overview()
	if overview.Build != nil {
		n.Revision = overview.Build.Revision
	}
	n.addFindings(from, places)
	n.addTargets(from, places)
	open := 0
	for _, f := range n.Findings {
		if f.Open() {
			open++
		}
	}
	n.Title = cmp.Or(places.Name, "Battletest farm") + ": " + count(open, "open finding")
	n.addNotes(from, overview)
	return n
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// number is a number with thin spaces between its thousands.
func number(n uint64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s\u202f%03d", number(n/1000), n%1000)
}

// addFindings gives each finding what became of it in the night. What was resolved before is
// left out.
func (n *Night) addFindings(from api.Source, places Places) {
	for _, short := range from.Findings() {
		if !short.State.Open() && short.Resolved.Before(n.From) {
			continue
		}
		f, there := from.Finding(short.ID)
		if !there {
			continue
		}
		one := report.Finding{Finding: &f.Found, At: places.locate(&f.Found), State: report.Ongoing}
		one.ID, one.Engine = f.ID, cmp.Or(f.Engine, f.Found.Engine)
		since := f.Since()
		switch {
		case !f.State.Open():
			one.State, one.Why = report.Resolved, fmt.Sprintf("its trace passes since build %.12s", since.Build)
		case f.State == store.Regressed && since.At.After(n.From):
			one.State, one.Why = report.New, fmt.Sprintf("it was resolved, and is back since build %.12s", since.Build)
		case f.Filed.After(n.From):
			one.State = report.New
		}
		n.Findings = append(n.Findings, one)
	}
}

// addTargets says what engines did, and what they did not reach.
func (n *Night) addTargets(from api.Source, places Places) {
	arms := from.Contributions()
	for _, t := range from.Targets() {
		if t.Gone {
			continue
		}
		one := report.Target{Name: t.Name, Package: t.Package, Func: t.Func, Corpus: []report.Case{}, Engines: []report.Engine{}, Never: []string{}, Missing: []battle.Gap{}}
		for _, a := range arms {
			if a.Target != t.Name {
				continue
			}
			state := "hunts"
			if a.Fault != "" {
				state = "rests after a fault"
				n.Faults = append(n.Faults, fmt.Sprintf("%s in %s: %s", a.Engine, a.Target, a.Fault))
			}
			one.Engines = append(one.Engines, report.Engine{Name: a.Engine, State: state, Seconds: a.Seconds, Updates: a.Updates, Runs: a.Runs, Found: a.Findings})
		}
		blocks, never := api.NotReached(arms, t.Name)
		one.Never = append(one.Never, never...)
		n.addUnreached(blocks, places)
		n.Targets = append(n.Targets, one)
	}
	slices.SortFunc(n.Files, func(a, b report.File) int { return strings.Compare(a.Name, b.Name) })
}

// addUnreached adds blocks of code, as file:line-line.
func (n *Night) addUnreached(blocks []string, places Places) {
	for _, block := range blocks {
		i := strings.LastIndex(block, ":")
		if i < 0 {
			continue
		}
		name, lines := places.file(block[:i]), block[i+1:]
		k := slices.IndexFunc(n.Files, func(f report.File) bool { return f.Name == name })
		if k < 0 {
			n.Files, k = append(n.Files, report.File{Name: name}), len(n.Files)
		}
		if f := &n.Files[k]; !slices.Contains(f.Lines, lines) {
			f.Lines = append(f.Lines, lines)
		}
	}
}

// addNotes says how much was done in the night, and what kept the farm from doing more.
func (n *Night) addNotes(from api.Source, overview api.Overview) {
	updates, seconds, entries := uint64(0), 0.0, 0
	for _, t := range from.Targets() {
		var before, last store.Sample
		for _, s := range from.History(t.Name) {
			if !s.At.After(n.From) {
				before = s
			}
			last = s
		}
		updates, seconds, entries = updates+last.Updates-before.Updates, seconds+last.CPU-before.CPU, entries+last.Entries-before.Entries
	}
	n.Notes = append(n.Notes, fmt.Sprintf("In these 24 hours: %s updates, %.1f hours of CPU, %s more in the corpus, %s at work now.",
		number(updates), seconds/3600, count(entries, "trace"), count(len(overview.Workers), "worker")))
	if b := overview.Broken; b != nil {
		n.Notes = append(n.Notes, fmt.Sprintf("The newest commit, %.12s, can't be hunted in: %s", b.Revision, b.Broken))
	}
	for _, duty := range slices.Sorted(maps.Keys(overview.Holding)) {
		n.Faults = append(n.Faults, fmt.Sprintf("the farm holds (%s): %s", duty, overview.Holding[duty]))
	}
}

// locate is where a finding is in the repository: where it failed, or the innermost frame of
// its stack that is in there.
func (p Places) locate(f *battle.Finding) report.Place {
	frames := []string{f.Place}
	for line := range strings.Lines(f.Stack) {
		if frame, indented := strings.CutPrefix(line, "\t"); indented {
			frames = append(frames, strings.TrimSpace(frame))
		}
	}
	for _, frame := range frames {
		i := strings.LastIndex(frame, ":")
		if i < 0 {
			continue
		}
		line, err := strconv.Atoi(frame[i+1:])
		if file := p.file(frame[:i]); err == nil && line > 0 && file != frame[:i] {
			return report.Place{File: file, Line: line}
		}
	}
	return report.Place{}
}

// file is the path of a source in the repository, or the name that it came with.
func (p Places) file(name string) string {
	relative, of := strings.CutPrefix(name, p.Module+"/")
	if p.Module == "" || !of || strings.Contains(relative, "..") {
		return name
	}
	return path.Join(p.Dir, relative)
}
