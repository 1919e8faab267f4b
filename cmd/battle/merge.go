package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

type corpusMerge struct {
	Target string   `arg:"" help:"The target."`
	From   []string `arg:"" help:"Files in any of the formats that convert reads, and folders with such files."`
	Dry    bool     `name:"n" help:"Only say what would be kept."`
	JSON   bool     `help:"Print JSON."`
}

// Help is what -help adds.
func (*corpusMerge) Help() string {
	return "A trace is kept, as a seed, if its run shows what no trace of the corpus shows: a block of code, or how often it runs, " +
		"roughly; a state that t.Reach tells apart; a label, or two in one run; a kind of update. Shorter ones are tried first. " +
		"Nothing is overwritten. A trace that fails is not kept: add it as a regression, with corpus add. " +
		"In folders, hidden files are passed over, and what stands beside a trace: go-fuzz's notes (.output, .quoted), pages, and the JSON of a finding that has its text there. " +
		"Exit status: 0 merged, 1 a trace fails, 2 a fault; files that can't be read are one, and traces of the corpus that don't fit; they don't keep the others out."
}

// A merged trace is what became of a file.
type merged struct {
	From    string   `json:"from"`
	To      string   `json:"to,omitempty"` // a file of the corpus, or ""
	Updates int      `json:"updates"`
	Shows   *showing `json:"shows,omitempty"` // that nothing before it shows
	Why     string   `json:"why"`             // in words, why it was kept, or not
	failed  bool
}

func (c *corpusMerge) Run(ctx context.Context, line *commandLine) error {
	if err := someThere(line.Dir, c.From...); err != nil {
		return err
	}
	w, targets, err := openTargets(ctx, line, []string{c.Target})
	if err != nil {
		return err
	}
	defer w.close()
	all, errs, err := c.merge(ctx, w, targets[0])
	if err != nil {
		return err
	}
	if c.JSON {
		errs = append(errs, printJSON(all))
	} else {
		c.print(all)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(m merged) bool { return m.failed }) {
		return errFound
	}
	return nil
}

func (c *corpusMerge) print(all []merged) {
	kept := 0
	for _, m := range all {
		switch {
		case m.To == "":
			fmt.Printf("left %s: %s\n", m.From, m.Why)
		case c.Dry:
			kept++
			fmt.Printf("would keep %s as %s: %s\n", m.From, m.To, m.Why)
		default:
			kept++
			fmt.Printf("kept %s as %s: %s\n", m.From, m.To, m.Why)
		}
	}
	fmt.Printf("%d of %s kept\n", kept, count(len(all), "trace"))
}

// merge takes in what is new. The errors are those of single files.
func (c *corpusMerge) merge(ctx context.Context, w *workshop, t target) ([]merged, []error, error) {
	items, left, err := w.soundTraces(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	offered, errs, err := w.intake(ctx, t, c.From)
	if err != nil {
		return nil, nil, err
	}
	if left != nil {
		errs = append(errs, left)
	}
	slices.SortFunc(offered, func(a, b taken) int {
		return cmp.Or(cmp.Compare(a.updates, b.updates), cmp.Compare(len(a.trace), len(b.trace)), strings.Compare(a.path, b.path))
	})
	m := &merging{workshop: w, target: t, shelf: w.shelf(t, items), dry: c.Dry, known: make(known)}
	if err := m.run(ctx, offered); err != nil {
		return nil, nil, err
	}
	return m.all, errs, nil
}

// A merging is one run of the command.
type merging struct {
	workshop *workshop
	target   target
	shelf    *shelf
	dry      bool
	known    known // what the corpus shows by now
	all      []merged
}

func (m *merging) run(ctx context.Context, offered []taken) error {
	var others []string
	own := slices.Sorted(maps.Values(m.shelf.traces))
	first := make(map[string]string) // of those offered, by trace
	var fresh []taken
	for _, one := range offered {
		there := cmp.Or(m.shelf.byTrace[one.trace], first[one.trace])
		if there != "" {
			m.leave(one, "says the same as "+there, false)
			continue
		}
		first[one.trace] = one.path
		fresh, others = append(fresh, one), append(others, one.trace)
	}
	if len(fresh) == 0 {
		return nil
	}
	found, err := m.workshop.survey(ctx, m.target, append(own, others...))
	if err != nil {
		return err
	}
	atlas := newAtlas(m.workshop.blocks[m.target.Package])
	for _, s := range found[:len(own)] {
		m.known.add(atlas.chart(s.footprint))
	}
	for i, one := range fresh {
		if err := m.consider(one, found[len(own)+i], atlas); err != nil {
			return err
		}
	}
	return nil
}

func (m *merging) leave(one taken, why string, failed bool) {
	m.all = append(m.all, merged{From: one.path, Updates: one.updates, Why: why, failed: failed})
}

// consider keeps a trace if it shows something new.
func (m *merging) consider(one taken, s surveyed, atlas *atlas) error {
	fresh := m.known.fresh(atlas.chart(s.footprint))
	switch {
	case s.failed != "":
		m.leave(one, "it fails: "+s.failed, true)
		return nil
	case len(fresh) == 0:
		m.leave(one, "it shows nothing that the corpus does not", false)
		return nil
	}
	m.known.add(fresh)
	name, err := m.shelf.free("seeds", nameFor(one))
	if err != nil {
		return err
	}
	if !m.dry {
		if _, err := m.workshop.addTrace(m.target, "seeds", name, "", one.trace); err != nil {
			return err
		}
	}
	shows := atlas.showing(fresh)
	file := m.shelf.file("seeds", name)
	m.shelf.put(file, one.trace)
	m.all = append(m.all, merged{From: one.path, To: file, Updates: one.updates, Shows: &shows, Why: shows.String()})
	return nil
}

// nameFor is the name that a trace has in a corpus: its own, if it is one of a person's or
// a finding's, or else one by its content, as engines name files.
func nameFor(one taken) string {
	extension := filepath.Ext(one.path)
	name := strings.TrimSuffix(filepath.Base(one.path), extension)
	if slices.Contains([]string{".trace", ".txtar", ".json"}, extension) && traceName.MatchString(name) {
		return name
	}
	sum := sha256.Sum256([]byte(one.trace))
	return hex.EncodeToString(sum[:8])
}
