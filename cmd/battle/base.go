package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/report"
)

// A baseBuild is the revision that a change began at, in a folder of its own, where findings
// are run again: what fails there, too, is not the change's doing.
type baseBuild struct {
	commit   string // as it is shown
	workshop *workshop
	targets  []target
	errs     []error // what is wrong with some of them
}

// openBase writes the base into the workshop's folder, and finds the targets of some packages
// in it. Close its workshop.
func (w *workshop) openBase(ctx context.Context, c *change, packages []string) (*baseBuild, error) {
	defer during("reading the base " + shortCommit(c.base))()
	whole := filepath.Join(w.temp, "base")
	if err := os.Mkdir(whole, 0o755); err != nil {
		return nil, err
	}
	if err := c.repo.export(ctx, c.base, whole); err != nil {
		return nil, err
	}
	there := func(dir string) (string, error) {
		relative, err := filepath.Rel(realPath(c.repo.root), realPath(dir))
		return filepath.Join(whole, relative), err
	}
	dir, err := there(w.dir)
	if err != nil {
		return nil, err
	}
	root, err := there(w.root)
	if err != nil {
		return nil, err
	}
	for _, path := range []string{dir, filepath.Join(root, "go.mod")} {
		if _, err := os.Stat(path); err != nil {
			relative, _ := filepath.Rel(whole, path)
			return nil, fmt.Errorf("it has no %s", filepath.ToSlash(relative))
		}
	}
	if err := rootReplacements(ctx, w.root, root, whole); err != nil {
		return nil, err
	}
	b := &baseBuild{commit: shortCommit(c.base)}
	if b.workshop, err = newWorkshop(ctx, dir); err != nil {
		return nil, err
	}
	b.targets, b.errs, err = b.workshop.findSound(ctx, packages)
	if err != nil {
		b.workshop.close()
		return nil, err
	}
	return b, nil
}

// findSound finds the targets of the packages and asks for their names, as findAll does. What is
// wrong with some of them keeps no other out.
func (w *workshop) findSound(ctx context.Context, patterns []string) (sound []target, errs []error, err error) {
	all, errs, err := listTargets(ctx, w.dir, patterns, "-e")
	if err != nil {
		return nil, nil, err
	}
	if err := w.describe(ctx, all); err != nil {
		return nil, nil, err
	}
	if err := sameNames(all); err != nil {
		return nil, nil, err
	}
	for _, t := range all {
		if t.err == nil {
			sound = append(sound, t)
		}
	}
	if err := troubles(all); err != nil {
		errs = append(errs, err)
	}
	return sound, errs, nil
}

// gist is the line of an error that says most: of what a compiler says, the first that names
// a place.
func gist(err error) string {
	for line := range strings.Lines(err.Error()) {
		if strings.Contains(line, ".go:") {
			return strings.TrimSpace(line)
		}
	}
	return firstLine(err.Error())
}

// schedules is how often a finding that does not fail every time is run on the base.
const schedules = 10

// judge says of a finding whether the base has it, too, and by what that is known. What is
// not known to be there counts as new: a change must not be excused by a base that can't be
// built.
func (b *baseBuild) judge(ctx context.Context, f *battle.Finding) (report.State, string) {
	i := slices.IndexFunc(b.targets, func(t target) bool { return t.Name == f.Target })
	if i < 0 {
		if len(b.errs) > 0 {
			return report.New, fmt.Sprintf("the base %s can't be built: %s", b.commit, gist(errors.Join(b.errs...)))
		}
		return report.New, fmt.Sprintf("the base %s has no target %s", b.commit, f.Target)
	}
	defer during("running on the base: " + f.ID)()
	tries := 1
	if f.Unstable {
		tries = schedules
	}
	other := ""
	for range tries {
		answer, err := b.workshop.askFatal(ctx, b.targets[i], battle.Request{Do: "run", File: f.ID, Trace: strings.Join(f.Trace, "\n")})
		switch now := answer.Finding; {
		case err != nil: // such as a trace with updates that the base does not have
			return report.New, fmt.Sprintf("the base %s can't run its trace: %s", b.commit, gist(err))
		case now == nil:
		case report.Same(f, now):
			return report.Known, fmt.Sprintf("it fails on the base %s, too", b.commit)
		default:
			other = now.Title()
		}
	}
	if other != "" {
		return report.New, fmt.Sprintf("its trace fails in another way on the base %s: %s", b.commit, other)
	}
	return report.New, fmt.Sprintf("its trace passes on the base %s", b.commit)
}

// settle gives the findings their states: by the base of a change, or by an earlier night.
func (run *ciRun) settle(ctx context.Context) {
	if run.flags.Night {
		if run.flags.Earlier != "" {
			run.compare(ctx, run.earlier, func() ([]target, error) { return run.targets, nil })
		}
		return
	}
	var packages []string
	for _, f := range run.Failing() {
		packages = append(packages, run.packageOf(f.Target))
	}
	if len(packages) == 0 {
		return
	}
	base, err := run.workshop.openBase(ctx, run.change, packages)
	if err == nil {
		defer base.workshop.close()
	}
	for i := range run.Findings {
		f := &run.Findings[i]
		if f.Kind == battle.Harness { // no finding of the change's
			continue
		}
		if err != nil {
			f.State, f.Why = report.New, fmt.Sprintf("the base %s can't be run: %s", shortCommit(run.change.base), gist(err))
		} else {
			f.State, f.Why = base.judge(ctx, f.Finding)
		}
		if ctx.Err() != nil {
			f.State, f.Why = "", ""
			return
		}
	}
}

// packageOf is the package of a target.
func (run *ciRun) packageOf(name string) string {
	for _, t := range run.targets {
		if t.Name == name {
			return t.Package
		}
	}
	return ""
}
