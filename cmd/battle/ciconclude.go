package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"battle.test/cmd/battle/report"
)

// conclude writes and prints the report, and turns it into an exit status.
func (run *ciRun) conclude(ctx context.Context) error {
	what := "a change"
	if run.flags.Night {
		what = "a night"
	}
	run.Title = "Battletest: " + what
	if ctx.Err() != nil {
		run.Notes = append(run.Notes, "The run was interrupted. This is what was known by then.")
	}
	r := &run.reporter.Report
	errs := []error{run.flags.write(run.workshop.dir, r), run.summarize(r)}
	if run.flags.JSON {
		errs = append(errs, printJSON(r))
	}
	run.print(r)
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return err
	}
	if n := len(r.AllFaults()); n > 0 {
		return fmt.Errorf("%s could not be run: see above", count(n, "thing"))
	}
	for _, f := range r.Failing() {
		if f.State != report.Known {
			return errFound
		}
	}
	if len(r.Missed()) > 0 {
		return errFound
	}
	return nil
}

// summarize adds the report to the page that GitHub shows of a job.
func (run *ciRun) summarize(r *report.Report) error {
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	_, err = file.Write(r.Markdown())
	return errors.Join(err, file.Close())
}

// print prints the annotations, where a service reads them, and the verdict.
func (run *ciRun) print(r *report.Report) {
	out := os.Stdout
	if run.flags.JSON {
		out = os.Stderr
	}
	fmt.Fprint(out, run.text(r, os.Getenv("GITHUB_ACTIONS") == "true"))
}

func (run *ciRun) text(r *report.Report, github bool) string {
	var b strings.Builder
	if all := r.Failing(); !github { // lines of a finding might be taken for commands there
		for _, f := range all[:min(len(all), shownMost)] {
			fmt.Fprintf(&b, "%s\n", f.Text())
		}
		if more := len(all) - shownMost; more > 0 {
			fmt.Fprintf(&b, "… and %d more in %s\n\n", more, shown(run.hunt.dir))
		}
	}
	b.WriteString(r.Annotations(github))
	fmt.Fprintln(&b, r.Verdict())
	return b.String()
}
