package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChooseTellsTargetsFromPackages(t *testing.T) {
	packages, targets := choose([]string{"cluster", "./fuzz", "FuzzTip", "battle.test/fuzz", "./...", "."}, []string{"ring"})
	require.Equal(t, []string{"./fuzz", "battle.test/fuzz", "./...", "."}, packages)
	require.Equal(t, []string{"ring", "cluster", "FuzzTip"}, targets)
	packages, targets = choose(nil, nil)
	require.Empty(t, packages)
	require.Empty(t, targets)
}
