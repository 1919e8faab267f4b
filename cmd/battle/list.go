package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"battle.test/battle"
)

type listCommand struct {
	Packages []string `arg:"" optional:"" help:"Packages to look in (default ./...)."`
	JSON     bool     `help:"Print JSON."`
}

func (c *listCommand) Run(ctx context.Context, line *commandLine) error {
	w, err := newWorkshop(line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	targets, err := findTargets(ctx, line.Dir, c.Packages)
	if err != nil {
		return err
	}
	descriptions, err := w.describe(ctx, targets)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(descriptions)
	}
	for i, d := range descriptions {
		fmt.Printf("%s  %s.%s  %s, %s\n", d.Target, targets[i].Package, d.Func,
			count(d.Seeds, "seed"), count(d.Regressions, "regression"))
		printOps(d)
		if d.CorpusError != "" {
			fmt.Printf("  the corpus can't be used: %s\n", d.CorpusError)
		}
	}
	return nil
}

func printOps(d battle.Description) {
	weights := 0
	for _, op := range d.Ops {
		weights += op.Weight
	}
	for _, op := range d.Ops {
		var fields []string
		for _, f := range op.Fields {
			fields = append(fields, f.Name+"="+f.Values)
		}
		fmt.Printf("  %3d %%  %-16s %s\n", (100*op.Weight+weights/2)/weights, op.Name, strings.Join(fields, "  "))
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
