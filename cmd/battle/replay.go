package main

import (
	"context"
	"fmt"
	"os"

	"battle.test/battle"
)

type replayCommand struct {
	source
	Quiet bool `short:"q" help:"Do not print the updates as they run."`
	JSON  bool `help:"Print the outcome as JSON."`
}

func (c *replayCommand) Run(ctx context.Context, line *commandLine) error {
	w, t, request, err := c.open(ctx, line.Dir, plain)
	if err != nil {
		return err
	}
	defer w.close()
	request.Do, request.Verbose = "run", !c.Quiet && !c.JSON
	defer during("replaying in " + t.Name)()
	answer, err := w.askFatal(ctx, t, request)
	if err != nil {
		return err
	}
	return c.show(answer, c.JSON)
}

type minimizeCommand struct {
	source
	JSON bool   `help:"Print the finding as JSON."`
	Out  string `help:"Write the finding into this folder, too."`
}

func (c *minimizeCommand) Run(ctx context.Context, line *commandLine) error {
	w, t, request, err := c.open(ctx, line.Dir, plain)
	if err != nil {
		return err
	}
	defer w.close()
	request.Do = "minimize"
	defer during("minimising in " + t.Name)()
	answer, err := w.askFatal(ctx, t, request)
	if err != nil {
		return err
	}
	if answer.Finding != nil && c.Out != "" {
		path, err := answer.Finding.Write(from(line.Dir, c.Out))
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "written:", shown(path))
	}
	return c.show(answer, c.JSON)
}

// show prints the outcome of a run, and turns it into an exit status. A run without
// updates may fail, in New; one that passes says nothing.
func (s *source) show(answer battle.Answer, asJSON bool) error {
	if answer.Finding == nil && answer.Updates == 0 {
		return fmt.Errorf("%s has no updates", s.Trace)
	}
	switch found := answer.Finding; {
	case asJSON:
		if err := printJSON(map[string]any{"updates": answer.Updates, "finding": found}); err != nil {
			return err
		}
	case found == nil:
		fmt.Printf("passed: %s\n", count(answer.Updates, "update"))
	default:
		fmt.Printf("%s", found.Text())
	}
	if answer.Finding == nil {
		return nil
	}
	if answer.Finding.Kind == battle.Harness {
		return fmt.Errorf("the harness is at fault: %s", answer.Finding.Title())
	}
	return errFound
}
