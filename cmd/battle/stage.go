package main

import (
	"fmt"
	"os"
	"time"
)

const (
	stageQuiet = 2 * time.Second // a step that takes no longer is not worth a word
	stageEvery = 10 * time.Second
)

// during says on standard error what the command is at, once it takes longer than two
// seconds, and for how long by now. Call end when the step is over.
func during(what string) (end func()) {
	began, over := time.Now(), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for wait := stageQuiet; ; wait = stageEvery {
			select {
			case <-over:
				return
			case <-time.After(wait):
			}
			fmt.Fprintf(os.Stderr, "%s (%.0f s)\n", what, time.Since(began).Seconds()) // in front of a line is the time of a hunt
		}
	}()
	return func() { close(over); <-ended }
}

// steps counts what somebody has to wait for, one thing after the other, where it is known how
// many there are. The zero value counts nothing.
type steps struct{ at, of int }

// begin is during, for the next step.
func (s *steps) begin(what string) (end func()) { return during(s.next(what)) }

func (s *steps) next(what string) string {
	if s.at >= s.of {
		return what
	}
	s.at++
	return fmt.Sprintf("step %d of %d: %s", s.at, s.of, what)
}

// toBuild are the steps to what engines need for targets: what was built before counts, too.
func (w *workshop) toBuild(picked []engine, targets []target) steps {
	w.mu.Lock()
	defer w.mu.Unlock()
	missing := make(map[string]bool)
	for _, e := range picked {
		for _, t := range targets {
			if e.suits(t) != "" {
				continue
			}
			for _, key := range e.builds(t) {
				if w.built[key] == "" {
					missing[key] = true
				}
			}
		}
	}
	return steps{len(w.built), len(w.built) + len(missing)}
}
