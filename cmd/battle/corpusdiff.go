package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type corpusDiff struct {
	A      string `arg:"" help:"A folder with traces or tapes, a file, or a target's name for its own corpus."`
	B      string `arg:"" optional:"" help:"Another (default the target's own corpus)."`
	Target string `help:"The target (default the one that A or B, or their folders, are named after)."`
	JSON   bool   `help:"Print JSON, with all that differs."`
}

// Help is what -help adds.
func (*corpusDiff) Help() string {
	return "Traces are compared by what they say, not by their names and comments. What each corpus reaches is what corpus merge goes by: " +
		"kinds of update, labels and pairs of them in one run, states that t.Reach tells apart, blocks of code, and how often they run, roughly. " +
		"Exit status: 0 compared, whether they differ or not, 1 a trace fails, 2 a fault; files that can't be read are one, and don't keep the others out."
}

// A difference is what two corpora do not share.
type difference struct {
	Target string       `json:"target"`
	A      differing    `json:"a"`
	B      differing    `json:"b"`
	Both   []sharedFile `json:"both"`
}

// A differing corpus is one of the two.
type differing struct {
	Path    string   `json:"path"`
	Traces  int      `json:"traces"`  // each once
	Only    []string `json:"only"`    // files of traces that the other does not have
	Reaches showing  `json:"reaches"` // what the other does not
	Failing []failed `json:"failing"`
}

// A sharedFile is a trace that both have, under a name in each.
type sharedFile struct {
	A string `json:"a"`
	B string `json:"b"`
}

func (c *corpusDiff) Run(ctx context.Context, line *commandLine) error {
	var names []string
	if c.Target != "" {
		names = []string{c.Target}
	}
	for _, path := range []string{c.A, c.B} {
		if !strings.ContainsRune(path, filepath.Separator) {
			continue // the name of a target, maybe
		}
		if err := someThere(line.Dir, path); err != nil {
			return err
		}
	}
	w, targets, err := openTargets(ctx, line, names)
	if err != nil {
		return err
	}
	defer w.close()
	t, err := c.pick(targets)
	if err != nil {
		return err
	}
	d, errs, err := c.compare(ctx, w, t)
	if err != nil {
		return err
	}
	if c.JSON {
		errs = append(errs, printJSON(d))
	} else {
		fmt.Print(d.text())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(d.A.Failing)+len(d.B.Failing) > 0 {
		return errFound
	}
	return nil
}

// pick finds the target that the corpora are of.
func (c *corpusDiff) pick(targets []target) (target, error) {
	if c.Target != "" && len(targets) > 1 { // functions of two packages may have one name
		var names []string
		for _, t := range targets {
			names = append(names, fmt.Sprintf("%s (%s.%s)", t.Name, t.Package, t.Func))
		}
		return target{}, fmt.Errorf("-target %s is %s: name one of them", c.Target, strings.Join(names, " and "))
	}
	if len(targets) == 1 {
		return targets[0], nil
	}
	for _, path := range []string{c.A, c.B} {
		for _, t := range targets {
			if path != "" && filepath.Base(path) == t.Name {
				return t, nil
			}
		}
	}
	return target{}, fmt.Errorf("which target? say -target with one of %s", targetNames(targets))
}

// compare reads both corpora and runs all traces.
func (c *corpusDiff) compare(ctx context.Context, w *workshop, t target) (*difference, []error, error) {
	var errs []error
	var sides [2]side
	for i, path := range []string{c.A, cmp.Or(c.B, t.Name)} {
		named := path
		if path == t.Name {
			path = w.corpusDir(t)
			if info, err := os.Stat(path); err != nil || !info.IsDir() {
				return nil, nil, fmt.Errorf("%s has no corpus: there is no folder %s", t.Name, shown(path))
			}
			if relative, err := filepath.Rel(w.dir, path); err == nil {
				path = relative
			}
		}
		all, found, err := w.intake(ctx, t, []string{path})
		if err != nil {
			return nil, nil, err
		}
		errs = append(errs, found...)
		sides[i] = side{path: named, files: make(map[string]string)}
		for _, one := range all {
			sides[i].put(one)
		}
	}
	d := &difference{Target: t.Name, Both: []sharedFile{}}
	atlas, err := w.chartBoth(ctx, t, &sides)
	if err != nil {
		return nil, nil, err
	}
	d.A, d.B = sides[0].against(&sides[1], atlas), sides[1].against(&sides[0], atlas)
	for _, trace := range sides[0].traces {
		if there := sides[1].files[trace]; there != "" {
			d.Both = append(d.Both, sharedFile{sides[0].files[trace], there})
		}
	}
	return d, errs, nil
}

// A side is one of two corpora that are compared.
type side struct {
	path    string
	traces  []string          // each once, in order of their files
	files   map[string]string // the first with a trace
	reaches []int             // traits, in order, each once
	failing []failed
}

func (s *side) put(one taken) {
	if _, there := s.files[one.trace]; !there {
		s.files[one.trace] = one.path
		s.traces = append(s.traces, one.trace)
	}
}

// chartBoth runs the traces of both sides, those of both once.
func (w *workshop) chartBoth(ctx context.Context, t target, sides *[2]side) (*atlas, error) {
	all := slices.Concat(sides[0].traces, sides[1].traces)
	slices.Sort(all)
	all = slices.Compact(all)
	found, err := w.survey(ctx, t, all)
	if err != nil {
		return nil, err
	}
	byTrace := make(map[string]surveyed)
	for i, trace := range all {
		byTrace[trace] = found[i]
	}
	atlas := newAtlas(w.blocks[t.Package])
	for i := range sides {
		sides[i].chart(atlas, byTrace)
	}
	return atlas, nil
}

func (s *side) chart(atlas *atlas, byTrace map[string]surveyed) {
	seen := make(known)
	for _, trace := range s.traces {
		one := byTrace[trace]
		if one.failed != "" {
			s.failing = append(s.failing, failed{s.files[trace], one.failed})
		}
		fresh := seen.fresh(atlas.chart(one.footprint))
		seen.add(fresh)
		s.reaches = append(s.reaches, fresh...)
	}
}

// against is what this side has that the other has not.
func (s *side) against(other *side, atlas *atlas) differing {
	d := differing{Path: s.path, Traces: len(s.traces), Only: []string{}, Failing: append([]failed{}, s.failing...)}
	for _, trace := range s.traces {
		if _, there := other.files[trace]; !there {
			d.Only = append(d.Only, s.files[trace])
		}
	}
	seen := make(known)
	seen.add(other.reaches)
	d.Reaches = atlas.showing(seen.fresh(s.reaches))
	return d
}

// text is the difference for people.
func (d *difference) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s in %s, %s in %s, %d in both\n", d.Target, count(d.A.Traces, "trace"), d.A.Path, count(d.B.Traces, "trace"), d.B.Path, len(d.Both))
	for _, f := range slices.Concat(d.A.Failing, d.B.Failing) {
		fmt.Fprintf(&b, "%s fails: %s\n", f.File, f.Why)
	}
	for _, one := range []differing{d.A, d.B} {
		fmt.Fprintf(&b, "\nonly in %s: %s\n", one.Path, count(len(one.Only), "trace"))
		for _, file := range one.Only {
			fmt.Fprintf(&b, "  %s\n", file)
		}
		b.WriteString("reached by it alone:")
		if one.Reaches.String() == "" {
			b.WriteString(" nothing\n")
			continue
		}
		b.WriteString("\n")
		for part := range strings.SplitSeq(one.Reaches.String(), "; ") {
			fmt.Fprintf(&b, "  %s\n", part)
		}
	}
	return b.String()
}
