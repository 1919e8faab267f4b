package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"battle.test/battle"
)

type listCommand struct {
	Where []string `arg:"" optional:"" name:"target" help:"Targets (names, or functions as FuzzX), and packages to look for them in, as ./fuzz (default all in ./...)."`
	JSON  bool     `help:"Print JSON."`
}

// listed is a target in list's JSON.
type listed struct {
	Package string `json:"package"`
	Corpus  string `json:"corpus"` // folder of its traces, be it there or not
	*battle.Description
}

func (c *listCommand) Run(ctx context.Context, line *commandLine) error {
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	packages, names := choose(c.Where, nil)
	targets, err := w.findAll(ctx, packages, names)
	if err != nil {
		return err
	}
	all := []listed{}
	var broken []error
	for _, t := range targets {
		if t.description.CorpusError != "" {
			broken = append(broken, fmt.Errorf("the corpus of %s can't be used", t.Name))
		}
		all = append(all, listed{t.Package, w.corpusDir(t), t.description})
	}
	if c.JSON {
		return errors.Join(append(broken, printJSON(all))...)
	}
	for _, one := range all {
		fmt.Printf("%s  %s.%s  %s, %s\n", one.Target, one.Package, one.Func,
			count(one.Seeds, "seed"), count(one.Regressions, "regression"))
		printOps(one.Description)
		if one.CorpusError != "" {
			fmt.Printf("  the corpus can't be used: %s\n", one.CorpusError)
		}
	}
	return errors.Join(broken...)
}

func printOps(d *battle.Description) {
	weights := 0
	for _, op := range d.Ops {
		weights += op.Weight
	}
	for _, op := range d.Ops {
		var fields []string
		for _, f := range op.Fields {
			fields = append(fields, f.Name+"="+f.Values)
		}
		line := fmt.Sprintf("  %3d %%  %-16s %s", (100*op.Weight+weights/2)/weights, op.Name, strings.Join(fields, "  "))
		fmt.Println(strings.TrimRight(line, " "))
	}
}

// count is "1 seed" or "3 seeds".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func printJSON(v any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
