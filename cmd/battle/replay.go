package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"battle.test/battle"
)

type replayCommand struct {
	source
	pictureFlags
	Quiet bool `short:"q" help:"Print neither the updates as they run nor the timeline."`
	JSON  bool `help:"Print the outcome as JSON, with the timeline if the target has one."`
}

// Help is what -help adds.
func (*replayCommand) Help() string {
	return "Of a target whose state shows its runs (battle.Pictured), the timeline is printed before the outcome."
}

func (c *replayCommand) Run(ctx context.Context, line *commandLine) error {
	if err := c.prepare(line.Dir); err != nil {
		return err
	}
	w, t, request, err := c.open(ctx, line.Dir, plain)
	if err != nil {
		return err
	}
	defer w.close()
	request.Do, request.Verbose = "run", !c.Quiet && !c.JSON
	if request.Pictures, err = c.request(w, c.timelineKind()); err != nil {
		return err
	}
	answer, err := replay(ctx, w, t, request)
	if err != nil {
		return err
	}
	if err := c.conclude(line.Dir, t, answer); err != nil {
		return err
	}
	timeline, err := w.timeline(c.timelineKind())
	if err != nil {
		return err
	}
	if !c.JSON {
		fmt.Printf("%s", timeline)
	}
	return c.show(answer, timeline, c.JSON)
}

// timelineKind is the kind of timeline that is printed, or "".
func (c *replayCommand) timelineKind() string {
	switch {
	case c.JSON:
		return battle.TimelineJSON
	case c.Quiet:
		return ""
	}
	return battle.Timeline
}

func replay(ctx context.Context, w *workshop, t target, request battle.Request) (battle.Answer, error) {
	defer during("replaying in " + t.Name)()
	return w.askFatal(ctx, t, request)
}

type minimizeCommand struct {
	source
	JSON bool   `help:"Print the finding as JSON."`
	Out  string `help:"Write the finding into this folder, too."`
}

func (c *minimizeCommand) Run(ctx context.Context, line *commandLine) error {
	if c.Out != "" {
		if err := writable("-out", from(line.Dir, c.Out)); err != nil {
			return err
		}
	}
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
	return c.show(answer, nil, c.JSON)
}

// show prints the outcome of a run, and turns it into an exit status. A run without
// updates may fail, in New; one that passes says nothing. The timeline is for JSON.
func (s *source) show(answer battle.Answer, timeline json.RawMessage, asJSON bool) error {
	if answer.Finding == nil && answer.Updates == 0 {
		return fmt.Errorf("%s has no updates", s.Trace)
	}
	switch found := answer.Finding; {
	case asJSON:
		outcome := map[string]any{"updates": answer.Updates, "finding": found}
		if timeline != nil {
			outcome["timeline"] = timeline
		}
		if err := printJSON(outcome); err != nil {
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
