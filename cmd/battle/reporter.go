package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/report"
)

// A reporter makes a report: it puts findings into their repository, runs what has to be
// run again, and writes the files.
type reporter struct {
	workshop *workshop
	places   *gazetteer
	report.Report
}

// newReporter prepares a report of what lies in a folder. Without a git checkout paths
// start at the module.
func newReporter(ctx context.Context, w *workshop) (*reporter, error) {
	r := &reporter{workshop: w, Report: report.Report{Notes: []string{}, Faults: []string{}, Findings: []report.Finding{}, Targets: []report.Target{}, Files: []report.File{}}}
	r.Date = time.Now().UTC().Format("2006-01-02 15:04 UTC")
	root := w.root
	if repo, err := openRepository(ctx, w.dir); err == nil {
		root = repo.root
		if head, err := repo.commit(ctx, "HEAD"); err == nil {
			r.Revision = head
		}
	}
	var err error
	r.places, err = newGazetteer(ctx, w.dir, root)
	return r, err
}

// add takes findings in, each once.
func (r *reporter) add(all ...*battle.Finding) {
	for _, f := range all {
		same := func(other report.Finding) bool { return other.Target == f.Target && other.ID == f.ID }
		if !slices.ContainsFunc(r.Findings, same) {
			r.Findings = append(r.Findings, report.Finding{Finding: f, At: r.places.locate(f)})
		}
	}
}

// fault notes what is wrong with the harness or the machine.
func (r *reporter) fault(err error) {
	if err != nil {
		r.Faults = append(r.Faults, err.Error())
	}
}

// target is the part of the report on a target.
func (r *reporter) target(t target) *report.Target {
	for i := range r.Targets {
		if one := &r.Targets[i]; one.Name == t.Name {
			one.Package, one.Func = cmp.Or(one.Package, t.Package), cmp.Or(one.Func, t.Func)
			return one
		}
	}
	r.Targets = append(r.Targets, report.Target{Name: t.Name, Package: t.Package, Func: t.Func,
		Corpus: []report.Case{}, Engines: []report.Engine{}, Never: []string{}, Missing: []battle.Gap{}})
	return &r.Targets[len(r.Targets)-1]
}

// runCorpus runs a target's corpus. What fails of it is a finding.
func (r *reporter) runCorpus(ctx context.Context, t target) error {
	defer during("running the corpus of " + t.Name)()
	items, err := r.workshop.traces(ctx, t)
	if err != nil {
		return err
	}
	binary, err := r.workshop.build(ctx, t.Package, false)
	if err != nil {
		return err
	}
	requests := make([]battle.Request, len(items))
	for i, item := range items {
		requests[i] = battle.Request{Do: "run", File: item.File, Trace: item.Trace}
	}
	cases := make([]report.Case, len(items))
	err = r.workshop.askEach(ctx, binary, t, requests, func(i int, a battle.Answer, died *noAnswer) (bool, error) {
		cases[i] = report.Case{File: items[i].File}
		if died != nil {
			requests[i].Failure = battle.DeathOf([]byte(died.output), died.err)
			if a, err = r.workshop.askBinary(ctx, binary, t, requests[i]); err != nil {
				return false, err
			}
		}
		if a.Error != "" {
			return false, errors.New(a.Error)
		}
		if f := a.Finding; f != nil {
			cases[i].Failure = f.ID
			f.Engine = "corpus"
			r.add(f)
			r.note(f, items[i].File)
			return f.Kind == battle.Hang, nil // what hangs goes on in its process
		}
		return false, nil
	})
	r.target(t).Corpus = cases
	return err
}

// note says which file of the corpus fails.
func (r *reporter) note(f *battle.Finding, file string) {
	for i := range r.Findings {
		if r.Findings[i].Finding == f {
			r.Findings[i].Corpus = file
		}
	}
}

// readEarlierReport reads what a report is compared with: another report's document, or a folder
// of findings. Findings that were resolved by then do not count.
func (w *workshop) readEarlierReport(path string) (all []*battle.Finding, errs []error) {
	path = shown(from(w.dir, path))
	if info, err := os.Stat(path); err != nil || info.IsDir() || filepath.Ext(path) != ".json" {
		return w.readFindings([]string{path})
	}
	document, err := readBounded(path)
	if err != nil {
		return nil, []error{err}
	}
	earlier, err := report.Parse(document)
	if err != nil {
		return nil, []error{fmt.Errorf("%s: %w", path, err)}
	}
	for _, f := range earlier.Findings {
		if f.State != report.Resolved {
			all = append(all, f.Finding)
		}
	}
	return all, nil
}

// compare gives findings their states. Those that were not found again are run again, in
// the present build: only one that passes is resolved.
func (r *reporter) compare(ctx context.Context, earlier []*battle.Finding, targets func() ([]target, error)) {
	for _, e := range report.Compare(r.Findings, earlier) {
		one := report.Finding{Finding: e, State: report.Unclear}
		all, err := targets()
		i := slices.IndexFunc(all, func(t target) bool { return t.Name == e.Target })
		switch {
		case err != nil:
			one.Why = "it was not run again: " + firstLine(err.Error())
		case i < 0:
			one.Why = "there is no target " + e.Target + " any more"
		default:
			one = r.again(ctx, all[i], e)
		}
		one.At = r.places.locate(one.Finding)
		r.Findings = append(r.Findings, one)
	}
}

// again runs an earlier finding in the present build.
func (r *reporter) again(ctx context.Context, t target, e *battle.Finding) report.Finding {
	defer during("running again what was found earlier: " + e.ID)()
	answer, err := r.workshop.askFatal(ctx, t, battle.Request{Do: "run", File: e.ID, Trace: strings.Join(e.Trace, "\n")})
	switch now := answer.Finding; {
	case err != nil: // such as a trace that no longer fits
		return report.Finding{Finding: e, State: report.Unclear, Why: "it could not be run again: " + firstLine(err.Error())}
	case now == nil:
		return report.Finding{Finding: e, State: report.Resolved, Why: "its trace passes now"}
	default:
		now.Engine, now.Seed, now.Runs, now.Updates, now.Elapsed = e.Engine, e.Seed, e.Runs, e.Updates, e.Elapsed
		now.Original, now.Tried, now.Unstable = e.Original, e.Tried, e.Unstable
		return report.Finding{Finding: now, State: report.Ongoing, Why: "its trace still fails"}
	}
}

// firstLine is a text's, without its end.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// files are those that a report can be written into; "" is not wanted.
type reportFiles struct {
	SARIF    string `name:"sarif" help:"Write SARIF 2.1.0 into this file, for code scanning."`
	JUnit    string `name:"junit" help:"Write JUnit XML into this file."`
	Markdown string `help:"Write the report as Markdown into this file."`
	HTML     string `help:"Write the report as a page into this file."`
	Document string `help:"Write the report's document into this file, as JSON: what -earlier reads."`
}

// write writes those that are wanted. Paths are as seen from a folder.
func (f reportFiles) write(dir string, r *report.Report) error {
	var errs []error
	put := func(path string, make func() ([]byte, error)) {
		if path == "" {
			return
		}
		content, err := make()
		if err == nil {
			err = writeOut(shown(from(dir, path)), content)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	put(f.SARIF, r.SARIF)
	put(f.JUnit, r.JUnit)
	put(f.Markdown, func() ([]byte, error) { return r.Markdown(), nil })
	put(f.HTML, func() ([]byte, error) { return reportPage(r) })
	put(f.Document, r.JSON)
	return errors.Join(errs...)
}

// readHunt reads the summary that battle hunt -json prints.
func (w *workshop) readHunt(path string) ([]row, error) {
	path = shown(from(w.dir, path))
	document, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	var summary struct {
		Jobs *[]row `json:"jobs"`
	}
	if err := json.Unmarshal(document, &summary); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if summary.Jobs == nil {
		return nil, fmt.Errorf("%s: no jobs: this is not what battle hunt -json prints", path)
	}
	return *summary.Jobs, nil
}
