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
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// A target is a fuzz function that calls battle.Fuzz.
type target struct {
	Name     string // from the test binary
	Package  string // import path
	Func     string // FuzzRing
	Variable string // Ring, as far as it can be told
	dir      string // of the package
	external bool   // its function is one of the package's external tests

	description *battle.Description
	err         error // why the test binary gave none
}

// races tells whether goroutines race in the target, so that an update is a whole race.
func (t target) races() bool { return t.description != nil && t.description.Scheduled }

// A goPackage is what go list says of a package.
type goPackage struct {
	ImportPath   string
	Dir          string
	TestGoFiles  []string
	XTestGoFiles []string
	Error        *struct{ Err string }
}

// findTargets lists the targets of the packages, in order of package and function.
// Nothing is built for it: the names are not known yet.
func findTargets(ctx context.Context, dir string, patterns []string) ([]target, error) {
	all, errs, err := listTargets(ctx, dir, patterns)
	if err = errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, noTargets(patterns)
	}
	return all, nil
}

func noTargets(patterns []string) error {
	return fmt.Errorf("no targets in %s: a target is a function FuzzX(f *testing.F) that calls battle.Fuzz(f, X)", strings.Join(everywhere(patterns), " "))
}

// everywhere is what patterns of packages mean if there are none.
func everywhere(patterns []string) []string {
	if len(patterns) == 0 {
		return []string{"./..."}
	}
	return patterns
}

// listTargets is the same with what is wrong with one package apart, so that it keeps no
// other out. The go command's own leniency is asked for by its flag -e.
func listTargets(ctx context.Context, dir string, patterns []string, flags ...string) (all []target, errs []error, err error) {
	args := slices.Concat([]string{"list", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles,Error"}, flags, everywhere(patterns))
	end := during("looking for targets in " + strings.Join(everywhere(patterns), " "))
	output, err := process.Go(ctx, dir, nil, args...)
	end()
	if err != nil {
		return nil, nil, err
	}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all, errs, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("go list: %w", err)
		}
		if p.Error != nil {
			errs = append(errs, errors.New(p.Error.Err))
		}
		found, err := p.targets()
		if err != nil {
			errs = append(errs, err)
		}
		all = append(all, found...)
	}
}

// findAll finds the targets of the packages and asks for their names. It keeps those
// of the given names, or all if there are none.
func (w *workshop) findAll(ctx context.Context, patterns, names []string) ([]target, error) {
	all, err := findTargets(ctx, w.dir, patterns)
	if err != nil {
		return nil, err
	}
	if err := w.describeFor(ctx, all, names); err != nil {
		return nil, err
	}
	if err := sameNames(all); err != nil {
		return nil, err
	}
	picked, err := pick(all, names)
	if err != nil {
		return nil, w.meant(names, err)
	}
	return picked, nil
}

// describeFor asks targets for their names until those of the given ones are known, or all
// if there are none. A target is mostly named after its function, so that is asked first:
// what another package takes to build is for nothing.
func (w *workshop) describeFor(ctx context.Context, all []target, names []string) error {
	if len(names) == 0 {
		return w.describe(ctx, all)
	}
	for _, i := range likelyFirst(all, names) {
		if identified(all, names) {
			break
		}
		if err := w.describe(ctx, all[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// likelyFirst are the indices of the targets, those whose functions the names look like
// first: tip-ring is that of FuzzTipRing.
func likelyFirst(all []target, names []string) []int {
	letters := strings.NewReplacer("-", "", "_", "", ".", "")
	var likely, others []int
	for i, t := range all {
		looksLike := func(name string) bool {
			return name == t.Func || strings.EqualFold("Fuzz"+letters.Replace(name), letters.Replace(t.Func))
		}
		if slices.ContainsFunc(names, looksLike) {
			likely = append(likely, i)
		} else {
			others = append(others, i)
		}
	}
	return append(likely, others...)
}

// identified tells whether no more targets need be asked to pick those of the names. Functions
// in several packages may have the same name.
func identified(all []target, names []string) bool {
	for _, name := range names {
		found := false
		for _, t := range all {
			asked := t.description != nil || t.err != nil
			if t.Func == name && !asked {
				return false
			}
			found = found || asked && (t.Name == name || t.Func == name)
		}
		if !found {
			return false
		}
	}
	return true
}

// sameNames refuses two targets of one name: findings and corpora go by it.
func sameNames(all []target) error {
	first := make(map[string]target)
	for _, t := range all {
		if other, twice := first[t.Name]; twice && t.Name != "" {
			return fmt.Errorf("two targets are named %s: %s.%s and %s.%s", t.Name, other.Package, other.Func, t.Package, t.Func)
		}
		first[t.Name] = t
	}
	return nil
}

func (p *goPackage) targets() ([]target, error) {
	var found []target
	for _, name := range append(slices.Clone(p.TestGoFiles), p.XTestGoFiles...) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, fn := range fuzzFuncs(file) {
			external := slices.Contains(p.XTestGoFiles, name)
			found = append(found, target{Package: p.ImportPath, Func: fn.name, Variable: fn.variable(), dir: p.Dir, external: external})
		}
	}
	return found, nil
}

// A fuzzFunc is a function that calls the library's Fuzz, and with which target.
type fuzzFunc struct {
	name   string
	target ast.Expr
}

func fuzzFuncs(file *ast.File) (found []fuzzFunc) {
	library, imports := importName(file)
	if !imports {
		return nil
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") {
			if target := callsFuzz(fn, library); target != nil {
				found = append(found, fuzzFunc{fn.Name.Name, target})
			}
		}
	}
	return found
}

// libraryPath is the import path of the library.
var libraryPath = reflect.TypeFor[battle.T]().PkgPath()

// importName is the name that a file has the library under: battle, an alias, or "."
// where its names are the file's own.
func importName(file *ast.File) (name string, imports bool) {
	for _, one := range file.Imports {
		if found, err := strconv.Unquote(one.Path.Value); err != nil || found != libraryPath {
			continue
		}
		if one.Name == nil {
			return path.Base(libraryPath), true
		}
		return one.Name.Name, true
	}
	return "", false
}

// callsFuzz is the target with which a function calls the library's Fuzz, or nil.
func callsFuzz(fn *ast.FuncDecl, library string) (target ast.Expr) {
	ast.Inspect(fn, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 2 && isFuzz(call.Fun, library) {
			target = call.Args[1]
		}
		return true
	})
	return target
}

// variable is the name of the variable that has the target, or "" if it is another
// expression.
func (f fuzzFunc) variable() string {
	switch arg := f.target.(type) {
	case *ast.Ident:
		return arg.Name
	case *ast.SelectorExpr:
		if pkg, ok := arg.X.(*ast.Ident); ok {
			return pkg.Name + "." + arg.Sel.Name
		}
	}
	return ""
}

// isFuzz tells whether an expression is battle.Fuzz or battle.Fuzz[S].
func isFuzz(fun ast.Expr, library string) bool {
	switch fun := fun.(type) {
	case *ast.IndexExpr:
		return isFuzz(fun.X, library)
	case *ast.SelectorExpr:
		pkg, ok := fun.X.(*ast.Ident)
		return ok && pkg.Name == library && fun.Sel.Name == "Fuzz"
	case *ast.Ident:
		return library == "." && fun.Name == "Fuzz"
	}
	return false
}

// pick keeps the targets of the given names, or all if there are none. A name is a
// target's or a function's. What is wrong with a target that was not picked is no
// reason to stop.
func pick(all []target, names []string) ([]target, error) {
	picked := all
	if len(names) > 0 {
		picked = nil
	}
	for _, name := range names {
		found := false
		for _, t := range all {
			if t.Name != name && t.Func != name {
				continue
			}
			found = true
			same := func(p target) bool { return p.Package == t.Package && p.Func == t.Func }
			if !slices.ContainsFunc(picked, same) {
				picked = append(picked, t)
			}
		}
		if !found {
			return nil, errors.Join(fmt.Errorf("%s: there %s", noTarget(name), areTargets(all)), troubles(all))
		}
	}
	if err := troubles(picked); err != nil {
		return nil, err
	}
	return picked, nil
}

// troubles are the errors of the targets; that of a package only once.
func troubles(all []target) error {
	var errs []error
	for _, t := range all {
		same := func(e error) bool { return e.Error() == t.err.Error() }
		if t.err != nil && !slices.ContainsFunc(errs, same) {
			errs = append(errs, t.err)
		}
	}
	return errors.Join(errs...)
}

// areTargets says which targets there are, after "there".
func areTargets(all []target) string {
	switch names := targetNames(all); {
	case names == "":
		return "are none"
	case !strings.Contains(names, ","):
		return "is " + names
	default:
		return "are " + names
	}
}

// targetNames are the names of targets, with commas.
func targetNames(all []target) string {
	var names []string
	for _, t := range all {
		if t.Name != "" {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, ", ")
}
