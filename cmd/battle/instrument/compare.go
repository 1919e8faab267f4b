package instrument

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"runtime"
)

// operators are the functions of package probe that stand for comparisons.
var operators = map[token.Token]string{
	token.EQL: "Eq", token.NEQ: "Ne", token.LSS: "Lt", token.LEQ: "Le", token.GTR: "Gt", token.GEQ: "Ge",
}

// rewriteComparisons turns comparisons into calls: a < b is battleprobe.Lt(7, a , b), where 7
// is its site. Text is put around the operands only, so that comparisons within them can be
// rewritten too. The sites it appends to those of other files, as the size of the operands.
//
// The import stands on the line of the package clause, so that no line moves.
func (s *source) rewriteComparisons(sites []uint8) []uint8 {
	end := s.syntax.Name.End()
	s.edit(end, end, fmt.Sprintf("; import %s %q", probeName, probePackage))
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.CONST // nothing in there runs
		case *ast.ArrayType:
			return false // its length is a constant
		case *ast.BinaryExpr:
			if call, size := s.comparison(n); call != "" {
				s.edit(n.X.Pos(), n.X.Pos(), fmt.Sprintf("%s.%s(%d, ", probeName, call, len(sites)))
				sites = append(sites, size)
				s.edit(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), ",")
				s.edit(n.Y.End(), n.Y.End(), ")")
			}
		case *ast.CallExpr:
			if s.comparesBytes(n) {
				s.edit(n.Args[0].Pos(), n.Args[0].Pos(), fmt.Sprintf("%s.Bytes(%d, ", probeName, len(sites)))
				sites = append(sites, 0)
				s.edit(n.Args[1].End(), n.Args[1].End(), ")")
			}
		case *ast.SwitchStmt:
			sites = s.rewriteSwitch(n, sites)
		}
		return true
	})
	return sites
}

// sizes are how many bytes an int has where the binary will run that is built: here.
var sizes = types.SizesFor("gc", runtime.GOARCH)

// comparison is the function that stands for a comparison, or "" if it is left as it is, and
// how many bytes each operand has, 0 of a string.
func (s *source) comparison(n *ast.BinaryExpr) (function string, size uint8) {
	call, compares := operators[n.Op]
	info := s.pkg.TypesInfo
	whole := info.Types[n]
	if !compares || whole.Value != nil || !plainBool(whole.Type) {
		return "", 0
	}
	x, y := info.Types[n.X], info.Types[n.Y]
	if !operand(x) || !operand(y) {
		return "", 0
	}
	typ := x.Type
	if x.Value != nil {
		typ = y.Type
	}
	switch basic := typ.Underlying().(*types.Basic); {
	case basic.Info()&types.IsInteger != 0:
		return call, uint8(sizes.Sizeof(basic))
	case basic.Info()&types.IsString != 0:
		return call + "Text", 0
	}
	return "", 0
}

// plainBool leaves out comparisons whose untyped result becomes a type of its own.
func plainBool(typ types.Type) bool {
	return types.Identical(typ, types.Typ[types.Bool]) || types.Identical(typ, types.Typ[types.UntypedBool])
}

// operand tells whether a value can be handed to a generic function as it is: it has a
// type that is no type parameter's, or is a constant that takes the other's.
func operand(v types.TypeAndValue) bool {
	if v.Type == nil {
		return false
	}
	if _, parameter := types.Unalias(v.Type).(*types.TypeParam); parameter {
		return false
	}
	basic, isBasic := v.Type.Underlying().(*types.Basic)
	return isBasic && (v.Value != nil || basic.Info()&types.IsUntyped == 0)
}

// comparesBytes knows the functions that compare byte slices.
func (s *source) comparesBytes(n *ast.CallExpr) bool {
	selector, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) != 2 {
		return false
	}
	fn, ok := s.pkg.TypesInfo.Uses[selector.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Name() != "Equal" && fn.Name() != "Compare" {
		return false
	}
	return fn.Pkg().Path() == "bytes" || fn.Pkg().Path() == "slices" && s.takesBytes(selector.Sel)
}

// takesBytes tells whether a function's arguments are byte slices: those of package slices are
// for any. A slice of a byte type with a name can't be handed to one of bytes.
func (s *source) takesBytes(fn *ast.Ident) bool {
	signature, ok := s.pkg.TypesInfo.Instances[fn].Type.(*types.Signature)
	if !ok {
		return false
	}
	slice, ok := signature.Params().At(0).Type().Underlying().(*types.Slice)
	return ok && types.Identical(slice.Elem(), types.Typ[types.Uint8])
}
