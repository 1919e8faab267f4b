package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// go-fuzz calls a function of a package, and sees no tests of it. So a copy of the package
// gets such a harness for each target, and of its test files what the targets are made of,
// as ordinary files.

// harnessOf is the function that go-fuzz calls for a target.
func harnessOf(t target) string { return t.Func + "_tape" }

// packageOf is the import path of the package that the target's harness is in. One of a
// package's external tests has the import path that the go command gives those.
func packageOf(t target) string {
	if t.external {
		return t.Package + "_test"
	}
	return t.Package
}

// writeHarnesses writes the harnesses of a target's package into its copied folder, or
// into one beside it for its external tests.
func writeHarnesses(dir string, t target) error {
	p, err := readTests(dir, t.external)
	if err != nil {
		return err
	}
	if t.external {
		dir += "_test"
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, f := range p.files {
		for _, fn := range fuzzFuncs(f.syntax) {
			p.need(fn.target)
			harness := p.harness(f, fn)
			if err := os.WriteFile(filepath.Join(dir, "battle_"+fn.name+".go"), harness, 0o644); err != nil {
				return err
			}
		}
	}
	for _, f := range p.files {
		if content, any := f.needed(); any {
			if err := os.WriteFile(filepath.Join(dir, strings.TrimSuffix(f.name, ".go")+"_battle.go"), content, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// testFiles are the test files of a package, its own or the external ones.
type testFiles struct {
	files  []*testFile
	places map[string][]*declaration // by what they declare; methods by their types
}

type testFile struct {
	name         string
	content      []byte
	syntax       *ast.File
	declarations []*declaration
}

// A declaration at the top of a file, which is taken whole or not at all.
type declaration struct {
	ast.Decl
	file   *testFile
	needed bool
}

func readTests(dir string, external bool) (*testFiles, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	context := build.Default
	context.BuildTags = append(slices.Clone(context.BuildTags), "gofuzz")
	p := &testFiles{places: make(map[string][]*declaration)}
	for _, file := range paths {
		name := filepath.Base(file)
		if fits, err := context.MatchFile(dir, name); err != nil || !fits {
			continue // the compiler has a say where err is of interest
		}
		f := &testFile{name: name}
		if f.content, err = os.ReadFile(file); err != nil {
			return nil, err
		}
		files := token.NewFileSet()
		if f.syntax, err = parser.ParseFile(files, file, f.content, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		if strings.HasSuffix(f.syntax.Name.Name, "_test") != external {
			continue
		}
		p.files = append(p.files, f)
		for _, decl := range f.syntax.Decls {
			d := &declaration{Decl: decl, file: f}
			f.declarations = append(f.declarations, d)
			for _, name := range declared(decl) {
				p.places[name] = append(p.places[name], d)
			}
		}
	}
	return p, nil
}

// declared are the names under which a declaration is looked for: a method's is its type's.
func declared(decl ast.Decl) (names []string) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if isInit(decl) {
			return nil // nobody calls it
		}
		if decl.Recv == nil {
			return []string{decl.Name.Name}
		}
		ast.Inspect(decl.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
			return true
		})
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}

func isInit(decl ast.Decl) bool {
	fn, ok := decl.(*ast.FuncDecl)
	return ok && fn.Recv == nil && fn.Name.Name == "init"
}

// need takes in what a piece of code needs: the declarations of its names, and what those
// need. A local name that is also one at the top brings in too much, which does no harm.
func (p *testFiles) need(code ast.Node) {
	ast.Inspect(code, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		for _, d := range p.places[id.Name] {
			if !d.needed {
				d.needed = true
				p.need(d.Decl)
				for _, other := range d.file.declarations {
					if isInit(other.Decl) && !other.needed {
						other.needed = true
						p.need(other.Decl)
					}
				}
			}
		}
		return true
	})
}

// needed is the file with nothing but what is needed, if anything is. Every line stays where
// it is, for findings go by places; so does the name, but for an end that battle cuts off.
func (f *testFile) needed() (content []byte, any bool) {
	content = bytes.Clone(f.content)
	blank := func(from, to token.Pos) {
		// The only file of its set: offsets begin at 1.
		for i := from - f.syntax.FileStart; i < to-f.syntax.FileStart; i++ {
			if content[i] != '\n' {
				content[i] = ' '
			}
		}
	}
	used := make(map[string]bool)
	for _, d := range f.declarations {
		if isImport(d.Decl) {
			continue
		}
		if d.needed {
			any = true
			ast.Inspect(d.Decl, qualifiers(used))
			continue
		}
		from := d.Pos()
		if doc := docOf(d.Decl); doc != nil { // it may be more than words
			from = doc.Pos()
		}
		blank(from, d.End())
	}
	for _, d := range f.declarations {
		if !isImport(d.Decl) {
			continue
		}
		decl := d.Decl.(*ast.GenDecl)
		for _, spec := range decl.Specs {
			if one := spec.(*ast.ImportSpec); !imported(one, used) {
				blank(one.Pos(), one.End())
				if !decl.Lparen.IsValid() {
					blank(decl.Pos(), decl.End())
				}
			}
		}
	}
	return content, any
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return decl.Doc
	case *ast.GenDecl:
		return decl.Doc
	}
	return nil
}

func isImport(decl ast.Decl) bool {
	general, ok := decl.(*ast.GenDecl)
	return ok && general.Tok == token.IMPORT
}

// qualifiers notes the names that stand before a dot.
func qualifiers(used map[string]bool) func(ast.Node) bool {
	return func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := selector.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	}
}

// imported tells whether an import may be one of the names that are used. The name of a
// package is told from its path, as most are.
func imported(spec *ast.ImportSpec, used map[string]bool) bool {
	if spec.Name != nil {
		return used[spec.Name.Name] || spec.Name.Name == "_" || spec.Name.Name == "."
	}
	whole := strings.Trim(spec.Path.Value, "`\"")
	base := path.Base(whole)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(whole))
	}
	base, _, _ = strings.Cut(base, ".v")
	return used[base] || used[strings.TrimPrefix(base, "go-")] || used[strings.TrimSuffix(base, "-go")]
}

// harness is the file with a target's harness. It returns 0 for every tape: of those that are
// called interesting, go-fuzz's versifier learns a text's structure, and makes one in ten of
// its inputs by it. A tape is no text, and there is no flag to switch it off.
func (p *testFiles) harness(f *testFile, fn fuzzFunc) []byte {
	used := make(map[string]bool)
	ast.Inspect(fn.target, qualifiers(used))
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n\nimport battletape %q\n", f.syntax.Name.Name, libraryPath)
	for _, spec := range f.syntax.Imports {
		if imported(spec, used) {
			fmt.Fprintf(&b, "import %s\n", f.text(spec))
		}
	}
	name := harnessOf(target{Func: fn.name})
	fmt.Fprintf(&b, `
var run%[1]s func([]byte) int

func %[1]s(tape []byte) int {
	if run%[1]s == nil {
		run%[1]s = battletape.Bytes(%[2]s)
	}
	run%[1]s(tape)
	return 0
}
`, name, f.text(fn.target))
	return b.Bytes()
}

func (f *testFile) text(n ast.Node) []byte {
	return f.content[n.Pos()-f.syntax.FileStart : n.End()-f.syntax.FileStart]
}
