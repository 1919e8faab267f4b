package machinetest

import (
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// Alike gives machines that are equal the same input, and checks that they do the same and
// stay equal.
func Alike(t require.TestingT, now int64, in machine.Input, machines ...machine.Machine) {
	want := machines[0].Step(now, in, nil)
	next, ok := machines[0].Next()
	state := machines[0].Snapshot("test")
	for _, one := range machines[1:] {
		require.Equal(t, want, one.Step(now, in, nil))
		due, set := one.Next()
		require.Equal(t, next, due)
		require.Equal(t, ok, set)
		require.Equal(t, state, one.Snapshot("test"))
	}
}
