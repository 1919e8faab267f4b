package instrument

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// A switch on a value compares it with its cases, one by one, up to the first that is equal:
//
//	switch x {
//	case 7, limit(y):
//
// becomes
//
//	switch battletag3 := battleprobe.Switch(3, battlecases3, x) ; battletag3 {
//	case 7, battleprobe.Case(4, battletag3, limit(y)):
//
// Constants stay where they are: Go makes a table of them, or halves them, and refuses those that
// are there twice. They are handed over with the value, in a variable at the end of the file. Where
// all are constants nothing else changes.
//
// A switch that declares something, as in switch n := f(); n {, has no room for the value's
// name: of that only the constants are recorded.

const (
	tagName   = "battletag"   // of a switch's value, with its site
	casesName = "battlecases" // of its constants

	// casesMax is how many constants of a switch are recorded. A table of all opcodes would leave no
	// room for other comparisons, and all are in the dictionary anyway.
	casesMax = 16
)

// rewriteSwitch records the value of a switch and its cases. The sites it appends to those before, one a
// case.
func (s *source) rewriteSwitch(n *ast.SwitchStmt, sites []uint8) []uint8 {
	if n.Tag == nil {
		return sites
	}
	tag := s.pkg.TypesInfo.Types[n.Tag]
	if tag.Value != nil || !operand(tag) {
		return sites
	}
	suffix, size, table := "", uint8(0), "uint64"
	switch basic := tag.Type.Underlying().(*types.Basic); {
	case basic.Info()&types.IsInteger != 0:
		size = uint8(sizes.Sizeof(basic))
	case basic.Info()&types.IsString != 0:
		suffix, table = "Text", "string"
	default:
		return sites
	}
	constants, others := s.cases(n, tag.Type)
	if n.Init != nil || n.Tag.End() == n.Body.Lbrace { // no room for a name
		others = nil
	}
	first := len(sites)
	before, call := "", len(constants) > 0
	if len(others) > 0 {
		before = fmt.Sprintf("%s%d := ", tagName, first)
		s.edit(n.Body.Lbrace, n.Body.Lbrace, fmt.Sprintf("; %s%d ", tagName, first))
	}
	if call {
		before += fmt.Sprintf("%s.Switch%s(%d, %s%d, ", probeName, suffix, first, casesName, first)
		s.edit(n.Tag.End(), n.Tag.End(), ")")
		s.edit(s.syntax.FileEnd, s.syntax.FileEnd, fmt.Sprintf("\nvar %s%d = []%s{%s}\n", casesName, first, table, strings.Join(constants, ", ")))
	}
	s.edit(n.Tag.Pos(), n.Tag.Pos(), before)
	for range constants {
		sites = append(sites, size)
	}
	for _, c := range others {
		s.edit(c.Pos(), c.Pos(), fmt.Sprintf("%s.Case%s(%d, %s%d, ", probeName, suffix, len(sites), tagName, first))
		s.edit(c.End(), c.End(), ")")
		sites = append(sites, size)
	}
	return sites
}

// cases are what a switch compares its value with: the first constants, as Go source, and what is
// of the value's own type.
func (s *source) cases(n *ast.SwitchStmt, typ types.Type) (constants []string, others []ast.Expr) {
	for _, clause := range n.Body.List {
		for _, c := range clause.(*ast.CaseClause).List {
			switch v := s.pkg.TypesInfo.Types[c]; {
			case v.Value == nil && types.Identical(v.Type, typ):
				others = append(others, c)
			case v.Value != nil && len(constants) < casesMax:
				constants = append(constants, literal(v.Value))
			}
		}
	}
	return constants, others
}

// literal is a constant as package probe takes it: a number as 64 bits.
func literal(v constant.Value) string {
	if v.Kind() == constant.String {
		return fmt.Sprintf("%q", constant.StringVal(v))
	}
	v = constant.ToInt(v)
	if constant.Sign(v) < 0 {
		n, _ := constant.Int64Val(v)
		return fmt.Sprint(uint64(n))
	}
	return v.ExactString()
}
