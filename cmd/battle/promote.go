package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	w, targets, err := openTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	defer during("minimising what is in testdata/fuzz")()
	all := []promotion{}
	var errs []error
	for _, t := range targets {
		files, _ := filepath.Glob(filepath.Join(t.dir, "testdata", "fuzz", t.Func, "*"))
		for _, path := range files {
			one, err := w.promote(ctx, t, path)
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
				fmt.Printf("%s is now %s (passes now: kept as a regression)\n", one.From, one.To)
			case one.New:
				added++
				fmt.Printf("%s is now %s\n", one.From, one.To)
			default:
				fmt.Printf("%s was in the corpus already, as %s\n", one.From, one.To)
			}
		}
		fmt.Println(count(added, "trace"), "promoted")
	}
	return errors.Join(append(errs, err)...)
}

// promote minimises one of Go's failing inputs and moves it into the regressions. An
// input that passes by now becomes a regression as it is: it failed once.
func (w *workshop) promote(ctx context.Context, t target, path string) (promotion, error) {
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
	if name, one.New, err = freeName(filepath.Join(w.corpusDir(t), "regressions"), name, trace); err != nil {
		return promotion{}, err
	}
	one.To = filepath.Join(w.corpusDir(t), "regressions", name+".trace")
	if one.New {
		if _, err := w.addTrace(t, "regressions", name, comment, trace); err != nil {
			return promotion{}, err
		}
	}
	return one, os.Remove(path)
}

// freeName is a name for a trace in a folder of the corpus, and whether it is to be written
// there: one that holds the same trace already is as good. A name that another trace has is
// numbered on: nothing of what is promoted gets lost.
func freeName(dir, name, trace string) (free string, isNew bool, err error) {
	free = name
	for n := 2; ; n++ {
		content, err := os.ReadFile(filepath.Join(dir, free+".trace"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return free, true, nil
		case err != nil:
			return "", false, err
		case withoutComments(string(content)) == withoutComments(trace):
			return free, false, nil
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// withoutComments is the lines of a trace that are updates.
func withoutComments(trace string) string {
	var b strings.Builder
	for line := range strings.Lines(trace) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
