package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// A target is recognised by its call, under whatever name the library is imported.
func TestCallsFuzz(t *testing.T) {
	for _, c := range []struct {
		name, imports, body string
		variable            string
		calls               bool
	}{
		{"plain", `"battle.test/battle"`, `battle.Fuzz(f, Ring)`, "Ring", true},
		{"another package's variable", `"battle.test/battle"`, `battle.Fuzz(f, targets.Ring)`, "targets.Ring", true},
		{"a call", `"battle.test/battle"`, `battle.Fuzz(f, ring(3))`, "", true},
		{"alias", `b "battle.test/battle"`, `b.Fuzz(f, Ring)`, "Ring", true},
		{"alias, and another battle", `b "battle.test/battle"; "example.test/battle"`, `battle.Fuzz(f, Ring)`, "", false},
		{"dot", `. "battle.test/battle"`, `Fuzz(f, Ring)`, "Ring", true},
		{"with its type", `"battle.test/battle"`, `battle.Fuzz[*pair](f, Ring)`, "Ring", true},
		{"inside", `"battle.test/battle"`, `if x { battle.Fuzz(f, Ring) }`, "Ring", true},
		{"native", `"testing"`, `f.Fuzz(func(*testing.T, []byte) {})`, "", false},
		{"native in a file of targets", `"battle.test/battle"`, `f.Fuzz(a, b)`, "", false},
		{"another function", `"battle.test/battle"`, `battle.Check(f, Ring)`, "", false},
		{"another library", `"example.test/battle"`, `battle.Fuzz(f, Ring)`, "", false},
		{"not imported", `"testing"`, `battle.Fuzz(f, Ring)`, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := "package p\nimport (" + c.imports + ")\nfunc FuzzX(f *testing.F) { " + c.body + " }"
			file, err := parser.ParseFile(token.NewFileSet(), "x.go", source, parser.SkipObjectResolution)
			require.NoError(t, err)
			library, imports := importName(file)
			variable, calls := "", false
			if imports {
				fn := file.Decls[len(file.Decls)-1].(*ast.FuncDecl)
				one := fuzzFunc{target: callsFuzz(fn, library)}
				variable, calls = one.variable(), one.target != nil
			}
			require.Equal(t, c.calls, calls)
			require.Equal(t, c.variable, variable)
		})
	}
}

func TestPick(t *testing.T) {
	broken := errors.New("p does not compile")
	all := []target{
		{Name: "ring", Package: "p", Func: "FuzzRing"},
		{Name: "tip", Package: "p", Func: "FuzzTip"},
		{Package: "q", Func: "FuzzA", err: broken},
		{Package: "q", Func: "FuzzB", err: broken},
	}
	_, err := pick(all, nil)
	require.EqualError(t, err, "p does not compile", "once, not twice")

	picked, err := pick(all, []string{"tip", "FuzzRing", "ring"})
	require.NoError(t, err)
	require.Equal(t, []target{all[1], all[0]}, picked)

	_, err = pick(all, []string{"FuzzA"})
	require.ErrorIs(t, err, broken)
	_, err = pick(all, []string{"rnig"})
	require.EqualError(t, err, "no target \"rnig\": there are ring, tip\np does not compile")
	_, err = pick(nil, []string{"ring"})
	require.EqualError(t, err, `no target "ring": there are none`)
}

func TestSameNames(t *testing.T) {
	a, b := target{Name: "ring", Package: "p", Func: "FuzzA"}, target{Name: "ring", Package: "q", Func: "FuzzB"}
	require.EqualError(t, sameNames([]target{a, b}), "two targets are named ring: p.FuzzA and q.FuzzB")
	b.Name = "tip"
	require.NoError(t, sameNames([]target{a, b, {Func: "FuzzC"}, {Func: "FuzzD"}}), "those that gave no name are another trouble")
}

// Nothing is asked, and so nothing built, that can't be one of the names.
func TestATargetIsLookedForWhereItsNameSays(t *testing.T) {
	all := []target{{Package: "p", Func: "FuzzTip"}, {Package: "q", Func: "FuzzOther"}, {Package: "q", Func: "FuzzTipRing"}, {Package: "r", Func: "FuzzOther"}}
	require.Equal(t, []int{2, 0, 1, 3}, likelyFirst(all, []string{"tip-ring"}))
	require.Equal(t, []int{1, 3, 0, 2}, likelyFirst(all, []string{"FuzzOther"}))
	require.Equal(t, []int{0, 1, 2, 3}, likelyFirst(all, []string{"elsewhere"}))

	require.False(t, identified(all, []string{"tip-ring"}))
	all[2].Name, all[2].description = "tip-ring", &battle.Description{}
	require.True(t, identified(all, []string{"tip-ring"}))
	require.True(t, identified(all, []string{"FuzzTipRing"}))
	require.False(t, identified(all, []string{"tip-ring", "tip"}))
	all[1].err = errors.New("it does not compile")
	require.False(t, identified(all, []string{"FuzzOther"}), "there is another of that name")
	all[3].Name, all[3].description = "three", &battle.Description{}
	require.True(t, identified(all, []string{"FuzzOther", "three"}))
}
