package instrument

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
)

// constants are those of the sources: a dictionary of what the code thinks is special.
type constants struct {
	Numbers []uint64
	Texts   []string
}

const (
	smallest = 4 // below it, numbers are tried anyway
	textMin  = 2
	textMax  = 64
)

// collect takes the constants of a file that stand for integers or strings.
func (c *constants) collect(info *types.Info, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		if _, isImport := n.(*ast.ImportSpec); isImport {
			return false
		}
		expr, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		value := info.Types[expr].Value
		if value == nil {
			return true
		}
		switch value.Kind() {
		case constant.Int:
			if v, exact := constant.Uint64Val(value); exact && v >= smallest {
				c.Numbers = append(c.Numbers, v)
			} else if v, exact := constant.Int64Val(value); exact && v < 0 {
				c.Numbers = append(c.Numbers, uint64(v))
			}
		case constant.String:
			if text := constant.StringVal(value); len(text) >= textMin && len(text) <= textMax {
				c.Texts = append(c.Texts, text)
			}
		}
		return true
	})
}

// finish puts the constants into an order, each once.
func (c *constants) finish() {
	slices.Sort(c.Numbers)
	c.Numbers = slices.Compact(c.Numbers)
	slices.Sort(c.Texts)
	c.Texts = slices.Compact(c.Texts)
}
