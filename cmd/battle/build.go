package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type buildCommand struct {
	Where    []string `arg:"" optional:"" name:"target" help:"Targets (names, or functions as FuzzX), and packages to look for them in, as ./fuzz (default all in ./...)."`
	Target   []string `help:"The same as naming the targets without the flag."`
	Engine   string   `required:"" help:"The engine: libfuzzer, afl or gofuzz."`
	Bug      string   `help:"Plant this bug of bugs/ first."`
	Out      string   `default:"." help:"Folder for the programs."`
	Coverage bool     `help:"Of libfuzzer: build what OSS-Fuzz measures coverage with instead."`
	JSON     bool     `help:"Print JSON."`
}

// Help is what -help adds.
func (*buildCommand) Help() string {
	return "Writes a program for each target, under the target's name, and its corpus as NAME_seed_corpus.zip; " +
		"of libfuzzer also NAME.dict and NAME.options, which OSS-Fuzz, ClusterFuzzLite and others look for. " +
		"There $CXX, $CXXFLAGS and $LIB_FUZZING_ENGINE say how to link it."
}

// A builder is an engine whose programs can be taken elsewhere.
type builder interface {
	engine
	// build writes what a target needs into a folder. The target is prepared. It returns the
	// files' names, and a command that shows how to use them.
	build(ctx context.Context, w *workshop, t target, out string) (names []string, use string, err error)
}

// A built target in the JSON of the command.
type builtTarget struct {
	Target string   `json:"target"`
	Engine string   `json:"engine"`
	Files  []string `json:"files"`
	Use    string   `json:"use"` // a command, to run in the folder of the files
}

func (c *buildCommand) Run(ctx context.Context, line *commandLine) error {
	c.Where, c.Target = choose(c.Where, c.Target)
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	by, err := c.builder(w.root)
	if err != nil {
		return err
	}
	out := from(w.dir, c.Out)
	if err := writable("-out", out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := w.plantAloud(c.Bug); err != nil {
		return err
	}
	if w.planted != nil && len(c.Target) == 0 {
		c.Target = w.planted.targets
	}
	targets, err := w.findAll(ctx, c.Where, c.Target)
	if err != nil {
		return err
	}
	all := []builtTarget{}
	var errs []error
	for _, t := range targets {
		if why := by.suits(t); why != "" {
			fmt.Fprintf(os.Stderr, "skipped: %s in %s: %s\n", by.name(), t.Name, why)
			continue
		}
		if why := t.description.CorpusError; why != "" { // the sound ones are in the seeds
			errs = append(errs, fmt.Errorf("left out of the corpus of %s, in %s:\n%s", t.Name, shown(w.corpusDir(t)), why))
		}
		one, err := c.build(ctx, w, by, t, out)
		if err != nil {
			return fmt.Errorf("%s for %s: %w", t.Name, by.name(), err)
		}
		if all = append(all, one); !c.JSON {
			fmt.Printf("%s: %s\n  %s\n", t.Name, strings.Join(one.Files, " "), one.Use)
		}
	}
	if c.JSON {
		errs = append(errs, printJSON(all))
	}
	if len(all) == 0 {
		errs = append(errs, fmt.Errorf("nothing to build: %s suits no target", by.name()))
	}
	return errors.Join(errs...)
}

// builder is the engine of the flags, which must be installed.
func (c *buildCommand) builder(root string) (builder, error) {
	if !slices.ContainsFunc(engines, func(e engine) bool {
		_, can := e.(builder)
		return can && e.name() == c.Engine
	}) {
		return nil, fmt.Errorf("-engine %s: want libfuzzer, afl or gofuzz; of others the programs are of no use elsewhere", c.Engine)
	}
	picked, _, err := pickEngines(root, engines, []string{c.Engine})
	if err != nil {
		return nil, err
	}
	switch {
	case !c.Coverage:
		return picked[0].(builder), nil
	case c.Engine != libFuzzer{}.name():
		return nil, fmt.Errorf("-coverage is for -engine %s, got %s", libFuzzer{}.name(), c.Engine)
	}
	return ossFuzzCoverage{functions: make(map[string]string)}, nil
}

func (c *buildCommand) build(ctx context.Context, w *workshop, by builder, t target, out string) (builtTarget, error) {
	one := builtTarget{Target: t.Name, Engine: by.name()}
	if err := by.prepare(ctx, w, t); err != nil {
		return one, err
	}
	names, use, err := by.build(ctx, w, t, out)
	if err != nil {
		return one, err
	}
	for _, name := range names {
		one.Files = append(one.Files, shown(filepath.Join(out, name)))
	}
	one.Use = use
	return one, nil
}

// install copies a program, or what a program reads, to where the command was told to put
// it.
func install(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) { // it may be running
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

// zipFolder writes the files of a folder into an archive, always the same for the same files.
func zipFolder(dir, to string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		w, err := archive.Create(entry.Name())
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return file.Close()
}

// seedCorpus writes the seeds of what was built for a target, and returns their name.
func seedCorpus(built string, t target, out string) (name string, err error) {
	name = t.Name + "_seed_corpus.zip"
	return name, zipFolder(seedsOf(built, t), filepath.Join(out, name))
}

// AFL's program is a test binary, which is told by the environment what to be.
func (afl) build(_ context.Context, w *workshop, t target, out string) (names []string, use string, err error) {
	w.mu.Lock()
	binary := w.built[exploreBinaryOf(t.Package, true)]
	w.mu.Unlock()
	if err := install(binary, filepath.Join(out, t.Name)); err != nil {
		return nil, "", err
	}
	seeds, err := seedCorpus(binary, t, out)
	return []string{t.Name, seeds}, fmt.Sprintf("unzip -d seeds %s; AFL_SKIP_BIN_CHECK=1 BATTLE_ENGINE=afl BATTLE_TARGET=%s BATTLE_DIR=$PWD/found BATTLE_BUDGET=1000h "+
		"afl-fuzz -i seeds -o out -m none -- ./%s -test.run='^%s$' -test.timeout=0 -test.paniconexit0", seeds, t.Name, t.Name, t.Func), err
}

// go-fuzz's is an archive, which go-fuzz runs.
func (gofuzz) build(_ context.Context, w *workshop, t target, out string) (names []string, use string, err error) {
	w.mu.Lock()
	archive := w.built[archiveOf(t)]
	w.mu.Unlock()
	name := t.Name + ".zip"
	if err := install(archive, filepath.Join(out, name)); err != nil {
		return nil, "", err
	}
	seeds, err := seedCorpus(archive, t, out)
	return []string{name, seeds}, fmt.Sprintf("unzip -d work/corpus %s; go-fuzz -bin %s -workdir work -func %s", seeds, name, harnessOf(t)), err
}
