package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore/probe"
)

// Two binaries have one file in common, with two blocks on one line in it.
func TestGroundsOfSeveralBinariesAreOne(t *testing.T) {
	g := newGround()
	shared := []probe.Block{{File: "m/p/a.go", Line: 1, Last: 3}, {File: "m/p/a.go", Line: 3, Last: 3}, {File: "m/p/a.go", Line: 3, Last: 3}}
	g.add(append(shared[:len(shared):len(shared)], probe.Block{File: "m/p/b.go", Line: 1, Last: 1}), []int{2, 0, 1, 0})
	g.add(append([]probe.Block{{File: "m/q/c.go", Line: 7, Last: 8}}, shared...), []int{0, 1, 0, 1})
	require.Equal(t, []plot{{span{1, 3}, 3}, {span{3, 3}, 0}, {span{3, 3}, 2}}, g.files["m/p/a.go"])
	require.Equal(t, []coveredPackage{{
		Package: "m/p", portion: portion{4, 2, 0.5},
		Files: []coveredFile{
			{Name: "a.go", portion: portion{3, 2, 2.0 / 3}, Never: []string{"3-3"}},
			{Name: "b.go", portion: portion{1, 0, 0}, Never: []string{"1-1"}},
		},
	}}, g.packages(), "nothing of m/q ran")
}

func TestLinesShowWhatRan(t *testing.T) {
	source := strings.Split("package p\n\nfunc f(x bool) {\n\tif x {\n\t\tg()\n\n\t}\n\th()\n}\n", "\n")
	all := lines(source, []plot{{span{3, 4}, 2}, {span{4, 7}, 0}, {span{8, 8}, 1}, {span{90, 91}, 1}})
	require.Len(t, all, 9)
	var got []string
	for _, l := range all {
		mark := "-"
		switch {
		case l.Never:
			mark = "never"
		case l.Code:
			mark = string(rune('0' + l.Traces))
		}
		got = append(got, mark)
	}
	require.Equal(t, []string{"-", "-", "2", "2", "never", "-", "-", "1", "-"}, got)
	require.Equal(t, "        g()", all[4].Text)
}
