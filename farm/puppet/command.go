package puppet

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"battle.test/battle"

	"battle.test/farm/driver"
)

// Main plays the command in the folder that it runs in, and returns its exit status.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	found, answer, err := play(ctx, args)
	if answer != nil {
		if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
			return 2
		}
	}
	switch {
	case err != nil:
		var fault *driver.Fault
		if errors.As(err, &fault) {
			fmt.Fprintln(os.Stderr, fault.Said)
		} else {
			fmt.Fprintln(os.Stderr, "battle:", err)
		}
		return 2
	case found:
		return 1
	}
	return 0
}

// words are a command line: the flags that the farm uses, and what is between them.
type words struct {
	pkg, target, engine, findings, shared string
	budget                                time.Duration
	seed                                  uint64
	rest                                  []string
}

func parse(args []string) (w words, err error) {
	f := flag.NewFlagSet("battle", flag.ContinueOnError)
	for _, name := range []string{"json", "q", "no-explain"} {
		f.Bool(name, false, "")
	}
	f.Int("cores", 0, "")
	f.StringVar(&w.pkg, "package", "", "")
	f.StringVar(&w.target, "target", "", "")
	f.StringVar(&w.engine, "engine", "", "")
	f.StringVar(&w.findings, "findings", "", "")
	f.StringVar(&w.shared, "shared", "", "")
	f.String("to", "", "")
	f.String("out", "", "")
	f.DurationVar(&w.budget, "budget", 0, "")
	f.Uint64Var(&w.seed, "seed", 0, "")
	for err == nil && len(args) > 0 {
		if err = f.Parse(args); err == nil && f.NArg() > 0 {
			w.rest = append(w.rest, f.Arg(0))
			args = f.Args()[1:]
			continue
		}
		break
	}
	return w, err
}

// play does what a command line says. The answer is what is printed as JSON.
func play(ctx context.Context, args []string) (found bool, answer any, err error) {
	w, err := parse(args)
	if err != nil {
		return false, nil, err
	}
	b, dir := Battle{}, "."
	switch command := strings.Join(w.rest[:min(2, len(w.rest))], " "); {
	case command == "engines":
		answer, err = b.Engines(ctx, dir)
	case command == "list":
		if dir, err = os.Getwd(); err == nil {
			answer, err = listed(b.List(ctx, dir))
		}
	case strings.HasPrefix(command, "hunt "):
		o, failed := b.Hunt(ctx, dir, driver.Hunt{
			Package: w.rest[1], Target: w.target, Engine: w.engine, Time: w.budget, Seed: w.seed, Findings: w.findings, Shared: w.shared,
		})
		if err = failed; err != nil {
			break
		}
		o.Stats.Progress = o.Explored
		left, failed := b.leftOut(ctx, dir, w.target)
		if err = failed; err == nil && len(left) > 0 {
			err = errors.New("traces were left out")
		}
		answer = map[string]any{"jobs": []any{map[string]any{"seconds": o.Seconds, "cpu_seconds": o.CPU, "stats": o.Stats}}, "left_out": left}
	case command == "corpus merge" && len(w.rest) == 4:
		t := driver.Target{Corpus: filepath.Join("corpus", w.rest[2])}
		added, failed := b.Merge(ctx, dir, t, w.rest[3])
		all := []map[string]string{}
		for _, path := range added {
			all = append(all, map[string]string{"to": strings.TrimPrefix(filepath.ToSlash(path), "corpus/")})
		}
		answer, err = all, failed
	case command == "corpus convert":
		answer, err = w.convert(ctx, b)
	case len(w.rest) == 2:
		return w.runTrace(ctx, b)
	default:
		err = fmt.Errorf("unexpected argument %s", strings.Join(args, " "))
	}
	return false, answer, err
}

// convert says of files whether they are traces of the target. It writes none.
func (w words) convert(ctx context.Context, b Battle) (any, error) {
	all := []map[string]string{}
	var fault error
	for _, path := range w.rest[2:] {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		why, err := b.Fits(ctx, ".", w.target, []string{string(content)})
		if err != nil {
			return nil, err
		}
		if why[0] != "" {
			why[0] = path + ":1:1: " + why[0]
			fault = errors.New(why[0])
		}
		all = append(all, map[string]string{"from": path, "error": why[0]})
	}
	return all, fault
}

// listed is no list at all where there is none, as the command prints nothing then.
func listed(all []driver.Target, err error) (any, error) {
	if len(all) == 0 {
		return nil, err
	}
	return all, err
}

// runTrace does what begins with a trace.
func (w words) runTrace(ctx context.Context, b Battle) (found bool, answer any, err error) {
	content, err := os.ReadFile(w.rest[1])
	if err != nil {
		return false, nil, err
	}
	t := driver.Trace{Package: w.pkg, Target: w.target}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			t.Updates = append(t.Updates, line)
		}
	}
	var f *battle.Finding
	switch w.rest[0] {
	case "replay":
		f, err = b.Run(ctx, ".", t)
	case "minimize":
		f, err = b.Minimize(ctx, ".", t)
	case "explain":
		explanation, err := b.Explain(ctx, ".", t, w.budget)
		if err != nil {
			return false, nil, err
		}
		return true, map[string]any{"explanation": explanation}, nil
	default:
		err = fmt.Errorf("unexpected argument %s", w.rest[0])
	}
	if err != nil {
		return false, nil, err
	}
	return f != nil, map[string]any{"finding": f}, nil
}
