package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"battle.test/battle"
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
		j.fail(fmt.Sprintf("a process died (%v), and what it ran last does not end another one: %v\n%s", d.err, err, tail(d.output)))
		return
	}
	answer.Finding.Engine, answer.Finding.Seed = j.engine.name(), j.seed
	if _, err := answer.Finding.Write(filepath.Join(j.dir, "findings")); err != nil {
		j.fail(err.Error())
	}
}

// crashers are the files into which an engine puts a tape that killed its process:
// go-fuzz in its work folder, Go's fuzzer in testdata/fuzz, where they are no part of
// the user's tree.
type crashers struct {
	dir    string
	before map[string]bool
	gofuzz bool
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

// take returns the new deaths, and removes Go's files.
func (c *crashers) take() []death {
	var deaths []death
	files, _ := os.ReadDir(c.dir)
	for _, f := range files {
		if c.before[f.Name()] {
			continue
		}
		path := filepath.Join(c.dir, f.Name())
		content, err := os.ReadFile(path)
		switch {
		case err != nil:
		case !c.gofuzz:
			if tape, err := parseGoCorpus(path, content); err == nil {
				deaths = append(deaths, death{tape: tape})
			}
			os.Remove(path)
		case filepath.Ext(path) == "":
			output, _ := os.ReadFile(path + ".output")
			if !strings.Contains(string(output), fmt.Sprintf("exit status %d", battle.ExitRestart)) {
				deaths = append(deaths, death{tape: content, output: string(output)})
			}
		}
	}
	if !c.gofuzz && len(c.before) == 0 {
		os.Remove(c.dir) // these only go if they are empty
		os.Remove(filepath.Dir(c.dir))
	}
	return deaths
}
