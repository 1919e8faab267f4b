package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"battle.test/battle"
)

// A job is one engine in one target for a part of the budget.
type job struct {
	target    target
	engine    engine
	slice     time.Duration // of time that it may hunt
	seed      uint64
	stopFirst bool
	dir       string // exchange folder

	mu      sync.Mutex
	started time.Time
	spent   time.Duration // once it has ended
	cpu     time.Duration
	state   string // waiting, hunting, done
	fault   string
	deaths  []death
}

// A death is the tape that a process was running when it died.
type death struct {
	tape   []byte
	output string
}

// left is what remains of the slice.
func (j *job) left() time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return max(0, j.slice-time.Since(j.started)).Round(time.Millisecond)
}

func (j *job) set(state string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.state = state
	switch state {
	case "hunting":
		j.started = time.Now()
	case "done":
		j.spent = time.Since(j.started)
	}
}

// run hunts until the slice is spent. An engine that ends before, because a finding
// killed its process, is started again.
func (j *job) run(ctx context.Context, w *workshop) {
	j.set("hunting")
	defer j.set("done")
	const tooShort = 200 * time.Millisecond
	for ctx.Err() == nil && j.left() > tooShort {
		again := j.once(ctx, w)
		if !again || j.stopFirst && j.found() {
			return
		}
		j.seed++
	}
}

func (j *job) found() bool {
	files, _ := filepath.Glob(filepath.Join(j.dir, "findings", "*.json"))
	return len(files) > 0 || len(j.deaths) > 0
}

// once runs one process. It tells whether another one makes sense.
func (j *job) once(ctx context.Context, w *workshop) (again bool) {
	// Some time over the slice, for an engine to end by itself.
	const grace = 20 * time.Second
	limited, cancel := context.WithTimeout(ctx, j.left()+grace)
	defer cancel()
	cmd := j.engine.command(limited, w, j)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	leftovers := newLeftovers(j.target)
	err := cmd.Run()
	if cmd.ProcessState != nil {
		j.mu.Lock()
		j.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		j.mu.Unlock()
	}
	crashers := leftovers.take()
	return j.judge(ctx, err, output.String(), crashers)
}

// judge says what the end of a process means.
func (j *job) judge(ctx context.Context, err error, output string, crashers [][]byte) (again bool) {
	var exit *exec.ExitError
	switch {
	case err == nil, ctx.Err() != nil:
		return false
	case errors.Is(err, context.DeadlineExceeded):
		return false // an engine that never ends by itself was ended
	case !errors.As(err, &exit):
		j.fault = err.Error()
		return false
	case exit.ExitCode() == battle.ExitRestart, strings.Contains(output, fmt.Sprintf("exit status %d", battle.ExitRestart)):
		return true // a hang, written down already
	case strings.Contains(output, "context deadline exceeded"):
		return false // golang/go#75804: the end of -fuzztime, not a finding
	case j.stopFirst && j.found():
		return false
	}
	tape := j.lastTape(crashers)
	if tape != nil && (strings.Contains(output, "fatal error: ") || strings.Contains(output, "terminated unexpectedly") || strings.Contains(output, "signal: ") || exit.ExitCode() < 0) {
		j.deaths = append(j.deaths, death{tape, output})
		return len(j.deaths) < deathsMax
	}
	j.fault = strings.TrimSpace(fmt.Sprintf("%v\n%s", err, tail(output)))
	return false
}

// deathsMax bounds how often an engine is started again after its process died: what
// kills it is not known to the next one, and tends to come back.
const deathsMax = 3

// lastTape is the tape that killed a process: Go's fuzzer saves it, for others there
// is the recorder.
func (j *job) lastTape(crashers [][]byte) []byte {
	if len(crashers) > 0 {
		return crashers[0]
	}
	files, _ := filepath.Glob(filepath.Join(j.dir, "recorder", "*"))
	var newest string
	var at time.Time
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && !info.ModTime().Before(at) {
			newest, at = file, info.ModTime()
		}
	}
	tape, err := battle.ReadRecorder(newest)
	if err != nil || len(tape) == 0 {
		return nil
	}
	return tape
}

// tail is the end of a long output.
func tail(text string) string {
	const most = 4 << 10
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}

// stats adds up what the job's processes have reported.
func (j *job) stats() battle.Stats {
	sum := battle.Stats{Target: j.target.Name, Engine: j.engine.name()}
	files, _ := filepath.Glob(filepath.Join(j.dir, "stats", "*.json"))
	for _, file := range files {
		var one battle.Stats
		if document, err := os.ReadFile(file); err == nil && json.Unmarshal(document, &one) == nil {
			sum.Add(one)
		}
	}
	return sum
}

// leftovers watches for the files that Go's fuzzer puts into testdata/fuzz. While the
// command hunts, a file there is the tape that killed a process, and is no part of the
// user's tree.
type leftovers struct {
	dir    string
	before map[string]bool
}

func newLeftovers(t target) *leftovers {
	l := &leftovers{dir: filepath.Join(t.dir, "testdata", "fuzz", t.Func), before: make(map[string]bool)}
	files, _ := os.ReadDir(l.dir)
	for _, f := range files {
		l.before[f.Name()] = true
	}
	return l
}

// take removes the new files and returns their tapes.
func (l *leftovers) take() [][]byte {
	var tapes [][]byte
	files, _ := os.ReadDir(l.dir)
	for _, f := range files {
		if l.before[f.Name()] {
			continue
		}
		path := filepath.Join(l.dir, f.Name())
		if content, err := os.ReadFile(path); err == nil {
			if tape, err := parseGoCorpus(path, content); err == nil {
				tapes = append(tapes, tape)
			}
		}
		os.Remove(path)
	}
	if len(l.before) == 0 {
		os.Remove(l.dir) // these only go if they are empty
		os.Remove(filepath.Dir(l.dir))
	}
	return tapes
}
