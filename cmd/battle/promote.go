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
)

type corpusPromote struct {
	Targets []string `arg:"" optional:"" help:"Targets (default all)."`
	JSON    bool     `help:"Print JSON."`
}

// A promotion is what became of a file of testdata/fuzz.
type promotion struct {
	From   string `json:"from"`
	To     string `json:"to"`
	New    bool   `json:"new"`    // else the corpus had it
	Passes bool   `json:"passes"` // by now
}

func (c *corpusPromote) Run(ctx context.Context, line *commandLine) error {
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	targets, err := c.find(ctx, w)
	if err != nil {
		return err
	}
	defer during("minimising what is in testdata/fuzz")()
	all := []promotion{}
	var errs []error
	for _, t := range targets {
		files := t.leftByGo()
		if len(files) == 0 {
			continue
		}
		items, err := w.traces(ctx, t)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		corpus := w.shelf(t, items)
		for _, path := range files {
			one, err := w.promote(ctx, t, corpus, path)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				errs = append(errs, err) // the others are not to blame
				continue
			}
			all = append(all, one)
		}
	}
	if c.JSON {
		err = printJSON(all)
	} else {
		added := 0
		for _, one := range all {
			switch {
			case one.New && one.Passes:
				added++
				fmt.Printf("%s is now %s (passes now: kept as a regression)\n", shown(one.From), shown(one.To))
			case one.New:
				added++
				fmt.Printf("%s is now %s\n", shown(one.From), shown(one.To))
			default:
				fmt.Printf("%s was in the corpus already, as %s\n", shown(one.From), shown(one.To))
			}
		}
		fmt.Println(count(added, "trace"), "promoted")
	}
	return errors.Join(append(errs, err)...)
}

// find finds the targets. Without names they are those that Go's fuzzer left something of:
// no other need be built.
func (c *corpusPromote) find(ctx context.Context, w *workshop) ([]target, error) {
	if len(c.Targets) > 0 {
		return w.findAll(ctx, nil, c.Targets)
	}
	all, err := findTargets(ctx, w.dir, nil)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t target) bool { return len(t.leftByGo()) == 0 })
	if err := w.describe(ctx, all); err != nil {
		return nil, err
	}
	return pick(all, nil)
}

// leftByGo are the files that go test -fuzz left of a target.
func (t target) leftByGo() []string {
	files, _ := filepath.Glob(filepath.Join(t.dir, "testdata", "fuzz", t.Func, "*"))
	return files
}

// promote minimises one of Go's failing inputs and moves it into the regressions. An
// input that passes by now becomes a regression as it is: it failed once.
func (w *workshop) promote(ctx context.Context, t target, corpus *shelf, path string) (promotion, error) {
	content, err := readBounded(path)
	if err != nil {
		return promotion{}, err
	}
	tape, err := parseGoCorpus(path, content)
	if err != nil {
		return promotion{}, err
	}
	answer, err := w.askFatal(ctx, t, battle.Request{Do: "minimize", Tape: tape})
	if err != nil {
		return promotion{}, err
	}
	name, comment, trace := filepath.Base(path), "It failed once, and passes now.", answer.Trace
	if f := answer.Finding; f != nil {
		if f.Kind == battle.Harness {
			return promotion{}, fmt.Errorf("%s: the harness is at fault: %s", path, f.Title())
		}
		name, comment, trace = f.ID, f.Title(), strings.Join(f.Trace, "\n")+"\n"
	} else if answer.Updates == 0 {
		return promotion{}, fmt.Errorf("%s: a tape without updates: remove it", path)
	}
	one := promotion{From: path, Passes: answer.Finding == nil}
	if there := corpus.holder("regressions", name, trace); there != "" {
		one.To = w.corpusFile(t, there)
		return one, os.Remove(path)
	}
	one.New = true
	if name, err = corpus.free("regressions", name); err != nil {
		return promotion{}, err
	}
	if one.To, err = w.addTrace(t, "regressions", name, comment, trace); err != nil {
		return promotion{}, err
	}
	corpus.put(corpus.file("regressions", name), trace)
	return one, os.Remove(path)
}
