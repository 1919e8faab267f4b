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
	"strings"
	"time"

	"battle.test/explore/forkserver"
)

// afl is AFL++, with the explorer's instrumented binary as its target: see forkserver.
type afl struct{}

func (afl) name() string         { return forkserver.Name }
func (afl) suits(target) string  { return "" }
func (afl) grace() time.Duration { return endsLate }

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
}

// aflAffinity says whether AFL is to take a core for itself and its target, if one is free
// of others like it. They take turns, and to wake up what sleeps on another core takes
// longer than a run: on one core there are twice as many runs in the same CPU time. But
// goroutines that race must have several.
func aflAffinity(t target) string {
	if t.description.Scheduled {
		return "AFL_NO_AFFINITY=1"
	}
	return "AFL_TRY_AFFINITY=1"
}

func (afl) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	w.mu.Lock()
	binary := w.built[exploreBinaryOf(j.target.Package, true)]
	w.mu.Unlock()
	// A process that is started again goes on from what the one before had kept.
	seeds, earlier := seedsOf(binary, j.target), aflFolders(j)
	for _, folder := range earlier {
		if _, err := os.Stat(filepath.Join(folder, "fuzzer_stats")); err == nil {
			seeds = filepath.Join(folder, "queue")
		}
	}
	out := filepath.Join(j.dir, "afl", fmt.Sprintf("%04d", len(earlier)))
	_ = os.MkdirAll(out, 0o755) // what is wrong here, AFL says
	cmd := command(ctx, findTool(w.root, "afl-fuzz"),
		"-i", seeds, "-o", out, "-m", "none", "-t", strconv.FormatInt(aflTimeout(j.target).Milliseconds(), 10),
		"-s", strconv.FormatUint(j.seed, 10),
		"-V", fmt.Sprint(math.Ceil(j.left().Seconds())), // which begins when AFL has tried its seeds
		"--", binary, "-test.run=^"+j.target.Func+"$", "-test.count=1", "-test.timeout=0", "-test.paniconexit0")
	cmd.Env = append(append(os.Environ(), aflSettings...), aflAffinity(j.target))
	cmd.WaitDelay = 3 * patience // for its target, which is in a process group of its own
	return cmd
}

// aflFolders are where AFL's processes of a job put what they have, in their order.
func aflFolders(j *job) []string {
	folders, _ := filepath.Glob(filepath.Join(j.dir, "afl", "*", "default"))
	slices.Sort(folders)
	return folders
}

// AFLProgress is what AFL says of itself.
type AFLProgress struct {
	Executions int     `json:"executions"` // of all processes of a job
	Stability  float64 `json:"stability"`  // percent, of the last
	Kept       int     `json:"kept"`       // inputs, by the last
	Crashes    int     `json:"crashes"`    // saved, by all
	Hangs      int     `json:"hangs"`      // saved, by all
}

// aflProgress adds up what AFL's processes wrote of themselves, which they do every minute
// and at their ends. It is nil if none has.
func aflProgress(j *job) any {
	var sum *AFLProgress
	for _, folder := range aflFolders(j) {
		content, err := os.ReadFile(filepath.Join(folder, "fuzzer_stats"))
		if err != nil {
			continue
		}
		if sum == nil {
			sum = &AFLProgress{}
		}
		sum.add(string(content))
	}
	if sum == nil {
		return nil
	}
	return *sum
}

// add takes in a file of lines like "execs_done        : 4711".
func (p *AFLProgress) add(stats string) {
	for line := range strings.Lines(stats) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSuffix(strings.TrimSpace(value), "%")
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		switch strings.TrimSpace(name) {
		case "execs_done":
			p.Executions += int(number)
		case "stability":
			p.Stability = number
		case "corpus_count":
			p.Kept = int(number)
		case "saved_crashes":
			p.Crashes += int(number)
		case "saved_hangs":
			p.Hangs += int(number)
		}
	}
}

// fuzzed says what AFL says of itself, below the table.
func (h *hunt) fuzzed() string {
	var b strings.Builder
	for _, j := range h.jobs {
		if p, ok := j.stats().Progress.(AFLProgress); ok {
			fmt.Fprintf(&b, "afl in %s: %s executions, stability %.2f %%, %s kept, %d crashing, %d hanging\n", j.target.Name,
				short(uint64(p.Executions)), p.Stability, count(p.Kept, "input"), p.Crashes, p.Hangs)
		}
	}
	return b.String()
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
