package schedule

import (
	"fmt"
	"iter"
	"runtime/debug"
	"slices"
	"sync/atomic"
)

// A State is what an actor is doing.
type State uint8

const (
	Idle    State = iota // it has nothing to do
	Paused               // it stands before a step that it can take
	Blocked              // it stands before one that only others can make possible
)

func (s State) String() string { return [...]string{"idle", "paused", "blocked"}[s] }

// stepsMax bounds a run without a bound. Who has taken so many steps waits for something by
// looking again and again, and has to let others go on.
const stepsMax = 4096

// A Stage is where goroutines, its actors, take turns. It belongs to one goroutine, which is
// none of them.
type Stage struct {
	actors []*actor
	log    []entry
	steps  int
	panics *Panic
}

// A Panic is what an actor panicked with.
type Panic struct {
	Actor string
	Value any
	Stack string
}

// An actor is a goroutine that runs only while it is told to. Its number is its index.
type actor struct {
	stage  *Stage
	number int
	name   string

	next func() (State, bool)
	stop func()
	hand func(State) bool // gives control back; false if the actor has to end

	do      func() // what it was given to do, or nil
	what    string // that is
	left    int    // steps it may take
	site    uint32 // of the step that it stands before
	blocked func() bool
	offers  []operation // on channels that it is blocked in
	met     int         // the one that a partner has completed, or -1
	ending  bool
}

// running is the actor that runs, or nil. Whoever else runs rewritten code in the meantime
// would be taken for it.
var running atomic.Pointer[actor]

// ended is what unwinds an actor whose stage closes.
type ended struct{}

// NewStage makes a stage with an actor of each name, all idle. Close it.
func NewStage(names ...string) *Stage {
	s := &Stage{}
	for _, name := range names {
		s.add(name)
	}
	return s
}

func (s *Stage) add(name string) *actor {
	a := &actor{stage: s, number: len(s.actors), name: name, met: -1}
	s.actors = append(s.actors, a)
	return a
}

// Actors is how many there are: those of NewStage, and goroutines that they have started.
func (s *Stage) Actors() int { return len(s.actors) }

// Begin gives an idle actor something to do, and names it for the table. It does not run yet.
func (s *Stage) Begin(number int, what string, do func()) {
	a := s.actors[number]
	if a.do != nil {
		panic(fmt.Sprintf("schedule: %s is not idle: run it to its end first", a.name))
	}
	a.do, a.what = do, what
	if a.next == nil {
		a.next, a.stop = iter.Pull(a.play)
	}
}

// play is the actor's goroutine: one thing to do after the other.
func (a *actor) play(hand func(State) bool) {
	a.hand = hand
	for {
		a.stage.log = append(a.stage.log, entry{actor: uint8(a.number), mark: begins, what: a.what})
		if !a.perform() {
			return
		}
		a.do, a.site = nil, 0
		a.stage.log = append(a.stage.log, entry{actor: uint8(a.number), mark: ends})
		if !hand(Idle) {
			return
		}
	}
}

// perform does what is to do, and tells whether it came to its end.
func (a *actor) perform() (whole bool) {
	defer func() {
		value := recover()
		if _, ending := value.(ended); ending || value == nil {
			return
		}
		whole = true
		if a.stage.panics == nil {
			a.stage.panics = &Panic{a.name, value, string(debug.Stack())}
		}
	}()
	a.do()
	return true
}

// Run lets an actor go on: for so many steps, or to its end if that is 0, or until it is
// blocked. One that has taken some thousand steps is paused in any case.
func (s *Stage) Run(number, steps int) State {
	if steps <= 0 || steps > stepsMax {
		steps = stepsMax
	}
	s.run(s.actors[number], steps)
	return s.State(number)
}

// run returns how many steps were taken.
func (s *Stage) run(a *actor, steps int) int {
	if s.State(a.number) != Paused {
		return 0
	}
	if other := running.Swap(a); other != nil {
		running.Store(other)
		panic(fmt.Sprintf("schedule: %s is to run while %s does: there is one stage at work at a time", a.name, other.name))
	}
	defer running.Store(nil)
	a.left, a.blocked = steps, nil
	a.next()
	return steps - a.left
}

// State is what an actor is doing.
func (s *Stage) State(number int) State {
	switch a := s.actors[number]; {
	case a.do == nil:
		return Idle
	case a.blocked != nil && !a.blocked():
		return Blocked
	}
	return Paused
}

// Stuck tells whether some actor is blocked and none can go on.
func (s *Stage) Stuck() bool {
	stuck := false
	for i := range s.actors {
		switch s.State(i) {
		case Paused:
			return false
		case Blocked:
			stuck = true
		}
	}
	return stuck
}

// Where is the place of the step that an actor stands before, as a number: 0 if there is none.
func (s *Stage) Where(number int) uint32 { return s.actors[number].site }

// Steps is how many steps were taken.
func (s *Stage) Steps() int { return s.steps }

// Panicked is the first panic of an actor, or nil.
func (s *Stage) Panicked() *Panic { return s.panics }

// Close ends what the actors are doing, as if each panicked where it is.
func (s *Stage) Close() {
	for _, a := range s.actors {
		a.ending = true
		if a.stop != nil {
			running.Store(a)
			a.stop()
			running.Store(nil)
		}
	}
}

// step comes before every step. It is where an actor pauses.
func (a *actor) step(site uint32) {
	if a.left == 0 {
		a.pause(site, Paused)
	}
	a.left--
	a.site = 0
	a.stage.steps++
	a.stage.log = append(a.stage.log, entry{actor: uint8(a.number), mark: steps, site: site})
}

func (a *actor) pause(site uint32, state State) {
	a.site = site
	if !a.hand(state) {
		panic(ended{})
	}
}

// block waits until can is true.
func (a *actor) block(can func() bool) {
	site := a.stage.log[len(a.stage.log)-1].site
	for !can() {
		a.stage.log = append(a.stage.log, entry{actor: uint8(a.number), mark: blocks, site: site})
		a.blocked = can
		a.pause(site, Blocked)
		a.site = 0
	}
}

// Interleave lets all actors go on, until none can. Order names them by their importance:
// of those that can go on, the first runs; those that are not in it come last. After as many
// steps as the first of the changes says, the one that runs falls behind all others, and so
// on with the next.
func (s *Stage) Interleave(order, changes []int) {
	ranks := append([]int(nil), order...)
	for total := 0; total < stepsMax; {
		for i := range s.actors {
			if !slices.Contains(ranks, i) {
				ranks = append(ranks, i)
			}
		}
		at := 0
		for at < len(ranks) && s.State(ranks[at]) != Paused {
			at++
		}
		if at == len(ranks) {
			return
		}
		steps := stepsMax
		if len(changes) > 0 {
			steps = max(1, changes[0])
		}
		number := ranks[at]
		taken := s.run(s.actors[number], steps)
		total += max(1, taken)
		switch {
		case len(changes) == 0:
		case taken < steps:
			changes = append([]int{steps - taken}, changes[1:]...)
		default:
			changes = changes[1:]
			ranks = append(append(ranks[:at:at], ranks[at+1:]...), number)
		}
	}
}
