package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
	"battle.test/cmd/battle/report"
)

// A gazetteer knows where in a repository packages are, so that a place, which names a
// package and a file, becomes a path that other tools can open. It asks the go command for
// modules alone: a finding of another build may name packages that are not there.
type gazetteer struct {
	root    string            // of the repository
	modules map[string]string // folders of modules that lie on disk, by their paths
}

// newGazetteer knows the modules that a folder's build uses from disk: its own, those of a
// workspace, and replacements by folders.
func newGazetteer(ctx context.Context, dir, root string) (*gazetteer, error) {
	g := &gazetteer{root: realPath(root), modules: make(map[string]string)}
	output, err := process.Go(ctx, dir, nil, "list", "-m", "-f", "{{.Path}}\t{{.Dir}}")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(output)) {
		name, folder, _ := strings.Cut(strings.TrimSpace(line), "\t")
		g.modules[name] = folder
		replaced, err := replacements(ctx, folder)
		if err != nil {
			return nil, err
		}
		for _, r := range replaced {
			if g.modules[r.module] == "" {
				g.modules[r.module] = from(folder, r.folder)
			}
		}
	}
	return g, nil
}

// realPath is a path without links, so that one can be seen to lie within another.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// folder is where a package is on disk, as far as its module tells, or "".
func (g *gazetteer) folder(pkg string) string {
	best := ""
	for name := range g.modules {
		if (pkg == name || strings.HasPrefix(pkg, name+"/")) && len(name) > len(best) {
			best = name
		}
	}
	if best == "" {
		return ""
	}
	return filepath.Join(g.modules[best], filepath.FromSlash(strings.TrimPrefix(pkg, best)))
}

// place finds package/file.go:line in the repository. The zero place is one elsewhere, or
// of a file that is not there.
func (g *gazetteer) place(text string) report.Place {
	file, number, ok := cutLast(text, ":")
	line, err := strconv.Atoi(number)
	if !ok || err != nil || line < 1 {
		return report.Place{}
	}
	dir := g.folder(path.Dir(file))
	if dir == "" {
		return report.Place{}
	}
	return g.at(filepath.Join(dir, path.Base(file)), line)
}

// at is a line of a file on disk as the repository has it.
func (g *gazetteer) at(file string, line int) report.Place {
	relative, err := filepath.Rel(g.root, realPath(file))
	info, missing := os.Stat(file)
	if err != nil || missing != nil || !filepath.IsLocal(relative) || !info.Mode().IsRegular() {
		return report.Place{}
	}
	return report.Place{File: filepath.ToSlash(relative), Line: line}
}

// locate is where a reader of the repository is to look: where it failed, or else the
// innermost frame of the stack that is in there, or else the test function.
func (g *gazetteer) locate(f *battle.Finding) report.Place {
	if at := g.place(f.Place); at.File != "" {
		return at
	}
	for line := range strings.Lines(f.Stack) {
		if frame, indented := strings.CutPrefix(line, "\t"); indented {
			if at := g.place(strings.TrimSpace(frame)); at.File != "" {
				return at
			}
		}
	}
	return g.function(f.Package, f.Func)
}

// function is where a package's tests declare a function.
func (g *gazetteer) function(pkg, name string) report.Place {
	dir := g.folder(strings.TrimSuffix(pkg, "_test"))
	if dir == "" || name == "" {
		return report.Place{}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
	slices.Sort(files)
	for _, file := range files {
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, file, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, decl := range parsed.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name {
				return g.at(file, positions.Position(fn.Pos()).Line)
			}
		}
	}
	return report.Place{}
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}
