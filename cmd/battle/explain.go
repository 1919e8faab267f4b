package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/likelihood"
	"battle.test/explore"
)

type explainCommand struct {
	source
	Seed     uint64        `default:"1" help:"Where random choices start."`
	Budget   time.Duration `default:"10s" help:"How long to try other futures, after building, in CPU time. It takes less where the jump is clear before."`
	Length   int           `default:"0" help:"Updates of each run that is tried (default as many as the trace has)."`
	Coverage bool          `default:"true" negatable:"" help:"Count which lines run, to list the telling ones."`
	SVG      string        `help:"Write the curve into this file, as SVG."`
	HTML     string        `help:"Write a page into this file that explains the finding to somebody who has nothing else."`
	JSON     bool          `help:"Print JSON."`
}

// Help is what -help adds.
func (*explainCommand) Help() string {
	return "For each moment of the trace, the updates up to there are run again, and random ones after them: " +
		"the share of those futures that fail in the same way is the likelihood of the finding at that moment. " +
		"It jumps at the update that is to blame. Two coins, and a bug when both are heads: 25 %, 50 %, 100 %. " +
		"Exit status: 0 explained, 2 the trace does not fail, or a fault."
}

// explained is a finding and where it came from.
type explained struct {
	likelihood.Account
	Sources []string `json:"sources,omitempty"` // the text of the first line of each of the telling ones
	Planted *changes `json:"planted,omitempty"` // the bug that the command has planted

	uncounted bool // lines were not to be counted
}

func (c *explainCommand) Run(ctx context.Context, line *commandLine) error {
	if c.Budget <= 0 {
		return fmt.Errorf("-budget %v: want a time above zero", c.Budget)
	}
	if c.Length < 0 {
		return fmt.Errorf("-length %d: want a number of updates, or 0 for as many as the trace has", c.Length)
	}
	if err := errors.Join(writableFile("-svg", line.Dir, c.SVG), writableFile("-html", line.Dir, c.HTML)); err != nil {
		return err
	}
	c.steps = steps{of: 2} // to build, and to try
	w, t, request, err := c.open(ctx, line.Dir, forExplorer(c.Coverage))
	if err != nil {
		return err
	}
	defer w.close()
	e, err := c.explain(ctx, w, t, request)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(e); err != nil {
			return err
		}
	} else {
		fmt.Print(e.text())
	}
	return c.write(line.Dir, e)
}

// write writes the picture and the page, as far as they are asked for. It comes last: should a
// disk be full, what the futures told was printed.
func (c *explainCommand) write(dir string, e *explained) error {
	page, err := e.page()
	if err != nil {
		return err
	}
	for _, file := range []struct {
		path    string
		content []byte
	}{{c.SVG, e.SVG()}, {c.HTML, page}} {
		if file.path == "" {
			continue
		}
		if err := writeOut(from(dir, file.path), file.content); err != nil {
			return err
		}
	}
	return nil
}

// explain lets the test binary try other futures.
func (c *explainCommand) explain(ctx context.Context, w *workshop, t target, request battle.Request) (*explained, error) {
	binary, err := w.buildExplore(ctx, t, c.Coverage)
	if err != nil {
		return nil, err
	}
	defer w.steps.begin("trying other futures in " + t.Name)()
	request.Do, request.Length = explore.ExplainName, c.Length
	answer, err := w.askBinary(ctx, binary, t, request,
		fmt.Sprintf("%s=%d", battle.EnvSeed, c.Seed), battle.EnvBudget+"="+c.Budget.String())
	var silent *noAnswer
	if errors.As(err, &silent) {
		return nil, fmt.Errorf("the process died of the trace, or of another future: explain needs a failure that it outlives: %w", err)
	}
	if err != nil {
		return nil, err
	}
	e := &explained{Account: likelihood.Account{Finding: answer.Finding}, uncounted: !c.Coverage}
	if err := json.Unmarshal(answer.Report, &e.Explanation); err != nil {
		return nil, fmt.Errorf("%s.%s: its explanation: %w", t.Package, t.Func, err)
	}
	return e, w.quote(e)
}
