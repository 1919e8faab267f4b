package instrument

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"strings"

	"battle.test/explore/schedule"
)

const (
	stepPackage = "battle.test/explore/schedule"
	stepName    = "battlestep" // what rewritten sources import it as
)

// Steps rewrites the packages that the patterns name so that their goroutines can take turns
// on a [schedule.Stage]: before each operation on what goroutines share is a step. It returns
// only the files that have any. Overlay has the content of files that differ from those on
// disk: they may be instrumented.
//
// An operation stays one expression or statement, with its arguments in it: x.Store(y.Load())
// becomes battlestep.Do1(2, x.Store, battlestep.Get0(1, y.Load)), so that others may run
// between the two.
func Steps(ctx context.Context, dir string, overlay map[string][]byte, patterns []string) (map[string][]byte, error) {
	loaded, err := load(ctx, dir, overlay, patterns)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	first := 1
	for _, p := range loaded {
		if usesCgo(p) {
			continue
		}
		for i, syntax := range p.Syntax {
			name := p.CompiledGoFiles[i]
			content, err := contentOf(name, overlay)
			if err != nil {
				return nil, err
			}
			one := &stepper{source: &source{path: name, pkg: p, syntax: syntax, content: content}, first: first}
			one.rewrite()
			if len(one.sites) == 0 {
				continue
			}
			one.finish()
			first += len(one.sites)
			files[name] = one.content
		}
	}
	return files, nil
}

// A stepper rewrites a file.
type stepper struct {
	*source
	first int // its first site
	sites []schedule.Site
	skip  map[ast.Node]bool // done with all that is in them
	bare  map[ast.Node]bool // calls by a go statement
}

// rewrite goes through the file from the outside to the inside, so that of two edits at one
// place the outer comes first.
func (s *stepper) rewrite() {
	s.skip, s.bare = make(map[ast.Node]bool), make(map[ast.Node]bool)
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if s.skip[n] {
			return false
		}
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.CONST
		case *ast.GoStmt:
			s.goes(n)
		case *ast.CallExpr:
			if !s.bare[n] {
				s.call(n)
			}
		case *ast.SendStmt:
			s.wrap(n, "Send", n.Chan)
			s.edit(n.Arrow, n.Arrow+2, ")(")
			s.edit(n.End(), n.End(), ")")
		case *ast.AssignStmt:
			s.receives(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			s.receives(identifiers(n.Names), n.Values)
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				s.receive(n, "Recv")
			}
		case *ast.RangeStmt:
			if _, ok := s.typeOf(n.X).(*types.Chan); ok {
				s.wrap(n.X, "Range", n.X)
				s.edit(n.X.End(), n.X.End(), ")")
			}
		case *ast.BlockStmt:
			s.selects(n.List)
		case *ast.CaseClause:
			s.selects(n.Body)
		case *ast.CommClause:
			s.selects(n.Body)
		}
		return true
	})
}

func (s *stepper) typeOf(x ast.Expr) types.Type {
	if typ := s.pkg.TypesInfo.TypeOf(x); typ != nil {
		return typ.Underlying()
	}
	return nil
}

// site is the number of a new site.
func (s *stepper) site(n ast.Node) int { return s.siteOf(n, shown(s.text(n))) }

func (s *stepper) siteOf(n ast.Node, text string) int {
	s.sites = append(s.sites, schedule.Site{Line: s.pkg.Fset.PositionFor(n.Pos(), false).Line, Text: text})
	return s.first + len(s.sites) - 1
}

// text is a piece of the file on one line.
func (s *stepper) text(n ast.Node) string {
	return strings.Join(strings.Fields(string(s.piece(n))), " ")
}

const shownMax = 60 // bytes

// shown is a piece of an instrumented file as it was, but for its comparisons and what is
// long in it.
func shown(text string) string {
	for {
		before, rest, found := strings.Cut(text, probeName+".Shared(")
		if !found {
			break
		}
		_, rest, _ = strings.Cut(rest, ", ")
		end := closing(rest)
		text = before + rest[:end] + rest[min(end+1, len(rest)):]
	}
	if before, _, found := strings.Cut(text, "{"); found {
		text = before + "{…}"
	}
	if len(text) > shownMax {
		text = strings.ToValidUTF8(text[:shownMax], "") + "…"
	}
	return text
}

// closing is where the parenthesis is that closes one before the text, or its end.
func closing(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return len(text)
}

func (s *stepper) piece(n ast.Node) []byte {
	file := s.pkg.Fset.File(s.syntax.FileStart)
	return s.content[file.Offset(n.Pos()):file.Offset(n.End())]
}

// wrap begins a call of a function of package schedule around what begins with an expression.
func (s *stepper) wrap(n ast.Node, function string, begins ast.Expr) {
	s.edit(begins.Pos(), begins.Pos(), fmt.Sprintf("%s.%s(%d, ", stepName, function, s.site(n)))
}

// call makes a step of a call.
func (s *stepper) call(n *ast.CallExpr) {
	if name, ok := ast.Unparen(n.Fun).(*ast.Ident); ok {
		if builtin, ok := s.pkg.TypesInfo.Uses[name].(*types.Builtin); ok {
			s.builtin(n, builtin.Name())
		}
		return
	}
	selector, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	fn, ok := s.pkg.TypesInfo.Uses[selector.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || n.Ellipsis.IsValid() {
		return
	}
	in, name := fn.Pkg().Path(), fn.Name()
	receiver := fn.Signature().Recv()
	if in != "sync" && in != "sync/atomic" || in == "sync" && receiver == nil {
		return
	}
	if in == "sync" {
		switch named(receiver.Type()) + "." + name {
		case "Mutex.Lock", "RWMutex.Lock", "RWMutex.RLock":
			s.lock(n, selector)
			return
		case "WaitGroup.Wait", "WaitGroup.Go", "Once.Do", "Cond.Wait", "Locker.Lock", "Map.Range", "Pool.Get":
			return // they block, or call back
		}
	}
	results := fn.Signature().Results().Len()
	if results > 1 || len(n.Args) > 3 || results == 0 && len(n.Args) > 2 {
		return
	}
	kind := [...]string{"Do", "Get"}[results]
	s.wrap(n, fmt.Sprint(kind, len(n.Args)), n)
	s.openArguments(n)
}

// openArguments makes f(x) continue as f, x).
func (s *stepper) openArguments(n *ast.CallExpr) {
	comma := ", "
	if len(n.Args) == 0 {
		comma = ""
	}
	s.edit(n.Lparen, n.Lparen+1, comma)
}

// named is the name of a receiver's type.
func named(typ types.Type) string {
	if pointer, ok := types.Unalias(typ).(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	if n, ok := types.Unalias(typ).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// lock makes l.Lock() into battlestep.Lock(3, &l).
func (s *stepper) lock(n *ast.CallExpr, selector *ast.SelectorExpr) {
	address := "&"
	switch s.typeOf(selector.X).(type) {
	case *types.Pointer:
		address = ""
	case *types.Interface:
		return
	}
	s.edit(n.Pos(), n.Pos(), fmt.Sprintf("%s.%s(%d, %s", stepName, selector.Sel.Name, s.site(n), address))
	s.edit(selector.X.End(), n.Rparen, "")
}

func (s *stepper) builtin(n *ast.CallExpr, name string) {
	var function string
	switch name {
	case "close":
		function = "Close"
	case "copy":
		function = "Copy"
		if _, isText := s.typeOf(n.Args[1]).(*types.Basic); isText {
			function = "CopyText"
		}
	case "clear":
		if _, ok := s.typeOf(n.Args[0]).(*types.Slice); ok {
			function = "Clear"
		}
	}
	if function == "" {
		return
	}
	at := s.site(n)
	s.edit(n.Fun.Pos(), n.Lparen+1, fmt.Sprintf("%s.%s(%d, ", stepName, function, at))
}

// goes makes go f(x) into battlestep.Go1(4, f, x), where f has no results.
func (s *stepper) goes(n *ast.GoStmt) {
	s.bare[n.Call] = true
	signature, ok := s.typeOf(n.Call.Fun).(*types.Signature)
	if !ok || signature.Results().Len() > 0 || signature.Variadic() || len(n.Call.Args) > 2 {
		return
	}
	s.edit(n.Go, n.Call.Pos(), fmt.Sprintf("%s.Go%d(%d, ", stepName, len(n.Call.Args), s.site(n)))
	s.openArguments(n.Call)
}

// receives knows the receive that has two values.
func (s *stepper) receives(left, right []ast.Expr) {
	if len(left) != 2 || len(right) != 1 {
		return
	}
	if n, ok := ast.Unparen(right[0]).(*ast.UnaryExpr); ok && n.Op == token.ARROW {
		s.receive(n, "Recv2")
		s.skip[n] = true
	}
}

func (s *stepper) receive(n *ast.UnaryExpr, function string) {
	at := s.site(n)
	s.edit(n.Pos(), n.X.Pos(), fmt.Sprintf("%s.%s(%d, ", stepName, function, at))
	s.edit(n.End(), n.End(), ")")
}

func identifiers(names []*ast.Ident) (all []ast.Expr) {
	for _, name := range names {
		all = append(all, name)
	}
	return all
}

// selects puts a step before the selects of a list of statements. What their cases name is
// evaluated there, in order, as it would be in the select.
func (s *stepper) selects(list []ast.Stmt) {
	for _, statement := range list {
		if n, ok := statement.(*ast.SelectStmt); ok {
			s.await(n)
		}
	}
}

// await makes select { case v := <-c: } into
//
//	battle7a := battlestep.Receive(c); battlestep.Await(7, false, battle7a); select { case v := <-battle7a.C: }
func (s *stepper) await(n *ast.SelectStmt) {
	at := s.siteOf(n, "select")
	hasDefault, cases, before := false, "", ""
	for i, clause := range n.Body.List {
		c := clause.(*ast.CommClause)
		name := fmt.Sprintf("battle%d%c", at, 'a'+i%26)
		switch comm := c.Comm.(type) {
		case nil:
			hasDefault = true
			continue
		case *ast.SendStmt:
			before += fmt.Sprintf("%s := %s.SendTo(%s).Of(%s); ", name, stepName, s.text(comm.Chan), s.text(comm.Value))
			s.edit(comm.Chan.Pos(), comm.End(), s.sameLines(fmt.Sprintf("%s.C <- %s.V", name, name), comm))
			s.skip[comm] = true
		default:
			from := received(comm)
			before += fmt.Sprintf("%s := %s.Receive(%s); ", name, stepName, s.text(from.X))
			s.edit(from.X.Pos(), from.X.End(), s.sameLines(name+".C", from.X))
			s.skip[comm] = true
		}
		cases += ", " + name
	}
	s.edit(n.Pos(), n.Pos(), fmt.Sprintf("%s%s.Await(%d, %v%s); ", before, stepName, at, hasDefault, cases))
}

// received is the receive of a case.
func received(comm ast.Stmt) *ast.UnaryExpr {
	var x ast.Expr
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		x = comm.X
	case *ast.AssignStmt:
		x = comm.Rhs[0]
	}
	return ast.Unparen(x).(*ast.UnaryExpr)
}

// sameLines is text with as many line ends as what it replaces.
func (s *stepper) sameLines(text string, instead ast.Node) string {
	return text + strings.Repeat("\n", bytes.Count(s.piece(instead), []byte("\n")))
}

// finish makes the edits, and lets the file tell of its sites when the binary starts.
func (s *stepper) finish() {
	end := s.syntax.Name.End()
	s.edit(end, end, fmt.Sprintf("; import %s %q", stepName, stepPackage))
	s.apply()
	b := fmt.Appendf(nil, "\nvar _ = %s.Load(%q, %d", stepName, path.Join(s.pkg.PkgPath, filepath.Base(s.path)), s.first)
	for _, site := range s.sites {
		b = fmt.Appendf(b, ", %s.Site{Line: %d, Text: %q}", stepName, site.Line, site.Text)
	}
	s.content = append(s.content, append(b, ")\n"...)...)
}
