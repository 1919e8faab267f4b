package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore"
)

func TestBlockIsQuotedByALineThatSaysSomething(t *testing.T) {
	lines := strings.Split(`func (r *ring) read(off uint64) int {
	switch {
	case off < r.first:
		return tooOld
	default:
		// Nothing yet.
		r.waits++
	}
	if off > r.tail {
		return
	} else {
		for at := range r.slots {
			if at > 0 {
				break
			}
		}
	}
	switch {
	}
}`, "\n")
	cases := []struct {
		first, last, number int
		text                string
	}{
		{1, 2, 1, "func (r *ring) read(off uint64) int {"},
		{3, 4, 3, "case off < r.first:"},
		{5, 7, 7, "r.waits++"},
		{8, 9, 9, "if off > r.tail {"},
		{9, 11, 9, "if off > r.tail {"},
		{11, 12, 12, "for at := range r.slots {"},
		{12, 13, 13, "if at > 0 {"},
		{13, 15, 13, "if at > 0 {"},
		{18, 18, 0, ""},
		{19, 20, 0, ""},
	}
	for _, c := range cases {
		number, text := firstStatement(lines, explore.Line{Line: c.first, Last: c.last})
		require.Equal(t, c.text, text, "lines %d to %d", c.first, c.last)
		require.Equal(t, c.number, number, "lines %d to %d", c.first, c.last)
	}
}

func TestOracleIsKnownByItsPackage(t *testing.T) {
	for file, want := range map[string]bool{
		"battle.test/oracle/ring.go":        true,
		"example.test/lru/oracle/v2/lru.go": true,
		"example.test/oracles/lru.go":       false,
		"example.test/lru/oracle.go":        false,
	} {
		require.Equal(t, want, ofOracle(file), file)
	}
}
