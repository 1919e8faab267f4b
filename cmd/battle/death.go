package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// A death is the tape that a process was running when it died, and its last words.
type death struct {
	tape   []byte
	output string
	err    error // of the process, if known
}

// deathsMax bounds how often an engine is started again after its process died: what
// kills it is not known to the next one, and tends to come back.
const deathsMax = 3

// bury turns a death into a finding in the job's folder: what the process ran is run
// again, in a process that shows why it dies. It is minimised, unless the hunt was
// interrupted: then it is kept as it is.
func (j *job) bury(ctx context.Context, w *workshop, d death) {
	j.deaths++
	defer during(fmt.Sprintf("minimising what killed %s in %s", j.engine.name(), j.target.Name))()
	answer, err := w.askFatal(ctx, j.target, battle.Request{Do: "minimize", Tape: d.tape})
	if ctx.Err() != nil {
		failure := battle.DeathOf([]byte(d.output), d.err)
		answer, err = w.ask(context.WithoutCancel(ctx), j.target, battle.Request{Do: "run", Tape: d.tape, Failure: failure})
	}
	if err != nil || answer.Finding == nil {
		j.fail(fmt.Sprintf("a process died (%v), and what it ran last does not end another one: %v\n%s", d.err, err, process.Tail(d.output)))
		return
	}
	st := j.stats() // of the process that died, as far as it came to report
	found := answer.Finding
	found.Engine, found.Seed, found.Runs, found.Updates, found.Elapsed = j.engine.name(), j.seed, st.Runs, st.Updates, st.Elapsed
	if _, err := answer.Finding.Write(filepath.Join(j.dir, "findings")); err != nil {
		j.fail(err.Error())
	}
}

// finish minimises what a process was ended over, and the hangs that go-fuzz could only
// write down: its processes cannot start themselves again, as minimising a hang asks for.
func (j *job) finish(ctx context.Context, w *workshop) {
	unfinished, minimal := j.read("pending"), make(map[string]bool)
	for _, found := range j.read("findings") {
		if found.Kind == battle.Hang && found.Tried == 0 && j.engine.name() == gofuzzEngine {
			unfinished = append(unfinished, found)
		} else {
			minimal[found.ID] = true
		}
	}
	if len(unfinished) == 0 {
		return
	}
	defer during(fmt.Sprintf("minimising what %s found in %s", j.engine.name(), j.target.Name))()
	for _, found := range unfinished {
		if !minimal[found.ID] && !j.shorten(ctx, w, found) {
			return // what is known stays, where it is
		}
		os.Remove(filepath.Join(j.dir, "pending", found.ID+".json"))
	}
}

// shorten writes a finding in its minimal form. It tells whether that is done.
func (j *job) shorten(ctx context.Context, w *workshop, found *battle.Finding) bool {
	answer, err := w.askFatal(ctx, j.target, battle.Request{Do: "minimize", Tape: found.Tape})
	if ctx.Err() != nil || err != nil {
		return false
	}
	short := answer.Finding
	if short == nil || short.ID != found.ID {
		short = found // it is a matter of the schedule
	}
	short.Engine, short.Seed, short.Runs, short.Updates, short.Elapsed = found.Engine, found.Seed, found.Runs, found.Updates, found.Elapsed
	// A trace that is no shorter would not be written over the other.
	os.Remove(filepath.Join(j.dir, "findings", found.ID+".json"))
	if _, err := short.Write(filepath.Join(j.dir, "findings")); err != nil {
		j.fail(err.Error())
		return false
	}
	return true
}

// crashers are the files into which an engine puts a tape that killed its process:
// go-fuzz in its work folder, Go's fuzzer in testdata/fuzz, where they are no part of
// the user's tree.
type crashers struct {
	dir    string
	before map[string]bool
	gofuzz bool

	mu     sync.Mutex
	closed time.Time // when the engine was told to stop, if it was
}

// close notes that the engine is told to stop. What dies after that, dies of it.
func (c *crashers) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = time.Now()
}

func (c *crashers) late(path string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(path)
	return err != nil || !c.closed.IsZero() && info.ModTime().After(c.closed)
}

func newCrashers(j *job) *crashers {
	c := &crashers{before: make(map[string]bool), gofuzz: j.engine.name() == gofuzzEngine}
	c.dir = filepath.Join(j.target.dir, "testdata", "fuzz", j.target.Func)
	if c.gofuzz {
		c.dir = filepath.Join(j.dir, "gofuzz", "crashers")
	}
	files, _ := os.ReadDir(c.dir)
	for _, f := range files {
		c.before[f.Name()] = true
	}
	return c
}

// fresh are the new files.
func (c *crashers) fresh() (paths []string) {
	files, _ := os.ReadDir(c.dir)
	for _, f := range files {
		if !c.before[f.Name()] {
			paths = append(paths, filepath.Join(c.dir, f.Name()))
		}
	}
	return paths
}

// take returns the deaths of before the engine was told to stop, and removes Go's files.
// Go's have no last words of their own, but the engine has.
func (c *crashers) take(output string, ended error) []death {
	var deaths []death
	for _, path := range c.fresh() {
		content, err := os.ReadFile(path)
		late := c.late(path)
		switch {
		case err != nil:
		case !c.gofuzz:
			if tape, err := parseGoCorpus(path, content); err == nil && !late {
				deaths = append(deaths, death{tape, output, ended})
			}
			os.Remove(path)
		case filepath.Ext(path) == "" && !late:
			output, _ := os.ReadFile(path + ".output")
			if !restarts(string(output)) {
				deaths = append(deaths, death{content, string(output), ended})
			}
		}
	}
	if !c.gofuzz && len(c.before) == 0 {
		os.Remove(c.dir) // these only go if they are empty
		os.Remove(filepath.Dir(c.dir))
	}
	return deaths
}
