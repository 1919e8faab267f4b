package explore_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
	"battle.test/explore/probe"
)

const deepName = "deep"

const capturesName = "captures"

func init() {
	battle.Register(deepName, explore.Deep)
	battle.Register(capturesName, explore.Captures)
}

// A ride is as little as a subject can be, so that what the explorer does shows. It fails
// never, and kills its process at a depth that only runs from copies come to.
type ride struct{ at, updates uint64 }

const deadly = 100_000

type Stride struct {
	Length uint16
	Back   bool
}

func (s *Stride) Apply(t *battle.T, r *ride) {
	r.updates++
	if r.updates == deadly {
		os.Exit(3)
	}
	r.at += uint64(s.Length)
	if s.Back {
		r.at -= 2 * uint64(s.Length)
	}
	probe.Counters[s.Length%4]++ // few blocks: soon all that they can show was seen
	t.Label("rode")
	t.Reach("back", r.at>>63)
	t.Maximize("updates", min(r.updates, 10))
	battle.Equal(t, r.at, r.at, "place")
}

var fuzzRide = battle.Fuzz[*ride]

func rideTarget(clone func(*ride) *ride) battle.Target[*ride] {
	return battle.Target[*ride]{Name: "ride", New: func() *ride { return &ride{} }, Ops: battle.Ops(battle.Op[*Stride](1)), Clone: clone}
}

func FuzzRideFromCopies(f *testing.F) {
	fuzzRide(f, rideTarget(func(r *ride) *ride { c := *r; return &c }))
}

func FuzzRideWithACloneThatCounts(f *testing.F) {
	fuzzRide(f, rideTarget(func(r *ride) *ride {
		probe.Counters[0]++
		c := *r
		if probe.Eq(0, c.at, 1<<20) {
			c.at--
		}
		return &c
	}))
}

func FuzzRideAgain(f *testing.F) { fuzzRide(f, rideTarget(nil)) }

// deep is what the engine of that name reports.
func deep(tb testing.TB, function string, depth int) (d explore.Depth) {
	tb.Setenv(explore.EnvDepth, strconv.Itoa(depth))
	progress, err := json.Marshal(huntWith(tb, deepName, function, "1").stats.Progress)
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(progress, &d))
	return d
}

// A run from a copy goes on where the copy was made: its past is neither run nor copied,
// however long it is.
func TestGoingBackToACopyRunsNothingAgain(t *testing.T) {
	const depth, updateSize = 3000, 4
	require.Zero(t, deep(t, "FuzzRideFromCopies", depth).Again)
	d := deep(t, "FuzzRideAgain", depth)
	require.Greater(t, d.Again/2000, uint64((depth-100)*updateSize), "bytes of updates a burst, without copies")
}

// A run that is copied, and one that is not, show the same.
func TestWhatACloneRunsIsNoPartOfTheRun(t *testing.T) {
	var c explore.Capture
	progress, err := json.Marshal(huntWith(t, capturesName, "FuzzRideWithACloneThatCounts", "1").stats.Progress)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(progress, &c))
	require.Equal(t, explore.Capture{Saved: true, Counted: 7, Watching: true}, c)
}

// What is left is what a run begins with: its subject, from New or from Clone.
func TestAnUpdateLeavesNoGarbage(t *testing.T) {
	for _, function := range []string{"FuzzRideFromCopies", "FuzzRideAgain"} {
		d := deep(t, function, 100)
		require.Less(t, d.Garbage, d.Updates/20, "%s: %d allocations in %d updates", function, d.Garbage, d.Updates)
	}
}

func TestADeathDeepInARunLeavesItsWholeTape(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^FuzzRideFromCopies$")
	cmd.Env = append(os.Environ(), explore.EnvDepth+"="+strconv.Itoa(deadly),
		battle.EnvEngine+"="+deepName, battle.EnvDir+"="+dir, battle.EnvBudget+"="+time.Minute.String())
	require.Error(t, cmd.Run())
	files, err := filepath.Glob(filepath.Join(dir, "recorder", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	tape, err := battle.ReadRecorder(files[0])
	require.NoError(t, err)
	if len(tape) > 0 { // else this system can't record
		require.Len(t, tape, 2+4*deadly)
	}
}

// BenchmarkGoingBack compares moments of several depths: from copies a new update costs
// the same at all of them. Without, all updates before it are run again, and cost as much
// as any; ns/update is then that of all.
func BenchmarkGoingBack(b *testing.B) {
	for _, function := range []string{"FuzzRideFromCopies", "FuzzRideAgain"} {
		for _, depth := range []int{100, 1000, 10_000} {
			b.Run(function[len("FuzzRide"):]+"/depth="+strconv.Itoa(depth), func(b *testing.B) {
				var sum explore.Depth
				for b.Loop() {
					d := deep(b, function, depth)
					sum.Seconds += d.Seconds
					sum.Updates += d.Updates
					sum.Again += d.Again
				}
				const updateSize = 4
				b.ReportMetric(sum.Seconds*1e9/float64(sum.Updates), "ns/new-update")
				b.ReportMetric(sum.Seconds*1e9/float64(sum.Updates+sum.Again/updateSize), "ns/update")
			})
		}
	}
}
