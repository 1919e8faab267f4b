package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A job whose go-fuzz was started twice; what kills a process is suppressed after the first.
func TestWhatGofuzzSaysIsAddedUp(t *testing.T) {
	j := &job{dir: t.TempDir(), engine: gofuzz{}}
	j.hearGofuzz("2026/11/25 10:00:00 failed to connect to coordinator: refused\n")
	require.Nil(t, j.stats().Progress)
	const first = "2026/11/25 10:00:01 workers: 2, corpus: 45 (3s ago), crashers: 0, restarts: 1/87, execs: 87 (29/sec), cover: 0, uptime: 3s\n" +
		"2026/11/25 10:00:04 workers: 2, corpus: 46 (0s ago), crashers: 1, restarts: 1/8764, execs: 8764 (2921/sec), cover: 108, uptime: 6s\n2026/11/25 10:00:05 shutting down...\n"
	j.hearGofuzz(first)
	require.Equal(t, GofuzzProgress{Executions: 8764, Kept: 46, Crashers: 1, Processes: 2}, j.stats().Progress)
	dir := filepath.Join(j.dir, "gofuzz", "suppressions")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("fatal error: concurrent map writes\nruntime.throw\ninternal/runtime/maps.fatal\na.b/c.(*Ring).put\nmain.main\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b"), []byte("program hanged (timeout 10 seconds)\n"), 0o644))
	j.hearGofuzz(strings.Replace(first, "execs: 8764", "execs: 236", 1))
	h := &hunt{jobs: []*job{j}}
	require.Equal(t, "gofuzz in : 9000 executions by 2 at a time, 46 inputs kept, 1 crasher\n"+
		"  no more of: fatal error: concurrent map writes in a.b/c.(*Ring).put\n"+
		"  no more of: program hanged (timeout 10 seconds)\n", h.goFuzzed())

	short := &job{dir: t.TempDir(), engine: gofuzz{}}
	short.hearGofuzz("2026/11/25 10:00:01 workers: 1, corpus: 5 (3s ago), crashers: 0, restarts: 1/0, execs: 0 (0/sec), cover: 0, uptime: 3s\n")
	require.Equal(t, "gofuzz in : 5 inputs kept, 0 crashers\n", (&hunt{jobs: []*job{short}}).goFuzzed(), "it was not told how many there were")
}

func TestAFleetIsOneTargetOfGofuzz(t *testing.T) {
	alone, others := []engine{gofuzz{}}, []engine{gofuzz{}, afl{}}
	const want = "want go-fuzz alone, in one target: -engine gofuzz -target NAME"
	for _, c := range []struct {
		fleet   gofuzzFleet
		engines []engine
		names   []string
		want    string
	}{
		{gofuzzFleet{}, others, []string{"ring", "tip"}, ""},
		{gofuzzFleet{Coordinator: ":4000"}, alone, []string{"ring"}, ""},
		{gofuzzFleet{Coordinator: ":4000"}, alone, nil, ""},
		{gofuzzFleet{Worker: "10.0.0.1:4000"}, alone, []string{"ring"}, ""},
		{gofuzzFleet{Coordinator: ":4000", Worker: ":4000"}, alone, nil, "a process is one or the other"},
		{gofuzzFleet{Coordinator: ":4000"}, others, nil, want},
		{gofuzzFleet{Coordinator: ":4000"}, []engine{afl{}}, nil, want},
		{gofuzzFleet{Worker: ":4000"}, alone, []string{"ring", "tip"}, want},
		{gofuzzFleet{Worker: "there"}, alone, nil, "-worker there: address there: missing port in address: want host:port"},
	} {
		err := c.fleet.check(c.engines, c.names)
		if c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
	one, two := []target{{Name: "ring"}}, []target{{Name: "ring"}, {Name: "tip"}}
	require.NoError(t, gofuzzFleet{}.checkTargets(two))
	require.NoError(t, gofuzzFleet{Worker: ":4000"}.checkTargets(one))
	require.ErrorContains(t, gofuzzFleet{Worker: ":4000"}.checkTargets(two), want)
}

func TestGofuzzIsToldOfItsFleet(t *testing.T) {
	w := &workshop{root: t.TempDir(), built: map[string]string{}}
	args := func(fleet gofuzzFleet, procs int) string {
		j := &job{target: target{Func: "FuzzRing"}, engine: gofuzz{}, dir: t.TempDir(), procs: procs, fleet: fleet}
		all := strings.Join(gofuzz{}.command(context.Background(), w, j).Args, " ")
		return all[strings.Index(all, "-procs"):]
	}
	require.Equal(t, "-procs 1 -func FuzzRing_tape", args(gofuzzFleet{}, 0))
	require.Equal(t, "-procs 3 -func FuzzRing_tape -coordinator :4000", args(gofuzzFleet{Coordinator: ":4000"}, 3))
	require.Equal(t, "-procs 1 -func FuzzRing_tape -worker far:4000", args(gofuzzFleet{Worker: "far:4000"}, 1))
}
