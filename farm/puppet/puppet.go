package puppet

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/explore"

	"battle.test/farm/driver"
	"battle.test/farm/store"
)

// Battle is a [driver.Battle] of subjects.
type Battle struct{}

var _ driver.Battle = Battle{}

// subject reads a tree, as the command that was called would: what is wrong is its fault.
func subject(tree, command string) (Subject, error) {
	s, err := read(tree)
	if err == nil && s.Broken != "" {
		err = fmt.Errorf("%s", s.Broken)
	}
	if err != nil {
		return s, &driver.Fault{Args: []string{command}, Said: "battle: " + err.Error()}
	}
	return s, nil
}

// Tool is what the engine needs that is not there, on the path.
const Tool = "puppet-afl"

// Engines are one that is there and one that is not, unless its tool is.
func (Battle) Engines(context.Context, string) ([]driver.Engine, error) {
	all := []driver.Engine{{Name: "explore"}, {Name: "afl", Missing: "apt install afl++"}}
	if _, err := exec.LookPath(Tool); err == nil {
		all[1].Missing = ""
	}
	return all, nil
}

// List lists the targets of the subject.
func (Battle) List(_ context.Context, tree string) (all []driver.Target, err error) {
	s, err := subject(tree, "list")
	for _, t := range s.Targets {
		one := driver.Target{Package: Package, Corpus: filepath.Join(tree, "corpus", t.Name)}
		one.Description = battle.Description{Target: t.Name, Func: "Fuzz" + t.Name, Ops: t.ops()}
		if err == nil {
			all = append(all, one)
		}
	}
	return all, err
}

// Hunt finds the bugs of the target, each with a trace that is longer than needed, and shares
// traces that follow from the seed.
func (Battle) Hunt(ctx context.Context, tree string, h driver.Hunt) (driver.Outcome, error) {
	s, err := subject(tree, "hunt")
	if err != nil {
		return driver.Outcome{}, err
	}
	t, err := s.target(h.Target)
	if err != nil {
		return driver.Outcome{}, &driver.Fault{Args: []string{"hunt"}, Said: "battle: " + err.Error()}
	}
	var o driver.Outcome
	ended := time.After(h.Time)
	for round := range t.Rounds {
		if round == 0 {
			if err := s.find(t, h.Findings); err != nil {
				return o, err
			}
		}
		if err := s.share(t, h, round); err != nil {
			return o, err
		}
		o.Stats.Runs++
		o.Stats.Updates += 10
		o.Seconds += 0.1
		o.CPU += 0.1
		select {
		case <-ctx.Done(): // as after Ctrl-C
			return o, nil
		case <-ended:
			return o, nil
		case <-time.After(time.Duration(t.Pause) * time.Millisecond):
		}
	}
	o.Explored = explore.Progress{Covered: 50, Blocks: 100, Moments: int(o.Stats.Runs)}
	return o, nil
}

// find writes the findings of a target, as a hunt does.
func (s Subject) find(t Target, dir string) error {
	for _, b := range t.Bugs {
		trace := []string{"step"}
		for _, need := range b.Needs {
			trace = append(trace, need, "step")
		}
		_, found, err := t.run(trace)
		if err != nil || found == nil {
			return fmt.Errorf("the bug %s does not fail: %v", b.Name, err)
		}
		document, err := json.Marshal(found)
		if err != nil {
			return err
		}
		if err := writeWhole(filepath.Join(dir, found.ID+".json"), document); err != nil {
			return err
		}
		if err := s.note("finding", t.Name, b.Name); err != nil {
			return err
		}
	}
	return nil
}

// share writes a trace into the folder of those that engines share.
func (s Subject) share(t Target, h driver.Hunt, round int) error {
	trace := fmt.Sprintf("step seed=%d round=%d\n", h.Seed, round)
	hash := store.TraceHash(trace)
	if err := writeWhole(filepath.Join(h.Shared, t.Name, hash+".trace"), []byte(trace)); err != nil {
		return err
	}
	return s.note("entry", t.Name, hash)
}

// Fits asks the target, line by line.
func (Battle) Fits(_ context.Context, tree, target string, traces []string) ([]string, error) {
	s, err := subject(tree, "corpus")
	if err != nil {
		return nil, err
	}
	t, err := s.target(target)
	if err != nil {
		return nil, &driver.Fault{Args: []string{"corpus"}, Said: "battle: " + err.Error()}
	}
	why := make([]string, len(traces))
	for i, trace := range traces {
		for line := range strings.Lines(trace) {
			if err := t.fits(line); err != nil && why[i] == "" {
				why[i] = err.Error()
			}
		}
	}
	return why, nil
}

// leftOut says what of a target's seeds does not fit, as a hunt does.
func (b Battle) leftOut(ctx context.Context, tree, target string) (all []string, err error) {
	files, err := filepath.Glob(filepath.Join(tree, "corpus", target, "seeds", "*.trace"))
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		why, err := b.Fits(ctx, tree, target, []string{string(content)})
		if err != nil {
			return nil, err
		}
		if why[0] != "" {
			all = append(all, filepath.Base(path)+": "+why[0])
		}
	}
	return all, err
}

// Merge takes all traces in.
func (Battle) Merge(_ context.Context, _ string, t driver.Target, from string) (added []string, err error) {
	files, err := filepath.Glob(filepath.Join(from, "*.trace"))
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			return added, err
		}
		to := filepath.Join(t.Corpus, "seeds", filepath.Base(path))
		if err := writeWhole(to, content); err != nil {
			return added, err
		}
		added = append(added, to)
	}
	return added, err
}

// Run runs a trace.
func (Battle) Run(_ context.Context, tree string, t driver.Trace) (*battle.Finding, error) {
	_, _, found, err := run("replay", tree, t)
	return found, err
}

// Minimize leaves what the bug needs.
func (Battle) Minimize(_ context.Context, tree string, t driver.Trace) (*battle.Finding, error) {
	in, bug, found, err := run("minimize", tree, t)
	if err != nil || found == nil {
		return nil, err
	}
	_, found, err = in.run(bug.Needs)
	return found, err
}

// Explain blames the last update.
func (Battle) Explain(_ context.Context, tree string, t driver.Trace, _ time.Duration) (*explore.Explanation, error) {
	_, _, found, err := run("explain", tree, t)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &driver.Fault{Args: []string{"explain"}, Said: "battle: it does not fail"}
	}
	e := &explore.Explanation{Length: len(t.Updates), Culprit: &explore.Culprit{Update: len(t.Updates)}, Tight: true}
	for moment := range len(t.Updates) + 1 {
		e.Points = append(e.Points, explore.Point{Moment: moment})
	}
	return e, nil
}

// run runs a trace for a command.
func run(command, tree string, t driver.Trace) (in Target, bug *Bug, found *battle.Finding, err error) {
	s, err := subject(tree, command)
	if err != nil {
		return in, nil, nil, err
	}
	if in, err = s.target(t.Target); err == nil {
		bug, found, err = in.run(t.Updates)
	}
	if err != nil {
		err = &driver.Fault{Args: []string{command}, Said: "battle: " + err.Error()}
	}
	return in, bug, found, err
}

// writeWhole writes a file that is there as a whole or not at all.
func writeWhole(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp := fmt.Sprintf("%s.%d.tmp", strings.TrimSuffix(path, filepath.Ext(path)), os.Getpid())
	if err := os.WriteFile(temp, content, 0o644); err != nil {
		return err
	}
	return os.Rename(temp, path)
}
