package instrument

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// markShared puts a place to pause behind each operation on what goroutines share, and
// before those without a value, too: x.Load() is battleprobe.Shared(4, x.Load()),
// and x.Store(v) is battleprobe.Pause(5); x.Store(v); battleprobe.Pause(6). Known are those
// of sync/atomic, locks, and those of channels that are statements of their own. It returns
// the number of the next site.
func (s *source) markShared(site int) int {
	bare := make(map[*ast.CallExpr]bool) // called by go and defer: what stands around would be called then
	var after []ast.Stmt
	next := func() int { site++; return site - 1 }
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			bare[n.Call] = true
		case *ast.GoStmt:
			bare[n.Call] = true
		case *ast.BlockStmt:
			after = s.pauseBefore(n.List, after, next)
		case *ast.CaseClause:
			after = s.pauseBefore(n.Body, after, next)
		case *ast.CommClause:
			after = s.pauseBefore(n.Body, after, next)
		case *ast.CallExpr:
			if s.shares(n, 1) && !bare[n] {
				s.edit(n.Pos(), n.Pos(), fmt.Sprintf("%s.Shared(%d, ", probeName, next()))
				s.edit(n.End(), n.End(), ")")
			}
		}
		return true
	})
	for _, statement := range after { // the last: an expression may end in the same place
		s.edit(statement.End(), statement.End(), "; "+pauseAt(next()))
	}
	return site
}

func pauseAt(site int) string { return fmt.Sprintf("%s.Pause(%d)", probeName, site) }

// pauseBefore puts a pause before the statements of a list that need one. It appends those
// that need one behind them, too.
func (s *source) pauseBefore(list, after []ast.Stmt, next func() int) []ast.Stmt {
	for _, statement := range list {
		switch n := statement.(type) {
		case *ast.SelectStmt:
		case *ast.SendStmt:
			after = append(after, statement)
		case *ast.ExprStmt:
			if !s.exchanges(n.X) {
				continue
			}
			after = append(after, statement)
		default:
			continue
		}
		s.edit(statement.Pos(), statement.Pos(), pauseAt(next())+"; ")
	}
	return after
}

// exchanges tells whether an expression that is a statement is an operation on what
// goroutines share, and has no value or drops it.
func (s *source) exchanges(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		return x.Op == token.ARROW
	case *ast.CallExpr:
		if name, ok := ast.Unparen(x.Fun).(*ast.Ident); ok {
			builtin, ok := s.pkg.TypesInfo.Uses[name].(*types.Builtin)
			return ok && builtin.Name() == "close"
		}
		return s.shares(x, 0)
	}
	return false
}

// shares tells whether a call is one of package sync or sync/atomic with so many results.
func (s *source) shares(call *ast.CallExpr, results int) bool {
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	fn, ok := s.pkg.TypesInfo.Uses[selector.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Signature().Results().Len() != results {
		return false
	}
	return fn.Pkg().Path() == "sync/atomic" || fn.Pkg().Path() == "sync"
}
