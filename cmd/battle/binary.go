package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/cache"
	"battle.test/cmd/battle/process"
	"battle.test/explore/probe"
)

// A workshop builds test binaries and talks to them. Its folder goes when it closes.
// Jobs side by side may share it.
type workshop struct {
	dir     string   // where the command runs
	root    string   // of the module
	temp    string   // its own folder
	planted *planted // the bug that all its binaries have, or nil

	cache     *cache.Cache
	answers   respondent
	steps     steps // to what is built
	seedsOnly bool  // engines begin without the regressions of the corpus

	mu     sync.Mutex
	copied string                         // a copy of the module for tools that know no overlay, once one is needed
	built  map[string]string              // what was built, by what it is
	listed map[string]*subjects           // what packages test, by import path
	starts map[string][]battle.CorpusItem // what engines begin with, by target, once an ensemble was prepared
	unfit  map[string]bool                // engines in targets for which they could not be built
	dirs   map[string]string              // of packages, by import path, once a binary for the explorer was built
	blocks map[string][]probe.Block       // of what a package's tests test, by its import path, likewise
}

func newWorkshop(ctx context.Context, dir string) (*workshop, error) {
	root, err := moduleRoot(ctx, dir)
	if err != nil {
		return nil, err
	}
	kept, err := cache.Open()
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "battle-")
	if err != nil {
		return nil, err
	}
	return &workshop{dir: dir, root: root, temp: temp, cache: kept, answers: plain, built: make(map[string]string), listed: make(map[string]*subjects), dirs: make(map[string]string), blocks: make(map[string][]probe.Block),
		starts: make(map[string][]battle.CorpusItem), unfit: make(map[string]bool)}, nil
}

// A respondent builds the test binary of a target's package that answers requests. A command
// that needs one of another kind anyway asks that, so that it builds no second one.
type respondent func(ctx context.Context, w *workshop, t target) (binary string, err error)

// plain is the test binary as go test has it.
func plain(ctx context.Context, w *workshop, t target) (string, error) {
	return w.build(ctx, t.Package, false)
}

// forExplorer is the explorer's.
func forExplorer(counted bool) respondent {
	return func(ctx context.Context, w *workshop, t target) (string, error) {
		return w.buildExplore(ctx, t, counted)
	}
}

func (w *workshop) close() { os.RemoveAll(w.temp) }

// plant makes all that is built from now on have a planted bug, if one is named.
func (w *workshop) plant(name string) (err error) {
	if name != "" {
		w.planted, err = plant(w.root, name)
	}
	return err
}

// plantAloud is the same for somebody who is to know it: what is tested is not what the
// sources say.
func (w *workshop) plantAloud(name string) error {
	err := w.plant(name)
	if err == nil && w.planted != nil {
		fmt.Fprintf(os.Stderr, "planted %s: %s\n", w.planted.name, w.planted.breaks)
	}
	return err
}

// binaryOf is the key of a package's test binary in built.
func binaryOf(pkg string, fuzz bool) string { return fmt.Sprint(pkg, " fuzz=", fuzz) }

// binary is the test binary of a package that was built before.
func (w *workshop) binary(pkg string, fuzz bool) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.built[binaryOf(pkg, fuzz)]
}

// build makes a package's test binary, with Go's coverage counters for its own fuzzer
// if fuzz is set.
func (w *workshop) build(ctx context.Context, pkg string, fuzz bool) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := binaryOf(pkg, fuzz)
	if binary, done := w.built[key]; done {
		return binary, nil
	}
	args, what := []string(nil), "building the tests of "+pkg
	if fuzz {
		args = append(args, "-fuzz=.")
		what += " with Go's coverage counters (the first time takes a minute)"
	}
	defer w.steps.begin(what)()
	files, err := w.edited(ctx, pkg)
	if err != nil {
		return "", err
	}
	if len(files) > 0 {
		overlay, err := writeOverlay(w.temp, files)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay="+overlay)
	}
	return w.compile(ctx, pkg, key, args...)
}

// compile makes a test binary, and keeps it under a key of built.
func (w *workshop) compile(ctx context.Context, pkg, key string, args ...string) (string, error) {
	binary := filepath.Join(w.temp, fmt.Sprintf("%d.test.exe", len(w.built)))
	args = append([]string{"test", "-c", "-o", binary}, args...)
	flags, err := goEnv(ctx, w.dir, "GOFLAGS")
	if err != nil {
		return "", err
	}
	if !strings.Contains(flags, "-ldflags") {
		args = append(args, "-ldflags=-w") // nobody will debug it: linking takes half the time
	}
	if err := w.linkTests(ctx, binary, fmt.Sprint(w.root, " ", key), pkg, args); err != nil {
		return "", err
	}
	w.built[key] = binary
	return binary, nil
}

// linkTests has the go command make a binary. The one that an earlier command was told to make lies there
// already: the go command sees from what it was made, and does not link what would be the same, but sets
// its time. Of a package without tests it writes nothing.
func (w *workshop) linkTests(ctx context.Context, binary, name, pkg string, args []string) error {
	longAgo := time.Unix(0, 0)
	kept := w.cache.Load(name)
	if kept != nil {
		if err := os.WriteFile(binary, kept, 0o755); err != nil {
			return err
		}
		if err := os.Chtimes(binary, longAgo, longAgo); err != nil {
			return err
		}
	}
	if _, err := process.Go(ctx, w.dir, nil, append(args, pkg)...); err != nil {
		return err
	}
	if info, err := os.Stat(binary); err != nil || info.ModTime().Equal(longAgo) {
		return fmt.Errorf("%s has no tests", pkg)
	}
	if made, err := os.ReadFile(binary); err == nil && !bytes.Equal(made, kept) {
		w.cache.Save(name, made)
	}
	return nil
}

// orders are the variables that every process for a target gets.
func (w *workshop) orders(t target) []string {
	env := []string{battle.EnvTarget + "=" + t.Name, battle.EnvVariable + "=" + t.Variable, w.tempDir()}
	if w.planted != nil {
		env = append(env, battle.EnvBug+"="+w.planted.name)
	}
	if w.seedsOnly {
		env = append(env, battle.EnvCorpus+"=seeds")
	}
	return env
}

// tempDir makes a process leave what it does not clean up where the workshop will.
func (w *workshop) tempDir() string {
	if runtime.GOOS == "windows" {
		return "TMP=" + w.temp
	}
	return "TMPDIR=" + w.temp
}

// noAnswer is the error of a request that its process did not survive.
type noAnswer struct {
	target target
	output string
	err    error
}

func (e *noAnswer) Error() string {
	return fmt.Sprintf("%s.%s gave no answer (%v):\n%s", e.target.Package, e.target.Func, e.err, process.Tail(e.output))
}

// A transcript keeps what a process writes to its two outputs.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

// ask sends a request to a target's test binary.
func (w *workshop) ask(ctx context.Context, t target, r battle.Request) (battle.Answer, error) {
	binary, err := w.answers(ctx, w, t)
	if err != nil {
		return battle.Answer{}, err
	}
	return w.askBinary(ctx, binary, t, r)
}

// askBinary sends a request to a binary that was built before, with more variables. The
// answer beside an error is what is sound of a corpus.
func (w *workshop) askBinary(ctx context.Context, binary string, t target, r battle.Request, env ...string) (battle.Answer, error) {
	answers, err := w.askAll(ctx, binary, t, []battle.Request{r}, env...)
	if err != nil {
		return battle.Answer{}, err
	}
	if answers[0].Error != "" {
		return answers[0], errors.New(answers[0].Error)
	}
	return answers[0], nil
}

// askAll sends several requests, which one process answers. What is wrong with one is in
// its answer.
func (w *workshop) askAll(ctx context.Context, binary string, t target, requests []battle.Request, env ...string) ([]battle.Answer, error) {
	dir, err := os.MkdirTemp(w.temp, "ask-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "requests.json"), filepath.Join(dir, "answers.json")
	document, err := json.Marshal(requests)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(in, document, 0o644); err != nil {
		return nil, err
	}
	cmd := testCommand(ctx, binary, "-test.run=^"+t.Func+"$", "-test.count=1")
	cmd.Dir = t.dir
	cmd.Env = append(process.Environment(cmd), append(append(w.orders(t), env...),
		battle.EnvEngine+"=answer", battle.EnvRequests+"="+in, battle.EnvAnswers+"="+out)...)
	said := &transcript{}
	cmd.Stdout, cmd.Stderr = said, said
	if len(requests) == 1 && requests[0].Verbose {
		cmd.Stderr = io.MultiWriter(os.Stderr, said)
	}
	runErr := process.Run(cmd)
	charge(ctx, cmd)
	if document, err = os.ReadFile(out); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &noAnswer{t, strings.TrimSpace(said.text.String()), runErr}
	}
	var answers []battle.Answer
	if err := json.Unmarshal(document, &answers); err != nil || len(answers) != len(requests) {
		return nil, fmt.Errorf("%s.%s: %s to %s: %v", t.Package, t.Func, count(len(answers), "answer"), count(len(requests), "request"), err)
	}
	return answers, nil
}

// askFatal is ask for requests that run updates. If the process does not survive
// them, that is the finding.
func (w *workshop) askFatal(ctx context.Context, t target, r battle.Request) (battle.Answer, error) {
	answer, err := w.ask(ctx, t, r)
	var silent *noAnswer
	if !errors.As(err, &silent) || r.Failure != nil {
		return answer, err
	}
	r.Failure = battle.DeathOf([]byte(silent.output), silent.err)
	return w.ask(ctx, t, r)
}

// describe asks all targets what they are, and gives them their names. The error of
// one is kept with it.
func (w *workshop) describe(ctx context.Context, targets []target) error {
	for i := range targets {
		answer, err := w.describe1(ctx, targets[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			targets[i].err = err
			continue
		}
		targets[i].Name, targets[i].description = answer.Description.Target, answer.Description
	}
	return nil
}

func (w *workshop) describe1(ctx context.Context, t target) (battle.Answer, error) {
	if _, err := w.answers(ctx, w, t); err != nil {
		return battle.Answer{}, err
	}
	defer during("asking " + t.Func + " what it is, which reads its corpus")()
	return w.ask(ctx, t, battle.Request{Do: "describe"})
}
