package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"battle.test/cmd/battle/instrument"
	"battle.test/cmd/battle/process"
	"battle.test/explore"
)

// explorer is the engine of package explore, in a test binary whose subject is
// instrumented.
type explorer struct{}

func (explorer) name() string          { return explore.Name }
func (explorer) missing(string) string { return "" }
func (explorer) suits(target) string   { return "" }
func (explorer) grace() time.Duration  { return endsLate }

// control is the same binary without guidance: what it finds, anything finds.
type control struct{ explorer }

func (control) name() string { return explore.RandomName }

func (explorer) prepare(ctx context.Context, w *workshop, t target) error {
	_, err := w.buildExplore(ctx, t, true)
	return err
}

func (explorer) builds(t target) []string { return []string{exploreBinaryOf(t.Package, true)} }

func (explorer) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	w.mu.Lock()
	binary := w.built[exploreBinaryOf(j.target.Package, true)]
	w.mu.Unlock()
	return testCommand(ctx, binary, "-test.run=^"+j.target.Func+"$", "-test.count=1")
}

// binaryForExplorer is a target's binary that prepare built before, or "".
func (w *workshop) binaryForExplorer(t target) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.built[exploreBinaryOf(t.Package, true)]
}

func exploreBinaryOf(pkg string, counted bool) string {
	return fmt.Sprint(pkg, " explore counted=", counted)
}

// buildExplore makes the package's test binary with two things added by overlay: a file
// that registers the engines of package explore, and, if counted is set, counters in the
// packages under test.
func (w *workshop) buildExplore(ctx context.Context, t target, counted bool) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := exploreBinaryOf(t.Package, counted)
	if binary, done := w.built[key]; done {
		return binary, nil
	}
	defer w.steps.begin("building the tests of " + t.Package + " for the explorer")()
	files, err := w.exploreOverlay(ctx, t, counted)
	if err != nil {
		return "", err
	}
	overlay, err := writeOverlay(w.temp, files)
	if err != nil {
		return "", err
	}
	return w.compile(ctx, t.Package, key, "-overlay="+overlay)
}

// instrumented are all files of what a package tests that differ from those on disk, by their
// full paths, and what was put into the counted packages among them.
func (w *workshop) instrumented(ctx context.Context, pkg string, counted []string) (map[string][]byte, *instrument.Result, error) {
	files := make(map[string][]byte)
	if w.planted != nil {
		maps.Copy(files, w.planted.files)
	}
	blocks := &instrument.Result{}
	if len(counted) > 0 {
		var err error
		if blocks, err = instrument.Packages(ctx, w.dir, files, counted, w.cache); err != nil {
			return nil, nil, fmt.Errorf("instrumenting %s: %w", strings.Join(counted, " "), err)
		}
	}
	maps.Copy(files, blocks.Files)
	return files, blocks, w.addSteps(ctx, pkg, files)
}

// exploreOverlay is all files that differ from those on disk, by their full paths.
func (w *workshop) exploreOverlay(ctx context.Context, t target, counted bool) (map[string][]byte, error) {
	listed, err := w.listSubjects(ctx, t.Package)
	if err != nil {
		return nil, err
	}
	var subjects []string
	if counted {
		subjects = listed.subjects
	}
	files, blocks, err := w.instrumented(ctx, t.Package, subjects)
	if err != nil {
		return nil, err
	}
	if counted {
		w.blocks[t.Package] = blocks.Blocks
	}
	added, err := addedFile(t, "battle_registers_explore_test.go")
	if err != nil {
		return nil, err
	}
	files[added] = fmt.Appendf(nil, `package %s

import (
	"battle.test/battle"
	"battle.test/explore"
	"battle.test/explore/forkserver"
	"battle.test/explore/probe"
)

func init() {
	battle.Register(explore.Name, explore.Engine)
	battle.Register(explore.ExplainName, explore.Explain)
	battle.Register(explore.CoverName, explore.Cover)
	battle.Register(explore.RandomName, explore.Random)
	battle.Register(forkserver.Name, forkserver.Engine)
	battle.Register(forkserver.WordsName, forkserver.Words)
	%s}
`, listed.name, blocks.Load())
	return files, nil
}

// addedFile is where a file is that is added to a target's package by overlay.
func addedFile(t target, name string) (string, error) {
	path := filepath.Join(t.dir, name)
	if _, err := os.Stat(path); err == nil {
		return "", fmt.Errorf("%s is in the way: the command adds a file of that name to the build", path)
	}
	return path, nil
}

// subjects are what go list says of a package with targets.
type subjects struct {
	name       string   // of the package
	takesTurns bool     // it, or one of its tests, imports the package schedule
	subjects   []string // import paths of what is under test
	cached     []string // likewise, of what lies in Go's module cache
}

// listSubjects finds the packages under test: those of the same module that the tests
// depend on, and others that they import themselves. Harnesses are not under test: what
// imports the library is one. Neither is the library, nor what tests are made of. What
// lies in Go's module cache is apart: the go command refuses to overlay it. The mutex is held.
func (w *workshop) listSubjects(ctx context.Context, pkg string) (*subjects, error) {
	if s, done := w.listed[pkg]; done {
		return s, nil
	}
	const fields = "-json=ImportPath,Name,Dir,Standard,Module,Imports,TestImports,XTestImports,ForTest,GoFiles,CgoFiles"
	output, err := process.Go(ctx, w.dir, nil, "list", "-deps", "-test", fields, pkg)
	if err != nil {
		return nil, err
	}
	cache, err := process.Go(ctx, w.dir, nil, "env", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	var all []listedPackage
	for decoder := json.NewDecoder(strings.NewReader(string(output))); decoder.More(); {
		var p listedPackage
		if err := decoder.Decode(&p); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
	i := slices.IndexFunc(all, func(p listedPackage) bool { return p.ImportPath == pkg })
	if i < 0 {
		return nil, fmt.Errorf("go list does not know %s", pkg)
	}
	own := all[i]
	s := &subjects{name: own.Name, takesTurns: slices.Contains(own.imported(), schedulePath)}
	for _, p := range all {
		w.dirs[p.ImportPath] = p.Dir
		switch {
		case !p.underTest(own):
		case within(p.Dir, strings.TrimSpace(string(cache))):
			s.cached = append(s.cached, p.ImportPath)
		default:
			s.subjects = append(s.subjects, p.ImportPath)
		}
	}
	w.listed[pkg] = s
	return s, nil
}

type listedPackage struct {
	ImportPath, Name, Dir, ForTest              string
	Standard                                    bool
	Module                                      *struct{ Path string }
	Imports, TestImports, XTestImports, GoFiles []string
	CgoFiles                                    []string
}

// imported is what a package and its tests import themselves.
func (p *listedPackage) imported() []string {
	return slices.Concat(p.Imports, p.TestImports, p.XTestImports)
}

// notUnderTest are modules that tests are made of.
var notUnderTest = []string{"pgregory.net/rapid", "github.com/stretchr/testify", "github.com/google/go-cmp", "github.com/AdaLogics/go-fuzz-headers"}

func (p *listedPackage) underTest(own listedPackage) bool {
	library := func(path string) bool {
		for _, room := range []string{"battle", "explore", "corpus"} {
			if path == "battle.test/"+room || strings.HasPrefix(path, "battle.test/"+room+"/") {
				return true
			}
		}
		return false
	}
	switch {
	case p.Standard || p.ForTest != "" || p.Name == "main" || p.Module == nil || len(p.GoFiles) == 0 || len(p.CgoFiles) > 0:
		return false
	case library(p.ImportPath), slices.ContainsFunc(p.Imports, library), slices.Contains(notUnderTest, p.Module.Path):
		return false
	}
	return own.Module != nil && p.Module.Path == own.Module.Path || slices.Contains(own.imported(), p.ImportPath)
}

// within tells whether a path lies in a folder.
func within(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && dir != "" && filepath.IsLocal(relative)
}
