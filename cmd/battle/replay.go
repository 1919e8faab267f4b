package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"battle.test/battle"
)

// source is where a trace comes from, for commands that take one.
type source struct {
	Trace   string `arg:"" help:"A finding (.txtar or .json), a trace file, or a trace: 'restart base=1; read offset=2'."`
	Package string `help:"Import path of the target's package, where the trace does not tell."`
	Func    string `help:"The target's fuzz or test function."`
	Target  string `help:"The target's name."`
	Bug     string `help:"Plant this bug of bugs/ first."`
}

const traceFileMax = 16 << 20

// read finds the target and the trace's text.
func (s *source) read(ctx context.Context, dir string, w *workshop) (target, battle.Request, error) {
	request := battle.Request{File: "trace", Trace: s.Trace}
	path := s.Trace
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	isFile := err == nil && !info.IsDir()
	switch {
	case isFile && info.Size() > traceFileMax:
		return target{}, request, fmt.Errorf("%s: %d bytes, a trace has at most %d", s.Trace, info.Size(), traceFileMax)
	case isFile:
		if request, err = s.readFile(path); err != nil {
			return target{}, request, err
		}
	case !strings.ContainsAny(s.Trace, " =;") && strings.ContainsAny(s.Trace, "./\\"):
		return target{}, request, &fs.PathError{Op: "open", Path: s.Trace, Err: errors.New("no such file, and it does not look like a trace")}
	}
	t, err := s.target(ctx, dir, w)
	return t, request, err
}

// readFile reads a trace or the trace of a finding, and takes from its name or its
// content what the flags left open.
func (s *source) readFile(path string) (battle.Request, error) {
	request := battle.Request{File: s.Trace}
	content, err := os.ReadFile(path)
	if err != nil {
		return request, err
	}
	switch filepath.Ext(path) {
	case ".json", ".txtar":
		twin := strings.TrimSuffix(path, filepath.Ext(path)) + ".json"
		if found, err := battle.ReadFinding(twin); err == nil {
			s.Package, s.Target = or(s.Package, found.Package), or(s.Target, found.Target)
			request.Trace = strings.Join(found.Trace, "\n")
			return request, nil
		} else if filepath.Ext(path) == ".json" {
			return request, err
		}
		for _, f := range txtar.Parse(content).Files {
			if f.Name == "trace" {
				title, _, _ := strings.Cut(string(content), ":")
				s.Target = or(s.Target, title)
				request.Trace = string(f.Data)
				return request, nil
			}
		}
		return request, fmt.Errorf("%s: no section \"-- trace --\": this is not a finding", s.Trace)
	}
	// A corpus has <target>/seeds/x.trace.
	s.Target = or(s.Target, filepath.Base(filepath.Dir(filepath.Dir(path))))
	request.Trace = string(content)
	return request, nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// target finds the one target that the flags and the trace's file name.
func (s *source) target(ctx context.Context, dir string, w *workshop) (target, error) {
	var patterns []string
	if s.Package != "" {
		patterns = []string{s.Package}
	}
	all, err := findTargets(ctx, dir, patterns)
	if err != nil && s.Package != "" {
		all, err = findTargets(ctx, dir, nil) // a finding of a test in another package than its target
	}
	if err != nil {
		return target{}, err
	}
	if _, err := w.describe(ctx, all); err != nil {
		return target{}, err
	}
	var names []string
	if s.Target != "" {
		names = []string{s.Target}
	} else if s.Func != "" {
		names = []string{strings.Replace(s.Func, "Test", "Fuzz", 1)}
	}
	picked, err := pick(all, names)
	if err != nil {
		return target{}, err
	}
	if len(picked) > 1 {
		return target{}, fmt.Errorf("which target? say -target with one of %s", targetNames(picked))
	}
	return picked[0], nil
}

func targetNames(all []target) string {
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// prepared is a workshop with the source's bug planted in it.
func (s *source) prepared(dir string) (*workshop, error) {
	w, err := newWorkshop(dir)
	if err != nil || s.Bug == "" {
		return w, err
	}
	if err := w.plant(s.Bug); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

type replayCommand struct {
	source
	Quiet bool `short:"q" help:"Do not print the updates as they run."`
	JSON  bool `help:"Print the outcome as JSON."`
}

func (c *replayCommand) Run(ctx context.Context, line *commandLine) error {
	w, err := c.prepared(line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	t, request, err := c.read(ctx, line.Dir, w)
	if err != nil {
		return err
	}
	request.Do, request.Verbose = "run", !c.Quiet && !c.JSON
	answer, err := w.ask1(ctx, t, request)
	if err != nil {
		return err
	}
	return show(answer, c.JSON)
}

type minimizeCommand struct {
	source
	JSON bool   `help:"Print the finding as JSON."`
	Out  string `help:"Write the finding into this folder, too."`
}

func (c *minimizeCommand) Run(ctx context.Context, line *commandLine) error {
	w, err := c.prepared(line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	t, request, err := c.read(ctx, line.Dir, w)
	if err != nil {
		return err
	}
	request.Do = "minimize"
	answer, err := w.ask1(ctx, t, request)
	if err != nil {
		return err
	}
	if answer.Finding != nil && c.Out != "" {
		path, err := answer.Finding.Write(c.Out)
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "written:", path)
	}
	return show(answer, c.JSON)
}

// show prints the outcome of a run.
func show(answer battle.Answer, asJSON bool) error {
	if asJSON {
		if err := printJSON(map[string]any{"updates": answer.Updates, "finding": answer.Finding}); err != nil {
			return err
		}
	} else if answer.Finding == nil {
		fmt.Printf("passed: %s\n", count(answer.Updates, "update"))
	} else {
		fmt.Printf("%s", answer.Finding.Text())
	}
	if answer.Finding == nil {
		return nil
	}
	if answer.Finding.Kind == battle.Harness {
		return fmt.Errorf("the harness is at fault: %s", answer.Finding.Title())
	}
	return errFound
}
