package battle

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// unknownVariable stands for a target's variable where nothing tells its name: it does not
// compile before a person has put it right.
const unknownVariable = "Target /* your target's variable */"

// goTest writes a finding as a Go file in the style of a person: a test of the package
// that the finding's own test is in. The mark tells it from the tests of other findings.
func goTest(p *plan, src source, prog program, mark string) string {
	call := src.call()
	variable := src.variable
	if variable == "" {
		variable = call.variable
	}
	if variable == "" {
		variable = unknownVariable
	}
	var b []byte
	b = fmt.Appendf(b, "func Test%sRegression_%s(t *testing.T) {\n\tbattle.Replay(t, %s,\n", exported(p.name), mark, variable)
	for _, s := range prog {
		b = append(b, "\t\t&"...)
		b = s.kind.root.literal(b, s.p, src.home())
		b = append(b, ",\n"...)
	}
	b = append(b, "\t)\n}\n"...)
	head := fmt.Sprintf("package %s\n\n", call.packageName(p, src.home()))
	text := head + importsOf(p, call, head+string(b)) + string(b)
	formatted, err := format.Source([]byte(text))
	if err != nil { // BATTLE_VAR is no name: that is no reason to lose the finding
		return text
	}
	return string(formatted)
}

// importsOf is the import declaration that a file needs. What its qualifiers stand for is
// known from the updates' types, and from the test that the finding comes from.
func importsOf(p *plan, call call, text string) string {
	paths := make(map[string]string)
	for _, k := range p.kinds {
		packages(paths, k.typ)
	}
	paths["battle"] = ownPackage
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	others := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if qualifier, ok := selector.X.(*ast.Ident); ok && paths[qualifier.Name] != "" {
			others[strconv.Quote(paths[qualifier.Name])] = true
		} else if ok && call.imports[qualifier.Name] != "" && qualifier.Name != "testing" {
			others[call.imports[qualifier.Name]] = true
		}
		return true
	})
	var b strings.Builder
	for one := range others {
		b.WriteString("\t" + one + "\n")
	}
	return "import (\n\t\"testing\"\n\n" + b.String() + ")\n\n" // format sorts them
}

// packages notes the packages that a type's values are written with, by name.
func packages(paths map[string]string, typ reflect.Type) {
	if name, _, ok := strings.Cut(typ.String(), "."); ok && typ.PkgPath() != "" {
		paths[name] = typ.PkgPath()
	}
	switch {
	case reflect.PointerTo(typ).Implements(reflect.TypeFor[Drawer]()):
	case typ.Kind() == reflect.Slice, typ.Kind() == reflect.Array:
		packages(paths, typ.Elem())
	case typ.Kind() == reflect.Struct:
		for f := range typ.Fields() {
			if f.IsExported() {
				packages(paths, f.Type)
			}
		}
	}
}

// A call is what the source of a test tells about its call of the library.
type call struct {
	pkg      string            // the file's package clause
	variable string            // Ring, fuzz.Ring
	imports  map[string]string // by name, as the file writes them
}

// call reads the source of the test, if it is there: it may be another machine's. What
// can't be told stays empty.
func (src source) call() call {
	var c call
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, src.file, nil, parser.SkipObjectResolution)
	if src.file == "" || err != nil {
		return c
	}
	c.pkg, c.imports = file.Name.Name, make(map[string]string)
	for _, one := range file.Imports {
		if one.Name != nil {
			c.imports[one.Name.Name] = one.Name.Name + " " + one.Path.Value
		} else if unquoted, err := strconv.Unquote(one.Path.Value); err == nil {
			c.imports[path.Base(unquoted)] = one.Path.Value
		}
	}
	for _, decl := range file.Decls {
		ast.Inspect(decl, func(n ast.Node) bool {
			one, ok := n.(*ast.CallExpr)
			if ok && len(one.Args) > 1 && takesTarget(one.Fun) &&
				files.Position(one.Pos()).Line <= src.line && src.line <= files.Position(one.End()).Line {
				c.variable = globalName(one.Args[1], decl)
			}
			return true
		})
	}
	return c
}

// takesTarget tells whether a called function is one whose second argument is the target.
func takesTarget(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.IndexExpr:
		return takesTarget(fun.X)
	case *ast.SelectorExpr:
		return takesTarget(fun.Sel)
	case *ast.Ident:
		return slices.Contains([]string{"Fuzz", "Check", "Replay", "ReplayTrace"}, fun.Name)
	}
	return false
}

// globalName is an expression that is a name, or a name of another package, and not one
// that belongs to the declaration which it is in.
func globalName(expr ast.Expr, within ast.Decl) string {
	switch expr := expr.(type) {
	case *ast.Ident:
		if !declares(within, expr.Name) {
			return expr.Name
		}
	case *ast.SelectorExpr:
		if pkg, ok := expr.X.(*ast.Ident); ok && !declares(within, pkg.Name) {
			return pkg.Name + "." + expr.Sel.Name
		}
	}
	return ""
}

// declares tells whether a function has a parameter or a variable of this name.
func declares(within ast.Decl, name string) bool {
	found := false
	is := func(exprs ...ast.Expr) {
		for _, e := range exprs {
			one, ok := e.(*ast.Ident)
			found = found || ok && one.Name == name
		}
	}
	ast.Inspect(within, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				is(n.Lhs...)
			}
		case *ast.RangeStmt:
			is(n.Key, n.Value)
		case *ast.Field:
			for _, one := range n.Names {
				is(one)
			}
		case *ast.ValueSpec:
			for _, one := range n.Names {
				is(one)
			}
		}
		return true
	})
	return found
}

// packageName is the name of the package that the printed test is for.
func (c call) packageName(p *plan, home string) string {
	for _, k := range p.kinds {
		if name, _, ok := strings.Cut(k.typ.String(), "."); ok && c.pkg == "" && k.typ.PkgPath() == home {
			return name
		}
	}
	if c.pkg == "" {
		return identifier(path.Base(home))
	}
	return c.pkg
}

// identifier makes the last part of an import path a package name.
func identifier(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '-' || r == '.' {
			return '_'
		}
		return r
	}, name)
	if !token.IsIdentifier(name) {
		return "regression"
	}
	return name
}

// exported turns a target's name into the end of a Go name: tip-ring is TipRing.
func exported(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
