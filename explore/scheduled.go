package explore

import (
	"math"
	"slices"
	"time"

	"battle.test/explore/probe"
)

// Where the tape does not decide the schedule, see [battle.Target] and its Attempts, what
// has passed may fail the next time. There is nothing new to see in doing it again, so the
// explorer would not; but what somebody thought worth keeping in the corpus fails many times
// sooner than what comes up by chance. So the time is shared between both.

// Somebody who dawdles where goroutines meet loses a race sooner, too: see [probe.Pauses].

// Ways to pause: nobody does, all do a little, or some a lot, by what share of them. Code that
// pauses everywhere and often does little else, and some faults need speed.
const (
	nobody = iota
	everybody
	half
	eighth
	dawdlings
)

// dawdle chooses who pauses in the next turn.
func (e *explorer) dawdle(how int) {
	roll := e.dice.random.Uint64()
	probe.Pauses, probe.PauseAt = 0, math.MaxUint32
	switch how {
	case everybody:
		probe.Pauses = 1 << 9
	case half:
		probe.Pauses, probe.PauseAt = 1<<11, uint32(roll)
	case eighth:
		probe.Pauses, probe.PauseAt = 1<<13, uint32(roll&(roll>>16)&(roll>>32))
	}
}

// A timeshare is how long each way to use a turn took so far.
type timeshare struct {
	onward  time.Duration
	again   time.Duration
	starts  []time.Duration // of that, each
	dawdled [dawdlings]time.Duration
}

// againShare is how much more time goes into starts that are done again than into all else. What is in
// the corpus is where goroutines are known to meet: with 1 instead of 5, or with half of all for runs of
// chance's, races of the ring took three to seven times as long.
const againShare = 5

// scheduledTurn does a start again, or goes on as in any target. Of all that there is to
// choose it takes what has had the least time.
func (e *explorer) scheduledTurn() {
	if len(e.untried) > 0 {
		e.turn()
		return
	}
	s := &e.shares
	how := least(s.dawdled[:])
	e.dawdle(how)
	began := time.Now()
	if s.again > againShare*s.onward {
		e.turn()
		s.onward += time.Since(began)
	} else {
		if s.starts == nil {
			s.starts = make([]time.Duration, len(e.starts))
		}
		start := least(s.starts)
		e.try(e.frontier.root, e.composer.again(e.starts[start]))
		s.starts[start] += time.Since(began)
		s.again += time.Since(began)
	}
	s.dawdled[how] += time.Since(began)
}

// least is the index of the least.
func least(times []time.Duration) int { return slices.Index(times, slices.Min(times)) }
