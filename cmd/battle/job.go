package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
	"battle.test/explore"
	"battle.test/explore/forkserver"
	"battle.test/explore/libfuzzer"
)

// A job is one engine in one target for a part of the budget.
type job struct {
	target    target
	engine    engine
	slice     time.Duration // that it may hunt
	inCPU     bool          // the slice is CPU time of the engine's processes, not of the clock
	seed      uint64
	crew      crew     // the jobs that share with it, itself among them, or nil
	shared    string   // folder for what they share, or ""
	foreign   []string // folders of tapes that AFL takes in while it hunts
	procs     int      // processes of go-fuzz, if more than one
	fleet     gofuzzFleet
	ensemble  *ensemble // that it is part of, or, of one that stands for all its parts, that it is; or nil
	stopFirst bool
	asFound   bool   // a finding counts before it is minimal
	dir       string // exchange folder

	mu         sync.Mutex
	began      time.Time
	started    time.Time     // last: in an ensemble it may rest between
	ended      time.Time     // likewise
	spent      time.Duration // of the clock, up to then
	cpu        time.Duration // of the processes that have ended
	living     time.Duration // CPU time of one that rests, by the end of its last turn
	state      string        // waiting, hunting, done, at fault, ran nothing, gave up, interrupted, not run
	note       string        // why it ended before its slice was spent, if it did
	minimising bool          // when last looked at
	fault      string
	deaths     int
	said       any // of an engine that says in its output what it did
	bequest    battle.Exchange
	trend      []sample // of the explorer, if a page is wanted
}

// sleepsMax bounds the time of the clock for a slice of CPU time: a process that sleeps
// must end, too.
const sleepsMax = 10

// left is what remains of the slice.
func (j *job) left() time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	spent := time.Since(j.started)
	if j.inCPU {
		spent = max(j.cpu, spent/sleepsMax)
	}
	return max(0, j.slice-spent).Round(time.Millisecond)
}

func (j *job) set(state string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	if j.state == "hunting" {
		j.ended = now
		j.spent += now.Sub(j.started)
	}
	if j.state = state; state == "hunting" {
		j.started = now
		if j.began.IsZero() {
			j.began = now
		}
	}
}

// fail notes what is wrong with the harness or the machine.
func (j *job) fail(fault string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fault = strings.TrimSpace(fault)
}

// span is when the job began, if it has, and when it ended, or now.
func (j *job) span() (from, to time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state == "hunting" {
		return j.began, time.Now()
	}
	return j.began, j.ended
}

// run hunts until the slice is spent. An engine that ends before, because a finding
// killed its process, is started again; so is one that has CPU time left.
func (j *job) run(ctx context.Context, w *workshop) {
	if all, ok := j.engine.(together); ok {
		j.runTogether(ctx, w, all)
		return
	}
	j.set("hunting")
	state := ""
	for more := true; more && j.left() > tooShort && !j.satisfied(); {
		again := j.once(ctx, w, nil)
		state, more = j.goesOn(ctx, again)
	}
	j.end(state)
}

// goesOn tells whether the job is to have another process once one has ended, and else the
// state that this leaves it in, if that is not for its outcome to say.
func (j *job) goesOn(ctx context.Context, again bool) (state string, more bool) {
	switch {
	case ctx.Err() != nil:
		return "interrupted", false
	case !again || j.satisfied():
		return "", false
	case j.deaths >= deathsMax && j.left() > tooShort:
		j.remark("gave up after %s, with %.1f s of its %.4g s left", count(j.deaths, "death"), j.left().Seconds(), j.slice.Seconds())
		return "gave up", false
	}
	j.seed++
	return "", true
}

// end ends the job in a state, or in that of its outcome.
func (j *job) end(state string) { j.set(cmp.Or(state, j.outcome())) }

// tooShort is what is too little of a slice to start a process for.
const tooShort = 200 * time.Millisecond

// outcome is the state of a job that came to its end, and nothing interrupted it.
func (j *job) outcome() string {
	switch {
	case j.fault != "":
		return "at fault"
	case j.stats().Updates > 0 || j.fleet.Coordinator != "" || j.satisfied() || len(j.findings())+len(j.read("pending")) > 0:
		return "done"
	case j.slice <= tooShort:
		j.remark("ran nothing: its %.4g s of the budget are too short to start a process for", j.slice.Seconds())
	case j.left() <= tooShort:
		j.remark("ran nothing: its %.4g s went by before its first update", j.slice.Seconds())
	default:
		j.remark("ran nothing: its process ended with %.1f s of its %.4g s left, and without an update", j.left().Seconds(), j.slice.Seconds())
	}
	return "ran nothing"
}

// remark notes why the job ends before its slice is spent.
func (j *job) remark(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.note = fmt.Sprintf("%s in %s: ", j.engine.name(), j.target.Name) + fmt.Sprintf(format, args...)
}

// found tells whether a finding, or a fault of the harness, was written, by the job or by
// one of its crew or ensemble.
func (j *job) found() bool {
	return j.ensemble != nil && j.ensemble.found() || len(j.findings()) > 0 || slices.ContainsFunc(j.crew, func(o *job) bool { return len(o.findings()) > 0 })
}

// satisfied tells whether the job was to stop at a finding, and there is one.
func (j *job) satisfied() bool { return j.stopFirst && j.found() }

func (j *job) running() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state == "hunting"
}

// used is the CPU time of the processes that have ended, and of one that rests.
func (j *job) used() time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.cpu + j.living
}

// standing is the job's state, and whether another process makes no sense: it gave up, or
// the harness is at fault.
func (j *job) standing() (state string, out bool) {
	isFault := func(found *battle.Finding) bool { return found.Kind == battle.Harness }
	out = slices.ContainsFunc(j.findings(), isFault)
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state, out || j.state == "gave up" || j.fault != ""
}

// spend counts the CPU time of a process that has ended. In it is that of the workers that
// the process waited for; one that is killed at a finding waits for none, but its workers
// have reported theirs.
func (j *job) spend(cpu time.Duration) {
	reported := time.Duration(j.stats().CPU)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cpu, j.living = max(j.cpu+cpu, reported), 0
}

// once runs one process, which prepare has changed, unless it is nil. It tells whether
// another one makes sense.
func (j *job) once(ctx context.Context, w *workshop, prepare func(*exec.Cmd)) (again bool) {
	limited, cancel := context.WithTimeout(ctx, j.life())
	defer cancel()
	crashers := newCrashers(j)
	context.AfterFunc(limited, crashers.close)
	if j.stopFirst {
		go j.stopAtFinding(limited, cancel, crashers)
	}
	cmd := j.engine.command(limited, w, j)
	cmd.Dir = j.target.dir
	if prepare != nil {
		prepare(cmd)
	}
	cmd.Env = append(process.Environment(cmd), append(w.orders(j.target), j.orders()...)...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	stop := func() {}
	if j.notesOnly() && !j.stopFirst {
		stop = j.harvest(limited, w)
	}
	err := process.Run(cmd)
	stop()
	if cmd.ProcessState != nil {
		j.spend(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
	}
	switch j.engine.name() {
	case libfuzzer.Name:
		j.hear(output.String())
	case gofuzzEngine:
		j.hearGofuzz(output.String())
	}
	deaths := crashers.take(output.String(), err)
	switch {
	case j.satisfied():
		return false // Go's fuzzer has a file of it, too
	case ctx.Err() != nil:
		if restarts(output.String()) {
			deaths = nil
		}
	case err == nil, errors.Is(limited.Err(), context.DeadlineExceeded):
		again = j.inCPU
	default:
		again, deaths = j.judge(err, output.String(), deaths)
	}
	for _, d := range deaths[:min(len(deaths), deathsMax)] {
		j.bury(ctx, w, d)
	}
	j.finish(ctx, w)
	return again
}

// countsCPU tells whether an engine's process ends by itself after so much CPU time. The
// others go by the clock, and are started again while there is CPU time left.
func countsCPU(e engine) bool {
	switch e.name() {
	case explore.Name, explore.RandomName, rapidEngine{}.name():
		return true
	}
	return false
}

// life is how long a process may live: until it should have ended by itself.
func (j *job) life() time.Duration {
	hunts := j.left()
	if j.inCPU && countsCPU(j.engine) {
		hunts *= sleepsMax
	}
	return hunts + j.engine.grace()
}

// budget is what a process is given that is about to start. On a busy machine the rest of
// the slice may be gone by then, and no engine takes a budget of zero.
func (j *job) budget() time.Duration { return max(tooShort, j.left()) }

// orders are the variables that tell a test binary to hunt.
func (j *job) orders() []string {
	env := []string{
		battle.EnvEngine + "=" + j.engine.name(),
		battle.EnvDir + "=" + j.dir,
		battle.EnvShared + "=" + j.shared,
		fmt.Sprintf("%s=%d", battle.EnvSeed, j.seed),
		battle.EnvBudget + "=" + j.budget().String(),
	}
	if j.stopFirst {
		env = append(env, battle.EnvStop+"=first")
	}
	if j.inCPU && countsCPU(j.engine) {
		env = append(env, battle.EnvClock+"=cpu")
	}
	return env
}

// notesOnly tells engines whose processes only note what fails, and go on: the command
// minimises it.
func (j *job) notesOnly() bool {
	return j.engine.name() == forkserver.Name || j.engine.name() == libfuzzer.Name
}

// stopAtFinding ends an engine that does not stop at a finding by itself.
func (j *job) stopAtFinding(ctx context.Context, cancel func(), crashers *crashers) {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if j.found() || crashers.gofuzz && len(crashers.fresh()) > 0 || j.notesOnly() && len(j.read("pending")) > 0 {
				cancel()
				return
			}
		}
	}
}
