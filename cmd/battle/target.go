package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A target is a fuzz function that calls battle.Fuzz.
type target struct {
	Name     string `json:"target"`   // from the test binary
	Package  string `json:"package"`  // import path
	Func     string `json:"func"`     // FuzzRing
	Variable string `json:"variable"` // Ring, as far as it can be told
	dir      string // of the package
	harness  string // go-fuzz's function, or ""
}

// A goPackage is what go list says of a package.
type goPackage struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Module       *struct{ Path, Dir string }
}

// findTargets lists the targets of the packages, in order of package and function.
func findTargets(ctx context.Context, dir string, patterns []string) ([]target, error) {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	args := append([]string{"list", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Module"}, patterns...)
	output, err := goCommand(ctx, dir, nil, args...)
	if err != nil {
		return nil, err
	}
	var all []target
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		found, err := p.targets()
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no targets in %s: a target is a function FuzzX(f *testing.F) that calls battle.Fuzz(f, X)", strings.Join(patterns, " "))
	}
	return all, nil
}

func (p *goPackage) targets() ([]target, error) {
	var found []target
	for _, name := range append(slices.Clone(p.TestGoFiles), p.XTestGoFiles...) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") {
				if variable, calls := callsFuzz(fn); calls {
					found = append(found, target{Package: p.ImportPath, Func: fn.Name.Name, Variable: variable, dir: p.Dir})
				}
			}
		}
	}
	return found, nil
}

// callsFuzz tells whether a function calls battle.Fuzz, and with which variable.
func callsFuzz(fn *ast.FuncDecl) (variable string, calls bool) {
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Fuzz" {
			if pkg, ok := selector.X.(*ast.Ident); ok && pkg.Name == "battle" {
				calls = true
				switch arg := call.Args[1].(type) {
				case *ast.Ident:
					variable = arg.Name
				case *ast.SelectorExpr:
					if pkg, ok := arg.X.(*ast.Ident); ok {
						variable = pkg.Name + "." + arg.Sel.Name
					}
				}
			}
		}
		return true
	})
	return variable, calls
}

// pick keeps the targets of the given names, or all if there are none. A name is a
// target's or a function's.
func pick(all []target, names []string) ([]target, error) {
	if len(names) == 0 {
		return all, nil
	}
	var picked []target
	for _, name := range names {
		before := len(picked)
		for _, t := range all {
			if t.Name == name || t.Func == name {
				picked = append(picked, t)
			}
		}
		if len(picked) == before {
			var known []string
			for _, t := range all {
				known = append(known, t.Name)
			}
			return nil, fmt.Errorf("no target %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	return picked, nil
}

// goCommand runs the go command and returns its output; its error has what go said.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return output, nil
}
