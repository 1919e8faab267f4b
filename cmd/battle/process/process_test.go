//go:build unix

package process_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// held is a pipe whose end a process, and all that it starts, have as descriptor 3: who reads
// the other end knows when the last of them is gone.
func held(t *testing.T) (alive, end *os.File) {
	t.Helper()
	alive, end, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { alive.Close(); end.Close() })
	return alive, end
}

func TestNothingOfAGroupIsLeft(t *testing.T) {
	alive, end := held(t)
	cmd := process.Command(t.Context(), "sh", "-c", "sleep 100000 & exit 3")
	cmd.ExtraFiles = []*os.File{end}
	require.EqualError(t, process.Run(cmd), "exit status 3")
	require.NoError(t, end.Close())
	_, err := io.Copy(io.Discard, alive) // else it hangs
	require.NoError(t, err)
}

func TestAContextThatEndsTellsTheGroup(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cmd := process.Command(ctx, "sh", "-c", "sh -c 'trap \"exit 7\" INT; echo there; while :; do sleep 0.01; done'; exit $?")
	cmd.WaitDelay = time.Hour
	said, into, err := os.Pipe()
	require.NoError(t, err)
	cmd.Stdout = into
	go func() {
		_, _ = bufio.NewReader(said).ReadString('\n')
		cancel()
	}()
	err = process.Run(cmd)
	require.Error(t, err)
	require.False(t, cmd.ProcessState.Success())
	require.ErrorIs(t, ctx.Err(), context.Canceled)
}

// What git tells a hook is of one repository, and a process may ask another. What configures
// git is for all.
func TestAProcessKnowsNothingOfAHook(t *testing.T) {
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"} {
		t.Setenv(name, "/nowhere")
	}
	t.Setenv("GIT_CONFIG_COUNT", "0")
	t.Setenv("GIT_DIRECTORY", "stays")
	var output strings.Builder
	cmd := process.Command(t.Context(), "env")
	cmd.Stdout = &output
	require.NoError(t, process.Run(cmd))
	var left []string
	for line := range strings.Lines(output.String()) {
		if strings.HasPrefix(line, "GIT_") {
			left = append(left, strings.TrimSpace(line))
		}
	}
	slices.Sort(left)
	require.Contains(t, left, "GIT_CONFIG_COUNT=0")
	require.Contains(t, left, "GIT_DIRECTORY=stays")
	require.NotContains(t, output.String(), "/nowhere")
}

func TestAProcessTakesNoOrdersFromAShell(t *testing.T) {
	for _, name := range battle.Orders() {
		t.Setenv(name, "left")
	}
	t.Setenv("BATTLE_GROUND", "of the test's own")
	cmd := process.Command(t.Context(), "true")
	first := process.Environment(cmd)
	require.Contains(t, first, "BATTLE_GROUND=of the test's own")
	for _, variable := range first {
		require.NotContains(t, variable, "=left")
	}
	cmd.Env = append(first, battle.EnvLine+"=stdin")
	require.Contains(t, process.Environment(cmd), "BATTLE_LINE=stdin", "the command gives orders in several places")
}

// TestOrdersAreAll: each variable that the protocol names is one of them.
func TestOrdersAreAll(t *testing.T) {
	source, err := os.ReadFile("../../../battle/protocol.go")
	require.NoError(t, err)
	var named []string
	for _, found := range regexp.MustCompile(`= "(BATTLE_[A-Z]+)"`).FindAllStringSubmatch(string(source), -1) {
		named = append(named, found[1])
	}
	require.Equal(t, named, battle.Orders())
}
