package driver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
	"battle.test/explore"
)

// Command is the battle command.
type Command struct {
	Path  string   // of the command
	Temp  string   // folder for traces on their way
	Tools []string // folders where it finds engines, too, after those of the PATH
}

// outputMax bounds what is kept of a child's output, in bytes.
const outputMax = 64 << 20

// patience is how long a child that was told to stop may take before it is killed.
const patience = 5 * time.Second

// Statuses of the command.
const (
	statusFound = 1
	statusFault = 2
)

// run runs the command in a tree, and reads its JSON. The status says how it ended; the text
// is what it said on standard error. JSON comes before a fault, too, where there is any.
func (c Command) run(ctx context.Context, tree string, into any, args ...string) (status int, said string, err error) {
	cmd := process.Command(ctx, c.Path, args...)
	cmd.Dir = tree
	cmd.Env = append(process.Environment(cmd), "GOWORK=off", "PATH="+c.path())
	cmd.WaitDelay = patience
	output, text := &bounded{most: outputMax}, &bounded{most: 1 << 20}
	cmd.Stdout, cmd.Stderr = output, text
	err = process.Run(cmd)
	said = strings.TrimSpace(text.String())
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil: // what was found so far is in its folder
		return statusFault, said, ctx.Err()
	case errors.As(err, &ended) && ended.ExitCode() < 0:
		// Whoever killed it, such as a system without memory: it says nothing of the sources.
		return statusFault, said, fmt.Errorf("battle %s: %w", args[0], err)
	case errors.As(err, &ended):
		status = ended.ExitCode()
	case err != nil:
		return statusFault, said, fmt.Errorf("battle %s: %w", args[0], err)
	}
	if output.Len() == 0 {
		return status, said, &Fault{Args: args, Said: said}
	}
	if err := json.Unmarshal(output.Bytes(), into); err != nil {
		return status, said, fmt.Errorf("battle %s: its JSON: %w\n%s", args[0], err, said)
	}
	if status != 0 && status != statusFound {
		return status, said, &Fault{Args: args, Said: said}
	}
	return status, said, nil
}

// path is the PATH of the command.
func (c Command) path() string {
	dirs := c.Tools
	if path := os.Getenv("PATH"); path != "" { // else its first folder would be the tree
		dirs = append([]string{path}, dirs...)
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}

// A Fault is what the command says that is wrong with the harness, the sources or the
// machine.
type Fault struct {
	Args []string
	Said string
}

func (f *Fault) Error() string {
	words := f.Said
	if i := strings.LastIndex(words, "battle: "); i >= 0 { // behind what it told on the way
		words = words[i+len("battle: "):]
	}
	return fmt.Sprintf("battle %s: %s", f.Args[0], words)
}

// Engines says which engines there are.
func (c Command) Engines(ctx context.Context, tree string) (all []Engine, err error) {
	_, _, err = c.run(ctx, tree, &all, "engines", "-json")
	return all, err
}

// List says which targets there are.
func (c Command) List(ctx context.Context, tree string) (all []Target, err error) {
	_, _, err = c.run(ctx, tree, &all, "list", "-json")
	return all, err
}

// Hunt hunts.
func (c Command) Hunt(ctx context.Context, tree string, h Hunt) (Outcome, error) {
	var summary struct {
		Jobs []struct {
			Seconds    float64      `json:"seconds"`
			CPUSeconds float64      `json:"cpu_seconds"`
			Stats      battle.Stats `json:"stats"`
			Fault      string       `json:"fault"`
			Note       string       `json:"note"`
		} `json:"jobs"`
		Faults  []string `json:"faults"`
		LeftOut []string `json:"left_out"` // of the corpus: what does not fit
	}
	_, _, err := c.run(ctx, tree, &summary, "hunt", h.Package, "-json", "-no-explain", "-cores", "1",
		"-target", h.Target, "-engine", h.Engine, "-budget", h.Time.String(), "-seed", fmt.Sprint(h.Seed),
		"-findings", h.Findings, "-shared", h.Shared)
	var o Outcome
	for _, j := range summary.Jobs {
		o.Seconds += j.Seconds
		o.CPU += j.CPUSeconds
		o.Stats.Add(j.Stats)
		o.Fault, o.Note = firstOf(o.Fault, j.Fault), firstOf(o.Note, j.Note)
		if document, err := json.Marshal(j.Stats.Progress); err == nil && h.Engine == explore.Name {
			_ = json.Unmarshal(document, &o.Explored) // what does not fit is left out
		}
	}
	var fault *Fault
	if errors.As(err, &fault) && len(summary.Jobs) > 0 { // it has hunted all the same
		err = nil
		if len(summary.LeftOut) == 0 || len(summary.Faults) > 0 {
			o.Fault = firstOf(o.Fault, fault.Error())
		} else {
			o.Note = firstOf(o.Note, summary.LeftOut[0])
		}
	}
	return o, err
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Merge takes in traces.
func (c Command) Merge(ctx context.Context, tree string, t Target, from string) ([]string, error) {
	var all []struct {
		To string `json:"to"` // <target>/seeds/x.trace
	}
	_, _, err := c.run(ctx, tree, &all, "corpus", "merge", "-json", t.Target, from)
	var added []string
	for _, one := range all {
		if one.To != "" {
			added = append(added, filepath.Join(filepath.Dir(t.Corpus), filepath.FromSlash(one.To)))
		}
	}
	var fault *Fault
	if errors.As(err, &fault) && all != nil { // some could not be read
		err = nil
	}
	return added, err
}

// filesMax is how many files a command line names: Windows takes 32,767 letters.
const filesMax = 200

// Fits asks whether traces are those of a target.
func (c Command) Fits(ctx context.Context, tree, target string, traces []string) (why []string, err error) {
	for some := range slices.Chunk(traces, filesMax) {
		part, err := c.fit(ctx, tree, target, some)
		if err != nil {
			return nil, err
		}
		why = append(why, part...)
	}
	return why, nil
}

func (c Command) fit(ctx context.Context, tree, target string, traces []string) ([]string, error) {
	dir, err := os.MkdirTemp(c.Temp, "fit-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	args := []string{"corpus", "convert", "-json", "-target", target, "-to", "trace", "-out", filepath.Join(dir, "out")}
	at := make(map[string]int)
	for i, trace := range traces {
		file := filepath.Join(dir, fmt.Sprintf("%d.trace", i))
		if err := os.WriteFile(file, []byte(trace), 0o600); err != nil {
			return nil, err
		}
		args, at[file] = append(args, file), i
	}
	var all []struct {
		From  string `json:"from"`
		Error string `json:"error"`
	}
	_, _, err = c.run(ctx, tree, &all, args...)
	var fault *Fault
	if err != nil && (!errors.As(err, &fault) || len(all) != len(traces)) {
		return nil, err
	}
	why := make([]string, len(traces))
	for _, one := range all {
		line, _, _ := strings.Cut(one.Error, "\n")
		why[at[one.From]] = strings.TrimPrefix(line, one.From+":")
	}
	return why, nil
}

// Run runs a trace.
func (c Command) Run(ctx context.Context, tree string, t Trace) (*battle.Finding, error) {
	return c.outcome(ctx, tree, t, "replay", "-q")
}

// Minimize finds the shortest trace.
func (c Command) Minimize(ctx context.Context, tree string, t Trace) (*battle.Finding, error) {
	return c.outcome(ctx, tree, t, "minimize")
}

func (c Command) outcome(ctx context.Context, tree string, t Trace, args ...string) (*battle.Finding, error) {
	var answer struct {
		Finding *battle.Finding `json:"finding"`
	}
	err := c.withTrace(t, func(file string) error {
		_, _, err := c.run(ctx, tree, &answer, append(args, "-json", "-package", t.Package, "-target", t.Target, file)...)
		return err
	})
	var fault *Fault
	if errors.As(err, &fault) && answer.Finding != nil { // a fault of the harness, as a finding
		err = nil
	}
	return answer.Finding, err
}

// Explain explains a failure.
func (c Command) Explain(ctx context.Context, tree string, t Trace, budget time.Duration) (*explore.Explanation, error) {
	var answer struct {
		Explanation *explore.Explanation `json:"explanation"`
	}
	err := c.withTrace(t, func(file string) error {
		_, _, err := c.run(ctx, tree, &answer, "explain", "-json", "-budget", budget.String(), "-package", t.Package, "-target", t.Target, file)
		return err
	})
	if err == nil && answer.Explanation == nil {
		err = errors.New("battle explain: no explanation")
	}
	return answer.Explanation, err
}

// withTrace writes a trace into a file while it is needed: a command line has its bounds, and
// a trace may look like anything.
func (c Command) withTrace(t Trace, use func(file string) error) error {
	dir, err := os.MkdirTemp(c.Temp, "trace-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "the.trace")
	text := strings.Join(t.Updates, "\n") + "\n"
	if len(t.Updates) == 0 {
		text = "# no updates: it fails before the first\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	return use(file)
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, b.most-b.Len()))])
	return len(p), nil
}
