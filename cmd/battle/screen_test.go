package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// finished is a job that has ended, with what its process reported.
func finished(t *testing.T, name string, e engine, st battle.Stats) *job {
	t.Helper()
	j := &job{target: target{Name: name}, engine: e, dir: t.TempDir(), state: "done", spent: 10 * time.Second}
	document, err := json.Marshal(st)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(j.dir, "stats"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(j.dir, "stats", "1.json"), document, 0o644))
	return j
}

func TestTable(t *testing.T) {
	ring := battle.Stats{
		Runs: 12_345, Updates: 7_150_000,
		Ops:    []battle.OpStats{{Name: "append", Count: 7_000_000}, {Name: "read", Count: 150_000}, {Name: "wait"}},
		Labels: []battle.LabelStat{{Name: "wrapped", Runs: 3, Hits: 4}},
	}
	native := finished(t, "ring", native{}, ring)
	native.cpu = 5 * time.Second
	waiting := &job{target: target{Name: "snapshotbytes"}, engine: gofuzz{}, dir: t.TempDir(), state: "waiting"}
	h := &hunt{jobs: []*job{
		native,
		finished(t, "ring", rapidEngine{}, battle.Stats{Runs: 9, Updates: 99, Ops: []battle.OpStats{{Name: "append", Count: 99}, {Name: "read"}, {Name: "wait"}}}),
		waiting,
	}}
	for _, dir := range []string{"findings", "pending"} { // it is one, be it in both
		_, err := findingOf("native", "a").Write(filepath.Join(h.jobs[0].dir, dir))
		require.NoError(t, err)
	}
	require.Equal(t, `target         engine     state       seconds  updates/s  per CPU s    updates      runs     ops  labels  findings
ring           native     done           10.0     715.0k      1.43M      7.15M     12.3k     2/3       1         1
ring           rapid      done           10.0        9.9          0         99         9     1/3       0         0
snapshotbytes  gofuzz     waiting         0.0          0          0          0         0     0/0       0         0
`, h.table())
	require.Equal(t, "ring: never ran: wait\n", h.gaps())
	require.Equal(t, "  61 s  2 of 3 done, now   7.15M updates  0 findings", h.progress(61*time.Second))
}

// A process that died of a finding is followed by another, whose number may be lower.
func TestTheLastProcessSaysHowTheEngineDoes(t *testing.T) {
	j := finished(t, "ring", explorer{}, battle.Stats{Runs: 2, Progress: "new"})
	before := filepath.Join(j.dir, "stats", "9.json")
	require.NoError(t, os.WriteFile(before, []byte(`{"runs": 3, "progress": "old"}`), 0o644))
	require.NoError(t, os.Chtimes(before, time.Unix(1, 0), time.Unix(1, 0)))
	sum := j.stats()
	require.Equal(t, uint64(5), sum.Runs)
	require.Equal(t, "new", sum.Progress)
}

func TestPerSecond(t *testing.T) {
	for rate, want := range map[float64]string{0: "0", 0.01: "0.1", 0.82: "0.8", 9.96: "10.0", 12.7: "12", 45_600: "45.6k"} {
		require.Equal(t, want, perSecond(rate))
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 999: "999", 9_999: "9999", 10_000: "10.0k", 999_949: "999.9k",
		1_000_000: "1.00M", 12_345_678: "12.35M", 2_000_000_000: "2.00G", 1<<64 - 1: "18446744073.71G",
	} {
		require.Equal(t, want, short(n))
	}
}

func TestCount(t *testing.T) {
	require.Equal(t, "0 seeds", count(0, "seed"))
	require.Equal(t, "1 seed", count(1, "seed"))
	require.Equal(t, "2 seeds", count(2, "seed"))
}

func TestBugTable(t *testing.T) {
	trials := []trial{
		{Bug: "tip-bug", Target: "ring", Engine: "native", Found: 5, Seeds: 5, Updates: 12_345, Seconds: 1.25, Length: 2},
		{Bug: "tip-bug", Target: "ring", Engine: "rapid", Found: 0, Seeds: 3, Settled: true},
		{Bug: "late", Target: "tip", Engine: "gofuzz", Found: 0, Seeds: 5, Fault: "exit status 2"},
	}
	require.Equal(t, `
bug                                target        engine  found             updates    CPU s   trace
tip-bug                            ring          native  5 of 5              12.3k      1.2       2
tip-bug                            ring          rapid   0 of 3, settled         –        –       –
late                               tip           gofuzz  0 of 5                  –        –       –  FAULT: exit status 2
`, bugTable(trials))
	once := trials[0]
	once.Once = true
	require.Contains(t, bugTable([]trial{once}), " 2, once\n", "it did not fail again")
	bugs := []*bug{{name: "tip-bug"}, {name: "late"}}
	require.EqualError(t, missed(bugs, trials), "the harness is at fault:\nlate: exit status 2")
	require.ErrorIs(t, missed(bugs, trials[:2]), errFound, "late was not found")
	require.NoError(t, missed(bugs[:1], trials))
}

func TestMedian(t *testing.T) {
	require.Equal(t, uint64(0), median[uint64](nil))
	require.Equal(t, uint64(5), median([]uint64{9, 1, 5}))
	require.Equal(t, 2.0, median([]float64{2, 1}))
}

func TestNarrow(t *testing.T) {
	require.Equal(t, "äbc\n\nab\n", narrow("äbcde\n\nab\n", 3))
}
