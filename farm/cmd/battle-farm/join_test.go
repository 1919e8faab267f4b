package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheCoordinatorsCredentialsAreNotForWorkers looks at what a farm tells others to type.
func TestTheCoordinatorsCredentialsAreNotForWorkers(t *testing.T) {
	for _, c := range []struct {
		args  []string
		line  string
		local string // what workers of this machine connect with
	}{
		{nil, "battle-farm -join nats://n:4222", ""},
		{[]string{"-creds", "farm.creds"}, "battle-farm -join nats://n:4222 -creds FILE, of a user that may do what battle-farm -worker-permissions prints; give this farm that file, too, as -worker-creds", "farm.creds"},
		{[]string{"-creds", "farm.creds", "-worker-creds", "worker.creds"}, "battle-farm -join nats://n:4222 -creds worker.creds", "worker.creds"},
	} {
		o, err := parse(append([]string{"-battle", "battle", "-state", t.TempDir(), "-nats", "nats://n:4222"}, c.args...))
		require.NoError(t, err)
		at, _, stop, err := o.broker(t.Context(), newFront("ring"))
		require.NoError(t, err)
		defer stop()
		require.Equal(t, c.line, o.joinLine(at))
		require.Equal(t, c.local, at.worker.Creds)
		require.Equal(t, o.creds, at.coordinator.Creds)
	}
	_, err := parse([]string{"-battle", "battle", "-worker-creds", "worker.creds"})
	require.ErrorContains(t, err, "-worker-creds belongs to -nats")
	o, err := parse([]string{"-worker-permissions"})
	require.NoError(t, err)
	require.True(t, o.permissions)
}
