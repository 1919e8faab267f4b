package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"battle.test/battle"
)

// A workshop builds test binaries and talks to them. Its folder goes when it closes.
type workshop struct {
	dir     string // the module's
	temp    string
	overlay string            // file for go build -overlay, or ""
	planted *planted          // the bug that the overlay plants, or nil
	copied  string            // a copy of the module with that bug in it, once one is needed
	built   map[string]string // package and flags -> binary
}

func newWorkshop(dir string) (*workshop, error) {
	temp, err := os.MkdirTemp("", "battle-")
	if err != nil {
		return nil, err
	}
	return &workshop{dir: dir, temp: temp, built: make(map[string]string)}, nil
}

// plant makes all that is built from now on have a planted bug.
func (w *workshop) plant(name string) error {
	var err error
	if w.planted, err = plant(w.dir, name, w.temp); err != nil {
		return err
	}
	w.overlay = w.planted.overlay
	return nil
}

// tree is where sources are to be read from by tools that know no overlay.
func (w *workshop) tree() (string, error) {
	if w.planted == nil {
		return w.dir, nil
	}
	if w.copied == "" {
		to := filepath.Join(w.temp, "copy")
		if err := w.planted.plantCopy(w.dir, to); err != nil {
			return "", err
		}
		w.copied = to
	}
	return w.copied, nil
}

func (w *workshop) close() { os.RemoveAll(w.temp) }

// build makes a package's test binary, with Go's coverage counters for its own fuzzer
// if fuzz is set.
func (w *workshop) build(ctx context.Context, pkg string, fuzz bool) (string, error) {
	key := fmt.Sprint(pkg, fuzz)
	if binary, done := w.built[key]; done {
		return binary, nil
	}
	binary := filepath.Join(w.temp, fmt.Sprintf("%d.test.exe", len(w.built)))
	args := []string{"test", "-c", "-o", binary}
	if fuzz {
		args = append(args, "-fuzz=.")
	}
	if w.overlay != "" {
		args = append(args, "-overlay="+w.overlay)
	}
	if _, err := goCommand(ctx, w.dir, nil, append(args, pkg)...); err != nil {
		return "", err
	}
	if _, err := os.Stat(binary); err != nil {
		return "", fmt.Errorf("%s has no tests", pkg)
	}
	w.built[key] = binary
	return binary, nil
}

// ask sends requests to a target's test binary.
func (w *workshop) ask(ctx context.Context, t target, requests ...battle.Request) ([]battle.Answer, error) {
	binary, err := w.build(ctx, t.Package, false)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(w.temp, "ask-")
	if err != nil {
		return nil, err
	}
	in, out := filepath.Join(dir, "requests.json"), filepath.Join(dir, "answers.json")
	document, err := json.Marshal(requests)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(in, document, 0o644); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "-test.run=^"+t.Func+"$", "-test.count=1", "-test.timeout=0")
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(),
		battle.EnvEngine+"=answer", battle.EnvTarget+"="+t.Name, battle.EnvVariable+"="+t.Variable,
		battle.EnvRequests+"="+in, battle.EnvAnswers+"="+out)
	var said strings.Builder
	cmd.Stdout = &said
	cmd.Stderr = &said
	for _, r := range requests {
		if r.Verbose {
			cmd.Stderr = os.Stderr
		}
	}
	runErr := cmd.Run()
	document, err = os.ReadFile(out)
	if err != nil {
		return nil, fmt.Errorf("%s.%s gave no answer (%v):\n%s", t.Package, t.Func, runErr, strings.TrimSpace(said.String()))
	}
	var answers []battle.Answer
	if err := json.Unmarshal(document, &answers); err != nil || len(answers) != len(requests) {
		return nil, fmt.Errorf("%s.%s: %d answers to %d requests: %v", t.Package, t.Func, len(answers), len(requests), err)
	}
	return answers, nil
}

// ask1 sends one request, and makes its error the call's.
func (w *workshop) ask1(ctx context.Context, t target, r battle.Request) (battle.Answer, error) {
	answers, err := w.ask(ctx, t, r)
	if err != nil {
		return battle.Answer{}, err
	}
	if answers[0].Error != "" {
		return battle.Answer{}, fmt.Errorf("%s", answers[0].Error)
	}
	return answers[0], nil
}

// describe asks all targets what they are, and gives them their names.
func (w *workshop) describe(ctx context.Context, targets []target) ([]battle.Description, error) {
	var all []battle.Description
	for i := range targets {
		answer, err := w.ask1(ctx, targets[i], battle.Request{Do: "describe"})
		if err != nil {
			return nil, err
		}
		targets[i].Name = answer.Description.Target
		all = append(all, *answer.Description)
	}
	return all, nil
}
