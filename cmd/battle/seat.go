package main

import (
	"context"
	"time"

	"battle.test/explore"
)

// A share is what an engine has of an ensemble's CPU time. Of two that have turns, each has
// as much as its weight is of both weights.
type share struct {
	weight float64
	later  float64       // its weight once it has had the first
	first  time.Duration // CPU time of its own
	lag    float64       // how far the others are with theirs when it begins, in seconds for a weight
	turn   time.Duration // its first, where a turn takes a process of its own
}

// shareOf is the share of an engine.
//
// With equal shares, what one of k engines finds in a second takes k seconds. So the two have
// most that find most of what is found: the explorer, and rapid in the beginning. It
// draws every run anew, so that its chance does not grow; what takes it long, the explorer
// learns to find. The others cost a start for each turn, which tells in the first seconds
// alone, when most bugs are found.
func shareOf(e engine) share {
	switch e.name() {
	case explore.Name:
		return share{weight: 4, later: 4}
	case rapidEngine{}.name():
		return share{weight: 5, later: 2, first: 2 * time.Second}
	case native{}.name():
		return share{weight: 1, later: 1, lag: 0.02, turn: 250 * time.Millisecond}
	}
	return share{weight: 1, later: 1, lag: 0.5, turn: time.Second}
}

// A seat is where a job of an ensemble stands with its turns.
type seat struct {
	part  *part
	job   *job
	share share

	busy  bool
	out   bool          // it gave up, and has no further turns
	taken int           // turns
	bonus int           // by how much its weight is multiplied, from 1 to bonusMax, or 0 for 1
	spent time.Duration // CPU time

	process *sitting // that rests between turns, or nil
}

// bonusMax is what a weight is multiplied with at most, for turns that brought something.
const bonusMax = 4

// had is how much of its share the seat has had. The least is next.
func (s *seat) had() float64 {
	early := min(s.spent, s.share.first)
	had := early.Seconds()/s.share.weight + (s.spent-early).Seconds()/s.share.later
	return s.share.lag + had/float64(max(1, s.bonus))
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
