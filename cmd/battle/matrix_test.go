package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

func threeUpdates() (battle.Stats, explore.Progress) {
	s := battle.Stats{Ops: []battle.OpStats{{Name: "append", Count: 90}, {Name: "unused"}, {Name: "pass-until-next", Count: 3}}}
	return s, explore.Progress{Followed: [][]uint64{{12_345, 0, 1}, {0, 0, 0}, {7, 0, 0}}}
}

func TestMatrixNamesPairsThatNeverHappened(t *testing.T) {
	m := matrixOf(threeUpdates())
	require.Equal(t, []string{"pass-until-next after pass-until-next"}, m.never(), "unused never ran: that is said elsewhere")
	require.Equal(t, `  first \ then      append pass-un…
  append             12.3k        1
  pass-until-next        7    never
`, m.text())
	heated := m.heated()
	require.Equal(t, []pageCell{{"append", 12_345, 9}, {"pass-until-next", 1, 0}}, heated[0].Cells)
	require.Equal(t, "pass-until-next", heated[1].First)

	none := matrixOf(battle.Stats{}, explore.Progress{})
	require.Empty(t, none.text())
	require.Empty(t, none.never())
	require.Empty(t, none.heated())
}
