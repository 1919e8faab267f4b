package battle_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// A process that hunts, or answers, ends with the command that holds its standard input. One
// that it has started itself goes by its own.
func TestAProcessEndsWithItsCommand(t *testing.T) {
	_, environment := hunted(t, "rapid")
	cmd := exec.Command(os.Args[0], "-test.run=^TestCounter$")
	cmd.Env = append(append(os.Environ(), environment...), battle.EnvLine+"=stdin")
	line, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.NoError(t, line.Close())
	require.Error(t, cmd.Wait())
	require.Equal(t, 2, cmd.ProcessState.ExitCode())
}
