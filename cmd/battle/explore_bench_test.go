package main

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/explore"
)

// A built engine is one of package explore in a binary that was built before.
type built struct {
	explorer
	engine, binary string
}

func (e built) name() string { return e.engine }

func (e built) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	return testCommand(ctx, e.binary, "-test.run=^"+j.target.Func+"$", "-test.count=1")
}

// BenchmarkCoverage compares hunts in the ring target with counters in the subject and
// without, in CPU time. With the control both run the very same updates, and the
// difference is what the counters and the rewritten comparisons cost; the explorer's own
// hunts differ, for without counters it has less to follow.
//
// How fast the explorer is beside native is a hunt of both, one at a time:
//
//	battle hunt -engine explore,native -cores 1 -target ring -budget 40s ./fuzz
func BenchmarkCoverage(b *testing.B) {
	w, err := newWorkshop(b.Context(), "../..")
	require.NoError(b, err)
	defer w.close()
	targets, err := w.findAll(b.Context(), []string{"./fuzz"}, []string{"ring"})
	require.NoError(b, err)
	for _, engine := range []string{explore.RandomName, explore.Name} {
		for _, counted := range []bool{false, true} {
			binary, err := w.buildExplore(b.Context(), targets[0], counted)
			require.NoError(b, err)
			b.Run(fmt.Sprint(engine, "/counted=", counted), func(b *testing.B) {
				updates, seconds := 0.0, 0.0
				for b.Loop() {
					j := &job{target: targets[0], engine: built{explorer{}, engine, binary}, slice: 3 * time.Second, inCPU: true, seed: 1, dir: b.TempDir()}
					j.run(b.Context(), w)
					require.Empty(b, j.fault)
					updates += float64(j.stats().Updates)
					seconds += j.cpu.Seconds()
				}
				b.ReportMetric(seconds*1e9/updates, "cpu-ns/update")
			})
		}
	}
}
