package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

func crewOf(t *testing.T, workers int, e engine) crew {
	t.Helper()
	c := huntCommand{Seed: 5, Workers: workers, First: true}
	all, err := c.crew(&workshop{temp: t.TempDir()}, e, target{Name: "ring"})
	require.NoError(t, err)
	return all
}

func TestOnlyTheExplorerHasWorkers(t *testing.T) {
	require.Len(t, crewOf(t, 3, native{}), 1)
	require.Empty(t, crewOf(t, 3, rapidEngine{})[0].shared)
	alone := crewOf(t, 1, explorer{})
	require.Len(t, alone, 1)
	require.Empty(t, alone[0].shared, "nobody to share with")
	require.Contains(t, alone[0].orders(), battle.EnvShared+"=")

	three := crewOf(t, 3, explorer{})
	require.Len(t, three, 3)
	require.Equal(t, uint64(5), three[0].seed, "the hunt's own")
	require.DirExists(t, three[0].shared)
	seeds, dirs := map[uint64]bool{}, map[string]bool{}
	for _, j := range three {
		require.Equal(t, three[0].shared, j.shared)
		require.Contains(t, j.orders(), battle.EnvShared+"="+j.shared)
		seeds[j.seed], dirs[j.dir] = true, true
	}
	require.Len(t, seeds, 3)
	require.Len(t, dirs, 3)
}

func TestTheFirstFindIsThatOfTheCrew(t *testing.T) {
	three := crewOf(t, 3, explorer{})
	require.False(t, three[0].satisfied())
	_, err := findingOf("explore", "a").Write(filepath.Join(three[2].dir, "findings"))
	require.NoError(t, err)
	require.True(t, three[0].satisfied())
	three[0].stopFirst = false
	require.False(t, three[0].satisfied())
}

func TestACrewIsOneRow(t *testing.T) {
	one := finished(t, "ring", explorer{}, battle.Stats{
		Runs: 100, Updates: 5000, Ops: []battle.OpStats{{Name: "append", Count: 5000}, {Name: "read"}},
		Progress: explore.Progress{Traits: 7, Covered: 3, Blocks: 5}, Exchange: battle.Exchange{Shared: 3, Taken: 1},
	})
	two := finished(t, "ring", explorer{}, battle.Stats{
		Runs: 50, Updates: 2500, Ops: []battle.OpStats{{Name: "append"}, {Name: "read", Count: 2500}},
		Progress: explore.Progress{Bursts: 7, Traits: 9, Covered: 4, Blocks: 5, Counted: 5}, Exchange: battle.Exchange{Taken: 3, Skipped: 1, Why: "no room"},
	})
	one.crew = crew{one, two}
	two.crew = one.crew
	one.cpu, two.cpu = 2*time.Second, 3*time.Second
	one.began, one.ended = time.Unix(1000, 0), time.Unix(1010, 0)
	two.began, two.ended = time.Unix(1005, 0), time.Unix(1015, 0) // 15 in all
	for _, j := range one.crew {
		_, err := findingOf("explore", "a").Write(filepath.Join(j.dir, "findings"))
		require.NoError(t, err)
	}
	rapid := finished(t, "ring", rapidEngine{}, battle.Stats{Runs: 1, Updates: 9})
	h := &hunt{jobs: []*job{one, two, rapid}}
	require.Equal(t, `target         engine     state       seconds  updates/s  per CPU s    updates      runs     ops  labels  findings
ring           explore×2  done           15.0        500       1500       7500       150     2/2       0         1
ring           rapid      done           10.0        0.9          0          9         1     0/0       0         0
`, h.table())
	require.Equal(t, `
explored            blocks   moments    doomed   traits   news/1000 bursts        last new
ring                   4/5         0         0        9                  –          0s ago
  2 workers, of 2500 to 5000 updates; 3 runs shared, 4 taken in
  1 run could not be shared or taken in, such as: no room
`, h.explored())
	two.state = "waiting"
	require.Equal(t, "waiting", one.crew.row().State)
	one.state = "hunting"
	require.Equal(t, "hunting", one.crew.row().State)
	require.Equal(t, "  61 s  1 of 2 done, now ring/explore  7509 updates  0 findings", h.progress(61*time.Second))
}
