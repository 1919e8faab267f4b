package explore

import "time"

// Where the tape does not decide the schedule, see [battle.Target] and its Attempts, what
// has passed may fail the next time. There is nothing new to see in doing it again, so the
// explorer would not; but what somebody thought worth keeping in the corpus fails many times
// sooner than what comes up by chance. So the time is shared between both.

// A timeshare is how long each of the two ways took so far.
type timeshare struct {
	again, onward time.Duration
}

// scheduledTurn does a start again, or goes on as in any target: what has had less time.
func (e *explorer) scheduledTurn() {
	began := time.Now()
	if e.shares.again <= e.shares.onward {
		e.again()
		e.shares.again += time.Since(began)
		return
	}
	e.turn()
	e.shares.onward += time.Since(began)
}

// again does a start some times, as it is or with a field here and there chosen anew.
func (e *explorer) again() {
	start := e.starts[e.dice.below(len(e.starts))]
	if other := e.starts[e.dice.below(len(e.starts))]; len(other.ends) < len(start.ends) {
		start = other // of two, the shorter: more attempts
	}
	e.try(e.frontier.root, e.composer.again(start))
}
