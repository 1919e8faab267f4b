package battle_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// A process hunts by turns: it says when one is over, waits for the next, and ends by itself
// at the end of the hunt.
func TestAProcessHuntsByTurns(t *testing.T) {
	dir, environment := hunted(t, "rapid")
	cmd := exec.Command(os.Args[0], "-test.run=^TestCounter$")
	cmd.Env = append(append(os.Environ(), environment...), battle.EnvLine+"=turns")
	line, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	before := time.Duration(0)
	for turn := 1; turn <= 3; turn++ {
		_, err := line.Write([]byte("20ms\n"))
		require.NoError(t, err)
		ended, cpu := battle.ReadTurn(dir)
		for ended < turn {
			time.Sleep(time.Millisecond)
			ended, cpu = battle.ReadTurn(dir)
		}
		require.Equal(t, turn, ended)
		require.Greater(t, cpu, before)
		before = cpu
	}
	_, err = line.Write([]byte("0s\n"))
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	stats, err := filepath.Glob(filepath.Join(dir, "stats", "counter-*.json"))
	require.NoError(t, err)
	require.Len(t, stats, 1)
	document, err := os.ReadFile(stats[0])
	require.NoError(t, err)
	var st battle.Stats
	require.NoError(t, json.Unmarshal(document, &st))
	require.True(t, st.Done)
	require.NotZero(t, st.Updates)
}

// What is no turn is refused: the command must not wait for one that never ends.
func TestATurnThatIsNoneIsRefused(t *testing.T) {
	for _, c := range []string{"soon", "-1s"} {
		_, environment := hunted(t, "rapid")
		cmd := exec.Command(os.Args[0], "-test.run=^TestCounter$")
		cmd.Env = append(append(os.Environ(), environment...), battle.EnvLine+"=turns")
		cmd.Stdin = strings.NewReader(c + "\n")
		output, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(output), `battle: standard input has "`+c+`\n", want a turn like 50ms`)
	}
}
