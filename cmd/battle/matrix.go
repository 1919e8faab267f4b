package main

import (
	"fmt"
	"strings"

	"battle.test/battle"
	"battle.test/explore"
)

// A matrix is which kind of update followed which, and how often. Those that never ran
// have no part in it: the report names them by themselves.
type matrix struct {
	names  []string
	counts [][]uint64 // first, then
}

func matrixOf(s battle.Stats, p explore.Progress) (m matrix) {
	ran := func(kind int) bool { return kind < len(s.Ops) && s.Ops[kind].Count > 0 }
	for first, counts := range p.Followed {
		if !ran(first) {
			continue
		}
		var row []uint64
		for then, n := range counts {
			if ran(then) {
				row = append(row, n)
			}
		}
		m.names = append(m.names, s.Ops[first].Name)
		m.counts = append(m.counts, row)
	}
	return m
}

// never names the pairs that never happened: the interesting part.
func (m matrix) never() (pairs []string) {
	for first, counts := range m.counts {
		for then, n := range counts {
			if n == 0 {
				pairs = append(pairs, m.names[then]+" after "+m.names[first])
			}
		}
	}
	return pairs
}

// text is the matrix for a terminal.
func (m matrix) text() string {
	const widest = 8
	if len(m.names) == 0 {
		return ""
	}
	longest := len("first \\ then")
	for _, name := range m.names {
		longest = max(longest, len(name))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %-*s", longest, "first \\ then")
	for _, name := range m.names {
		fmt.Fprintf(&b, " %*s", widest, cut(name, widest))
	}
	for first, counts := range m.counts {
		fmt.Fprintf(&b, "\n  %-*s", longest, m.names[first])
		for _, n := range counts {
			cell := short(n)
			if n == 0 {
				cell = "never"
			}
			fmt.Fprintf(&b, " %*s", widest, cell)
		}
	}
	return b.String() + "\n"
}
