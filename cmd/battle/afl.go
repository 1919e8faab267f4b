package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"battle.test/cmd/battle/process"
	"battle.test/explore/forkserver"
)

// afl is AFL++, with the explorer's instrumented binary as its target: see forkserver.
type afl struct{}

func (afl) name() string        { return forkserver.Name }
func (afl) suits(target) string { return "" }

// grace is short: told to end, it loses nothing. By itself it may end very late where a run takes a
// tenth of a second, as it looks at the clock only between two inputs of its queue.
func (afl) grace() time.Duration { return 2 * time.Second }

func (afl) missing(root string) string {
	switch {
	case runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64":
		return "it needs Linux on amd64 or arm64"
	case findTool(root, "afl-fuzz") == "":
		return "apt install afl++"
	}
	return ""
}

func (afl) prepare(ctx context.Context, w *workshop, t target) error {
	binary, err := w.buildExplore(ctx, t, true)
	if err != nil {
		return err
	}
	dir := seedsOf(binary, t)
	if err := w.writeSeeds(ctx, t, dir); err != nil {
		return err
	}
	// AFL gives up if all seeds fail: this one, a tape of no updates, does not.
	return os.WriteFile(filepath.Join(dir, "empty"), make([]byte, 2), 0o644)
}

func (afl) builds(t target) []string { return explorer{}.builds(t) }

// aflTimeout is how long a run may take before AFL kills its process. Battle's own watchdog
// ends a hanging update before, and names it, be the machine so busy that it takes ten times
// as long.
func aflTimeout(t target) time.Duration {
	return 12 * time.Duration(t.description.HangAfter)
}

// aflSettings keep AFL from asking for what a tester's machine may not have, and from
// killing with a signal that leaves nothing to account for.
var aflSettings = []string{
	"AFL_SKIP_BIN_CHECK=1", // it looks for marks that its own compiler leaves
	"AFL_NO_UI=1", "AFL_NO_CRASH_README=1",
	"AFL_SKIP_CPUFREQ=1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1",
	"AFL_FORKSRV_INIT_TMOUT=60000",
	"AFL_KILL_SIGNAL=15",
	"AFL_SYNC_TIME=1", "AFL_IMPORT_FIRST=1", // a minute is the least, and many a hunt is no longer
}

// aflAffinity says whether AFL is to take a core for itself and its target, if one is free
// of others like it. They take turns, and to wake up what sleeps on another core takes
// longer than a run: on one core there are twice as many runs in the same CPU time. But
// goroutines that race must have several.
func aflAffinity(t target) string {
	if t.races() {
		return "AFL_NO_AFFINITY=1"
	}
	return "AFL_TRY_AFFINITY=1"
}

func (a afl) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	w.mu.Lock()
	binary := w.built[exploreBinaryOf(j.target.Package, true)]
	w.mu.Unlock()
	// A process that is started again goes on from what the one before had kept.
	seeds, settings := a.seeds(w, j), append(slices.Clone(aflSettings), aflAffinity(j.target))
	if filepath.Base(seeds) == "queue" {
		settings = append(settings, "AFL_CMPLOG_ONLY_NEW=1") // the operands of the others are known
	}
	out, args := aflPlace(j)
	_ = os.MkdirAll(out, 0o755) // what is wrong here, AFL says
	if len(j.crew) == 0 || j.crew[0] == j {
		// Operands of comparisons, from a second server of the same binary. They cost a tenth
		// of the runs, and what they solve reaches the other workers as tapes.
		args = append(args, "-c", "0")
	}
	args = append(args, "-i", seeds, "-o", out, "-m", "none", "-t", strconv.FormatInt(aflTimeout(j.target).Milliseconds(), 10),
		"-s", strconv.FormatUint(j.seed, 10),
		"-V", fmt.Sprint(math.Ceil(j.budget().Seconds()))) // which begins when AFL has tried its seeds
	cmd := process.Command(ctx, findTool(w.root, "afl-fuzz"), append(args,
		"--", binary, "-test.run=^"+j.target.Func+"$", "-test.count=1", "-test.timeout=0", "-test.paniconexit0")...)
	cmd.Env = append(process.Environment(cmd), settings...)
	cmd.WaitDelay = 3 * process.Patience // for its target, which is in a process group of its own
	return cmd
}

// harvestEvery is how often what AFL's target has noted is looked for.
const harvestEvery = time.Second

// harvest minimises what the engine's process notes, while it goes on hunting, until stop is
// called.
func (j *job) harvest(ctx context.Context, w *workshop) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		look := time.NewTicker(harvestEvery)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
				j.finish(ctx, w)
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
