package battle

import (
	"slices"
	"time"
)

// A prober runs candidates of the minimiser and keeps the last that failed as wanted.
type prober struct {
	session  *session // of its own
	want     *Failure
	writer   Writer
	shortest []byte
	last     *Failure // of shortest
	hangs    int
	deadline time.Time // from when on nothing is run any more; zero for never
}

const (
	// confirmRuns is how often a failure is run again before it is believed.
	confirmRuns = 3
	// hangsMax is how many candidates may hang: each costs time, and leaves a goroutine
	// behind that never ends.
	hangsMax = 2
)

func newProber(p *plan, want *Failure) *prober {
	return &prober{session: newSession(p, orders{}, source{}), want: want}
}

// confirm counts how many of confirmRuns tries fail as wanted.
func (p *prober) confirm(tape []byte) (fails int) {
	p.shortest = tape
	for range confirmRuns {
		if p.probe(tape, quiet) != nil {
			fails++
		}
	}
	return fails
}

// What a probe is for: to know whether a run fails, or to read how.
const quiet, loud = true, false

// probe runs a tape and returns its failure if it is the one that is wanted.
func (p *prober) probe(tape []byte, quiet bool) *Failure {
	for range p.session.plan.attempts {
		if p.hangs > hangsMax || !p.deadline.IsZero() && time.Now().After(p.deadline) {
			return nil
		}
		p.session.runner.t.quiet = quiet
		f, _ := p.session.once(tape)
		if f.same(p.want) {
			return f
		}
		if f != nil && f.Kind == Hang {
			p.hangs++
		}
	}
	return nil
}

// fails runs a program from its tape, so that updates that change themselves in
// Apply do not spoil the candidate.
func (p *prober) fails(prog program) bool {
	p.writer.tape = p.writer.tape[:0]
	p.writer.Uint(0, headerSize)
	for _, s := range prog {
		if err := s.encode(&p.writer, &p.session.plan.all); err != nil {
			panic("battle: a candidate of the minimiser is out of range: " + err.Error())
		}
	}
	// Where the schedule decides there may be no second time to read how it failed.
	f := p.probe(p.writer.tape, p.session.plan.attempts == 1)
	if f == nil {
		return false
	}
	p.shortest, p.last = slices.Clone(p.writer.tape), f
	return true
}

// again runs the shortest tape once more, for its texts.
func (p *prober) again() *Failure {
	for range confirmRuns {
		if f := p.probe(p.shortest, loud); f != nil {
			return f
		}
	}
	return nil
}
