package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"battle.test/battle"
)

type corpusCommand struct {
	Show    corpusShow    `cmd:"" help:"List the traces of the corpus."`
	Add     corpusAdd     `cmd:"" help:"Add a trace or a finding."`
	Promote corpusPromote `cmd:"" help:"Turn what go test -fuzz left in testdata/fuzz into minimal regressions."`
	Convert corpusConvert `cmd:"" help:"Convert between traces and the formats of go test -fuzz, go-fuzz and raw tapes."`
	Prune   corpusPrune   `cmd:"" help:"Remove traces that are there twice."`
}

// corpusDir is the folder of a target's traces: corpus/ of the module where that has
// the target, else testdata/battle of the package.
func corpusDir(dir string, t target) string {
	shared := filepath.Join(dir, "corpus", t.Name)
	if info, err := os.Stat(shared); err == nil && info.IsDir() {
		return shared
	}
	return filepath.Join(t.dir, "testdata", "battle", t.Name)
}

// allTargets are the module's targets with their names.
func allTargets(ctx context.Context, line *commandLine, names []string) (*workshop, []target, error) {
	w, err := newWorkshop(line.Dir)
	if err != nil {
		return nil, nil, err
	}
	all, err := findTargets(ctx, line.Dir, nil)
	if err == nil {
		_, err = w.describe(ctx, all)
	}
	if err == nil {
		all, err = pick(all, names)
	}
	if err != nil {
		w.close()
		return nil, nil, err
	}
	return w, all, nil
}

type corpusShow struct {
	Targets []string `arg:"" optional:"" help:"Targets (default all)."`
	JSON    bool     `help:"Print JSON, with the traces."`
}

func (c *corpusShow) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := allTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	var all []battle.CorpusItem
	for _, t := range targets {
		answer, err := w.ask1(ctx, t, battle.Request{Do: "corpus"})
		if err != nil {
			return err
		}
		for _, item := range answer.Corpus {
			if item.File == "" {
				continue
			}
			all = append(all, item)
			if !c.JSON {
				fmt.Printf("%-56s %s\n", item.File, count(item.Updates, "update"))
			}
		}
	}
	if c.JSON {
		return printJSON(all)
	}
	return nil
}

type corpusAdd struct {
	source
	Name string `required:"" help:"The new file's name, without .trace."`
	Seed bool   `help:"Add it to the seeds, not to the regressions."`
}

func (c *corpusAdd) Run(ctx context.Context, line *commandLine) error {
	w, err := c.prepared(line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	t, request, err := c.read(ctx, line.Dir, w)
	if err != nil {
		return err
	}
	request.Do = "parse"
	answer, err := w.ask1(ctx, t, request)
	if err != nil {
		return err
	}
	kind := "regressions"
	if c.Seed {
		kind = "seeds"
	}
	return addTrace(filepath.Join(corpusDir(line.Dir, t), kind), c.Name, "", answer.Trace)
}

// addTrace writes a trace that is not there yet.
func addTrace(dir, name, comment, trace string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, name+".trace")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	for line := range strings.Lines(comment) {
		trace = "# " + strings.TrimSpace(line) + "\n" + trace
	}
	if _, err := file.WriteString(trace); err != nil {
		file.Close()
		return err
	}
	fmt.Println("added", path)
	return file.Close()
}

type corpusPromote struct {
	Targets []string `arg:"" optional:"" help:"Targets (default all)."`
}

func (c *corpusPromote) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := allTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	promoted := 0
	for _, t := range targets {
		files, _ := filepath.Glob(filepath.Join(t.dir, "testdata", "fuzz", t.Func, "*"))
		for _, path := range files {
			one, err := promote(ctx, line.Dir, w, t, path)
			if err != nil {
				return err
			}
			promoted += one
		}
	}
	fmt.Println(count(promoted, "trace"), "promoted")
	return nil
}

// promote minimises one of Go's failing inputs and moves it into the regressions. An
// input that passes by now becomes a regression as it is: it failed once.
func promote(ctx context.Context, dir string, w *workshop, t target, path string) (int, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	tape, err := parseGoCorpus(path, content)
	if err != nil {
		return 0, err
	}
	answer, err := w.ask1(ctx, t, battle.Request{Do: "minimize", Tape: tape})
	if err != nil {
		return 0, err
	}
	name, comment, trace := filepath.Base(path), "It failed once, and passes now.", answer.Trace
	if f := answer.Finding; f != nil {
		name, comment, trace = f.ID, f.Title(), strings.Join(f.Trace, "\n")+"\n"
	}
	into := filepath.Join(corpusDir(dir, t), "regressions")
	if _, err := os.Stat(filepath.Join(into, name+".trace")); err == nil {
		fmt.Printf("%s is in the corpus already, as %s\n", path, name)
	} else if err := addTrace(into, name, comment, trace); err != nil {
		return 0, err
	}
	return 1, os.Remove(path)
}

type corpusConvert struct {
	Target string   `required:"" help:"The target."`
	To     string   `required:"" enum:"trace,go,gofuzz,raw" help:"trace, go (testdata/fuzz), gofuzz (raw, named by SHA-1), raw."`
	Out    string   `default:"." help:"Folder for the results."`
	Files  []string `arg:"" help:"Files in any of the formats; traces end in .trace."`
}

func (c *corpusConvert) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := allTargets(ctx, line, []string{c.Target})
	if err != nil {
		return err
	}
	defer w.close()
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for _, path := range c.Files {
		request, err := readAny(path)
		if err != nil {
			return err
		}
		answer, err := w.ask1(ctx, targets[0], request)
		if err != nil {
			return err
		}
		name, content := converted(c.To, path, answer)
		into := filepath.Join(c.Out, name)
		if err := os.WriteFile(into, content, 0o644); err != nil {
			return err
		}
		fmt.Println(into)
	}
	return nil
}

// readAny reads a file of any format as a request for both its forms.
func readAny(path string) (battle.Request, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return battle.Request{}, err
	}
	switch {
	case strings.HasSuffix(path, ".trace"):
		return battle.Request{Do: "parse", File: path, Trace: string(content)}, nil
	case strings.HasPrefix(string(content), goCorpusHeader):
		content, err = parseGoCorpus(path, content)
	}
	if content == nil {
		content = []byte{}
	}
	return battle.Request{Do: "print", Tape: content}, err
}

func converted(to, path string, answer battle.Answer) (name string, content []byte) {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	switch to {
	case "trace":
		return base + ".trace", []byte(answer.Trace)
	case "go":
		content = formatGoCorpus(answer.Tape)
		sum := sha256.Sum256(content) // as internal/fuzz names them
		return hex.EncodeToString(sum[:8]), content
	case "gofuzz":
		return gofuzzName(answer.Tape), answer.Tape
	default:
		return base + ".tape", answer.Tape
	}
}

type corpusPrune struct {
	Targets []string `arg:"" optional:"" help:"Targets (default all)."`
	Dry     bool     `help:"Only say what would go."`
}

func (c *corpusPrune) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := allTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	gone := 0
	for _, t := range targets {
		answer, err := w.ask1(ctx, t, battle.Request{Do: "corpus"})
		if err != nil {
			return err
		}
		first := make(map[string]string)
		for _, item := range answer.Corpus {
			if item.File == "" {
				continue
			}
			twin, twice := first[item.Trace]
			if !twice {
				first[item.Trace] = item.File
				continue
			}
			fmt.Printf("%s says the same as %s\n", item.File, twin)
			gone++
			if !c.Dry {
				path := filepath.Join(filepath.Dir(corpusDir(line.Dir, t)), filepath.FromSlash(item.File))
				if err := os.Remove(path); err != nil {
					return err
				}
			}
		}
	}
	fmt.Println(count(gone, "duplicate"))
	return nil
}
