package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

type reportCommand struct {
	Findings []string `arg:"" optional:"" help:"Findings, and folders of them (default findings)."`
	Hunt     string   `help:"A file of what battle hunt -json printed: adds what each engine did, and what none reached."`
	Corpus   bool     `help:"Run the corpus, too. What fails of it is a finding, what passes a case that passed."`
	Earlier  string   `help:"A folder of earlier findings, or an earlier report's document: tells new, ongoing and resolved findings apart."`
	reportFiles
	JSON bool `help:"Print the report's document."`
}

// Help is what -help adds.
func (*reportCommand) Help() string {
	return "Prints the report as Markdown, unless it goes into files. Paths in it start at the root of the git checkout, or of the module where there is none. " +
		"An earlier finding that is not among the others is run again: it is resolved if its trace passes now. " +
		"Exit status: 0 the report was made, whatever is in it, 2 a fault, such as a finding that can't be read; the report has the others. Of a path that is not there no report is made."
}

func (c *reportCommand) Run(ctx context.Context, line *commandLine) error {
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	r, err := newReporter(ctx, w)
	if err != nil {
		return err
	}
	if len(c.Findings) == 0 {
		c.Findings = []string{"findings"}
	}
	if c.Earlier != "" && slices.ContainsFunc(c.Findings, func(path string) bool { return sameFile(from(w.dir, path), from(w.dir, c.Earlier)) }) {
		return fmt.Errorf("-earlier %s: that is what is reported, too, so all of it would be ongoing, passing or not: give a folder without findings as that, to run these again", c.Earlier)
	}
	if err := c.check(w.dir); err != nil {
		return err
	}
	found, errs := w.readFindings(c.Findings)
	r.add(found...)
	targets := sync.OnceValues(func() ([]target, error) { return w.findAll(ctx, nil, nil) })
	errs = append(errs, c.fill(ctx, r, targets)...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.Title = "Battletest: " + count(len(r.Failing()), "finding")
	for _, err := range errs {
		r.fault(err)
	}
	errs = append(errs, c.write(w.dir, &r.Report))
	switch {
	case c.JSON:
		errs = append(errs, printJSON(r.Report))
	case c.reportFiles == reportFiles{}:
		os.Stdout.Write(r.Markdown())
	default:
		fmt.Fprintln(os.Stderr, r.Title)
	}
	return errors.Join(errs...)
}

// check refuses paths that lead nowhere: no report is to call them a fault of the harness.
func (c *reportCommand) check(dir string) error {
	var errs []error
	for _, path := range append([]string{c.Hunt, c.Earlier}, c.Findings...) {
		if path == "" {
			continue
		}
		_, err := os.Stat(shown(from(dir, path)))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// sameFile tells whether two paths lead to one file or folder.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// fill adds what the flags ask for beside the findings.
func (c *reportCommand) fill(ctx context.Context, r *reporter, targets func() ([]target, error)) (errs []error) {
	if c.Hunt != "" {
		rows, err := r.workshop.readHunt(c.Hunt)
		errs = append(errs, err)
		r.addRows(rows)
	}
	if c.Corpus {
		all, err := targets()
		errs = append(errs, err)
		for _, t := range all {
			if err := r.runCorpus(ctx, t); err != nil {
				errs = append(errs, fmt.Errorf("the corpus of %s: %w", t.Name, err))
			}
		}
	}
	if c.Earlier != "" {
		earlier, failed := r.workshop.readEarlierReport(c.Earlier)
		errs = append(errs, failed...)
		r.Compared = c.Earlier
		r.compare(ctx, earlier, targets)
	}
	return errs
}
