package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/farm/puppet"
)

func TestToolsAreThoseOfTheModulesAround(t *testing.T) {
	dir := t.TempDir()
	inner := filepath.Join(dir, "farm", "dash")
	require.NoError(t, os.MkdirAll(inner, 0o755))
	for _, module := range []string{dir, filepath.Join(dir, "farm")} {
		require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), []byte("module m\n"), 0o644))
	}
	require.Equal(t, []string{filepath.Join(dir, "farm", "bin"), filepath.Join(dir, "bin")}, tools(inner))
}

// TestWorkersFindTheToolsOfTheCheckout is make tools, then make farm: git knows nothing of bin/,
// and so it is in no tree that a worker hunts in.
func TestWorkersFindTheToolsOfTheCheckout(t *testing.T) {
	tr := gather(t, false)
	_, err := tr.repository.Commit(puppet.Subject{Targets: []puppet.Target{{Name: "ring", Rounds: 1}}}, "ring: begun")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(tr.dir, "go.mod"), []byte("module m\n"), 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(tr.dir, "bin"), 0o755))
	_, err = puppet.Install(filepath.Join(tr.dir, "bin"), puppet.Tool)
	require.NoError(t, err)
	coordinator, joins := tr.players[0], tr.players[1]
	coordinator.args = append(coordinator.args, "-workers", "1")
	joins.args = append(joins.args, "-C", tr.dir)
	tr.players = []*player{coordinator, joins}
	tr.begin()
	s, _ := tr.connect()
	for there := 0; there < 2; time.Sleep(50 * time.Millisecond) { // one beside the coordinator, one that joined
		tr.alive()
		rows, err := s.Workers.All(t.Context())
		require.NoError(t, err)
		there = 0
		for _, row := range rows {
			if len(row.Value.Engines) > 0 {
				require.Empty(t, row.Value.Engines[1].Missing, row.Value.Name)
				there++
			}
		}
	}
}

func TestAnEngineThatBattleDoesNotKnowIsRefusedAtOnce(t *testing.T) {
	bin := t.TempDir()
	path, err := puppet.Install(bin, "battle-farm")
	require.NoError(t, err)
	_, err = puppet.Install(bin, "battle")
	require.NoError(t, err)
	for _, args := range [][]string{{"-C", t.TempDir()}, {"-join", "nats://127.0.0.1:1"}} {
		output, err := exec.Command(path, append(args, "-state", t.TempDir(), "-engine", "explore,nosuch")...).CombinedOutput()
		require.EqualError(t, err, "exit status 2")
		require.Equal(t, "battle-farm: -engine: no engine \"nosuch\": there are explore, afl\n", string(output))
	}
}
