package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/cmd/battle/process"
)

// A change is what separates the files of a checkout, committed or not, from the revision
// that the work on it began at.
type change struct {
	repo  *repository
	base  string   // the commit
	name  string   // what it was found by
	files []string // that differ, from the repository's root, with slashes
	dirty bool     // some of it is not committed
}

// readChange finds the base of a change, and what differs from it. Files and folders that the
// command writes are not part of it.
func readChange(ctx context.Context, dir, base string, own ...string) (*change, error) {
	repo, err := openRepository(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("a change is told by git (battle ci -night needs none): %w", err)
	}
	c := &change{repo: repo}
	if c.name, err = repo.baseName(ctx, base); err != nil {
		return nil, err
	}
	if c.base, err = repo.mergeBase(ctx, c.name); err != nil {
		return nil, err
	}
	if c.files, c.dirty, err = repo.differences(ctx, c.base); err != nil {
		return nil, err
	}
	here := realPath(dir)
	c.files = slices.DeleteFunc(c.files, func(file string) bool {
		return slices.ContainsFunc(own, func(path string) bool {
			path = realPath(path)
			return within(c.path(file), path) && !within(here, path) // -findings . has the sources in it, too
		})
	})
	return c, nil
}

// baseName is the revision to compare with: the one that is named, what the services that
// run a job for a change say, or else the branch that clones start with.
func (r *repository) baseName(ctx context.Context, named string) (string, error) {
	said, from := "", ""
	switch gitlab, github := os.Getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA"), os.Getenv("GITHUB_BASE_REF"); {
	case named != "":
		said, from = named, "-base"
	case gitlab != "":
		said, from = gitlab, "CI_MERGE_REQUEST_DIFF_BASE_SHA"
	case github != "":
		said, from = "origin/"+github, "GITHUB_BASE_REF"
	}
	if said != "" {
		if _, err := r.commit(ctx, said); err != nil {
			return "", r.beyond(ctx, fmt.Errorf("%s: %w", from, err))
		}
		return said, nil
	}
	for _, name := range []string{"origin/HEAD", "origin/main"} {
		if _, err := r.commit(ctx, name); err == nil {
			return name, nil
		}
	}
	return "", r.beyond(ctx, errors.New("no base to compare with: origin/HEAD and origin/main are not there. Name a revision: -base REV"))
}

// path is where a file of the change is, or was, on disk.
func (c *change) path(file string) string {
	return filepath.Join(realPath(c.repo.root), filepath.FromSlash(file))
}

// A reach is what the tests of a package are made of: folders of the packages that they are
// built from, as far as they are not Go's own.
type reach map[string]*reached

// A reached package is one of those.
type reached struct {
	own    bool     // the package of the tests
	embeds []string // patterns
}

// reaches finds what the tests of some packages are made of, by import path.
func (w *workshop) reaches(ctx context.Context, packages []string) (map[string]reach, error) {
	args := append([]string{"list", "-e", "-deps", "-test", "-json=ImportPath,Dir,Deps,Standard,EmbedPatterns,TestEmbedPatterns,XTestEmbedPatterns"}, packages...)
	output, err := process.Go(ctx, w.dir, nil, args...)
	if err != nil {
		return nil, err
	}
	type listed struct {
		ImportPath, Dir                                      string
		Standard                                             bool
		Deps                                                 []string
		EmbedPatterns, TestEmbedPatterns, XTestEmbedPatterns []string
	}
	all := make(map[string]listed)
	for decoder := json.NewDecoder(strings.NewReader(string(output))); decoder.More(); {
		var p listed
		if err := decoder.Decode(&p); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		name, _, variant := strings.Cut(p.ImportPath, " ") // "name [for the tests of another]"
		if _, known := all[name]; !known || !variant {     // a variant has the same files
			all[name] = p
		}
	}
	found := make(map[string]reach)
	for _, pkg := range packages {
		one := reach{}
		for _, name := range append(all[pkg+".test"].Deps, pkg) {
			name, _, _ = strings.Cut(name, " ")
			p := all[name]
			if p.Standard || p.Dir == "" {
				continue
			}
			r := &reached{own: name == pkg, embeds: p.EmbedPatterns}
			if r.own {
				r.embeds = slices.Concat(r.embeds, p.TestEmbedPatterns, p.XTestEmbedPatterns)
			}
			one[realPath(p.Dir)] = r
		}
		found[pkg] = one
	}
	return found, nil
}

// touches tells whether a file, which may be gone, makes a difference to the tests.
func (r reach) touches(file string) bool {
	if slices.Contains([]string{"go.mod", "go.sum", "go.work", "go.work.sum"}, filepath.Base(file)) {
		for folder := range r {
			if within(folder, filepath.Dir(file)) {
				return true
			}
		}
	}
	for folder, pkg := range r {
		relative, err := filepath.Rel(folder, file)
		if err == nil && filepath.IsLocal(relative) && pkg.has(filepath.ToSlash(relative)) {
			return true
		}
	}
	return false
}

// has tells whether a file, by its path from the package's folder, is part of the package,
// or read by its tests. Tests of other packages, and documents, are not.
func (p *reached) has(file string) bool {
	first, _, deeper := strings.Cut(file, "/")
	switch {
	case p.own && deeper && first == "testdata":
		return true
	case deeper || strings.HasSuffix(file, ".md"):
	case !strings.HasSuffix(file, "_test.go") || p.own:
		return true
	}
	for _, pattern := range p.embeds {
		pattern = strings.TrimPrefix(pattern, "all:")
		for part := file; part != "."; part = path.Dir(part) { // a pattern may name a folder
			if matches, err := path.Match(pattern, part); err == nil && matches {
				return true
			}
		}
	}
	return false
}

// touching are the changed files that make a difference to each target, by its name. A trace
// of a corpus is its target's alone, though others embed it.
func (c *change) touching(ctx context.Context, w *workshop, targets []target) (map[string][]string, error) {
	var packages []string
	for _, t := range targets {
		packages = append(packages, t.Package)
	}
	if len(packages) == 0 {
		return nil, nil
	}
	slices.Sort(packages)
	reaches, err := w.reaches(ctx, slices.Compact(packages))
	if err != nil {
		return nil, err
	}
	by := make(map[string][]string)
	for _, file := range c.files {
		full, trace := c.path(file), false
		for _, t := range targets {
			if within(full, realPath(w.corpusDir(t))) {
				by[t.Name], trace = append(by[t.Name], file), true
			}
		}
		for _, t := range targets {
			if !trace && reaches[t.Package].touches(full) {
				by[t.Name] = append(by[t.Name], file)
			}
		}
	}
	return by, nil
}

// gone are the targets that the change takes away: fuzz functions of the base, in files that
// differ, of which the folder has none by that name now, and no target has it elsewhere.
func (c *change) gone(ctx context.Context, targets []target) (all []string) {
	for _, file := range c.files {
		if !strings.HasSuffix(file, "_test.go") {
			continue
		}
		content, err := c.repo.git(ctx, "cat-file", "blob", c.base+":"+file)
		if err != nil { // it is new
			continue
		}
		before, err := parseFuzzFuncs(file, content)
		if err != nil || len(before) == 0 {
			continue
		}
		now, err := fuzzFuncsIn(filepath.Dir(c.path(file)))
		if err != nil { // they may be in what can't be read, which is said elsewhere
			continue
		}
		for _, fn := range before {
			same := func(other fuzzFunc) bool { return other.name == fn.name }
			moved := func(t target) bool { return t.Func == fn.name }
			if !slices.ContainsFunc(now, same) && !slices.ContainsFunc(targets, moved) {
				all = append(all, fmt.Sprintf("%s of %s", fn.name, file))
			}
		}
	}
	return all
}

// fuzzFuncsIn are those of a folder, which may be gone.
func fuzzFuncsIn(dir string) (all []fuzzFunc, err error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
	for _, file := range files {
		some, err := parseFuzzFuncs(file, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// parseFuzzFuncs finds those of a file. Its source is read from there, or given, as for the
// parser.
func parseFuzzFuncs(path string, source any) ([]fuzzFunc, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return fuzzFuncs(file), nil
}
