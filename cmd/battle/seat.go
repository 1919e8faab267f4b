package main

import (
	"context"
	"time"

	"battle.test/explore"
)

// A share is what an engine other than the explorer has of the time that the explorer leaves.
// Of two that have turns, each has as much as its weight is of both weights.
type share struct {
	weight float64
	later  float64       // its weight once it has had the first
	first  time.Duration // CPU time of its own
	begins time.Duration // its first turn comes when the explorer has had so much
	turn   time.Duration // its first, where a turn takes a process of its own
}

// shareOf is the share of an engine in a target.
//
// Rapid draws every run anew, so that its chance does not grow: what it has not found in its
// first seconds, the others learn to find. The others cost a start for each turn. What they
// find within a second, the explorer or rapid finds, too, in all that was measured; so they
// begin when a start is little of what has been spent.
//
// So does rapid where goroutines race. A run of its takes a second there, and a turn ends
// between two runs; the explorer has found most by then, one race after the other.
func shareOf(e engine, t target) share {
	late := 2 * time.Second
	switch e.name() {
	case explore.Name:
		return share{weight: 1, later: 1}
	case rapidEngine{}.name():
		s := share{weight: 5, later: 2, first: 10 * time.Second}
		if t.races() {
			s.begins = late
		}
		return s
	case native{}.name():
		return share{weight: 1, later: 1, begins: late / 2, turn: 250 * time.Millisecond}
	}
	return share{weight: 1, later: 1, begins: late, turn: time.Second}
}

// credit is how much all others, and the relay, may have had once the explorer has had so
// much: half of it, so that what it finds takes half of its time more. That is less than the
// twice that an ensemble may take, as turns overrun, those of others have cleared the
// processor's caches, and what is found by chance may take longer than by itself.
//
// In the beginning it is as much as the explorer: what rapid finds at once is to take no more
// than twice its time, either.
func credit(led time.Duration) time.Duration {
	return max(min(led, evenUpTo), led/2)
}

// evenUpTo is how much the explorer and the others have in turn before the explorer leads. What
// is found by then, in less than a process takes to start, any engine finds.
const evenUpTo = 100 * time.Millisecond

// A seat is where a job of an ensemble stands with its turns.
type seat struct {
	part  *part
	job   *job
	share share

	busy    bool
	granted time.Duration // the turn that it has, while it is busy
	overran time.Duration // by how much its last turn was longer than granted
	out     bool          // it gave up, and has no further turns
	taken   int           // turns
	bonus   int           // by how much its weight is multiplied, from 1 to bonusMax, or 0 for 1
	spent   time.Duration // CPU time

	process *sitting // that rests between turns, or nil
}

// leads tells whether the seat is the explorer's, whose time the others' is measured by.
func (s *seat) leads() bool { return s.part.engine.name() == explore.Name }

// took notes what its turn took, which is over.
func (s *seat) took(cpu time.Duration) {
	s.spent += max(time.Millisecond, cpu)
	s.overran = max(0, cpu-s.granted)
	s.busy, s.granted = false, 0
	s.taken++
}

// bonusMax is what a weight is multiplied with at most, for turns that brought something.
const bonusMax = 4

// had is how much of its share the seat has had. The least is next.
func (s *seat) had() float64 {
	early := min(s.spent, s.share.first)
	had := early.Seconds()/s.share.weight + (s.spent-early).Seconds()/s.share.later
	return had / float64(max(1, s.bonus))
}

// reward doubles the weight of an engine whose turn brought the others something, and takes
// that back by and by.
func (s *seat) reward(brought bool) {
	if brought {
		s.bonus = min(bonusMax, 2*max(1, s.bonus))
	} else {
		s.bonus = max(1, s.bonus/2)
	}
}

// A turn is short in the beginning, so that each engine has one soon. One that takes a
// process of its own doubles what the engine has had, so that starts don't cost more than
// hunting.
const (
	turnLeast   = 20 * time.Millisecond
	turnParts   = 16 // of what all have had
	turnMost    = time.Second
	processMost = 32 * time.Second
)

// length is how long the seat's next turn is, when all have spent so much, and so much is left.
func (s *seat) length(spent, left time.Duration) time.Duration {
	if stays(s.part.engine) {
		return min(max(turnLeast, min(spent/turnParts, turnMost)), left)
	}
	return min(max(s.share.turn, min(s.spent, processMost)), left)
}

// stays tells whether an engine's process rests between its turns. The others begin a new
// one for each, with what was kept for them.
func stays(e engine) bool { return countsCPU(e) }

// take is one turn.
func (s *seat) take(ctx context.Context, w *workshop, length, slice time.Duration, inCPU bool) {
	if !stays(s.part.engine) {
		s.job.slice = max(length, tooShort+time.Millisecond)
		s.job.run(ctx, w)
		s.job.seed++
		if _, s.out = s.job.standing(); !s.out && ctx.Err() == nil {
			s.job.rest()
		}
		return
	}
	if s.process == nil {
		s.job.slice, s.job.inCPU = slice, inCPU
		s.process = s.job.sit(ctx, w)
	}
	if ended := s.process.turn(s.job, length); ended {
		s.left(ctx)
	}
}

// left sees to what it means that a process has ended that was to have more turns.
func (s *seat) left(ctx context.Context) {
	again := s.process.again
	s.process = nil
	_, out := s.job.standing()
	if state, more := s.job.goesOn(ctx, again); !more || out {
		s.out = true
		s.job.end(state)
	}
}

// dismiss ends the seat's process, if it has one.
func (s *seat) dismiss() {
	if s.process != nil {
		s.process.turn(s.job, 0)
		s.process = nil
	}
}

// conclude settles the job's state at the end of the hunt.
func (s *seat) conclude(ctx context.Context) {
	switch state, _ := s.job.standing(); {
	case state == "hunting" && ctx.Err() != nil:
		s.job.end("interrupted")
	case state == "hunting":
		s.job.end("")
	case state != "waiting":
	case ctx.Err() != nil:
		s.job.set("not run")
	case s.taken == 0:
		s.job.remark("ran nothing: the budget was spent before its turn came")
		s.job.set("ran nothing")
	default:
		s.job.end("")
	}
}

// rest lets the job wait for another turn. If it ran nothing in this one, that may change.
func (j *job) rest() {
	j.set("waiting")
	j.mu.Lock()
	defer j.mu.Unlock()
	j.note = ""
}
