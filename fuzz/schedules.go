package fuzz

import (
	"context"
	"fmt"
	"math"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/explore/probe"
	"battle.test/explore/schedule"
	"battle.test/ringbuf"
)

// Schedules is the tip ring with a writer and two readers that take turns: the tape decides
// not only what each does, but also who goes on when, and for how many operations on what
// they share. So a race is lost every time that its trace is run, no attempts are needed, and
// the trace gets as short as the schedule is simple. Every update that lets somebody go on
// for some steps, and not to the end, is a preemption.
//
// Where others may go first, inside of the ring, is not in the ring's sources: the battle
// command puts it there when it builds (see the package schedule). Plain go test does not, so
// there one call of the ring runs after the other, in the order that the tape says, and a
// view is held while others go on; a wait that would sleep ends at once.
var Schedules = battle.Target[*troupe]{
	Name: "schedules",
	New:  newTroupe,
	Ops: battle.Ops(
		battle.Op[*Write](6),
		battle.Op[*Look](4),
		battle.Op[*GoOn](8),
		battle.Op[*Interleave](3),
		battle.Op[*Open](1),
	),
	Check:  checkTroupe,
	Close:  func(p *troupe) { p.stage.Close() },
	Corpus: corpus.FS,
	Require: []battle.Requirement{ // of plain go test, too
		battle.Require("paused", 0.05),
		battle.Require("too old", 0.2),
	},
}

// Player is one of those who take turns.
type Player uint8

const (
	Writer Player = iota
	One           // a reader
	Other         // another
	players
)

func (p Player) String() string { return [...]string{"writer", "one", "other"}[p] }

// A troupe is a ring and those who play on it. The readers check what they get by what they
// know of the writer, as in a race.
type troupe struct {
	*race
	stage   *schedule.Stage
	readers [players]racer  // none for the writer
	reads   [players]uint64 // the byte that a reader asks for first, counted from base
	chases  [players]bool   // it does that by itself: what Borrow does is the same, with more around it
	gives   [players]func() // ends the reader's wait, if it is in one
}

// segment is how many bytes a segment of a small ring holds.
const segment = 16

func newTroupe() *troupe {
	p := &troupe{}
	p.open(0, 16)
	return p
}

// open begins with a new ring.
func (p *troupe) open(base uint64, capacity int) {
	ring, err := ringbuf.New(capacity, base)
	if err != nil {
		panic(err)
	}
	*p = troupe{
		race:  &race{ring: ring, base: base, capacity: uint64(capacity), failed: make(chan struct{})},
		stage: schedule.NewStage("writer", "reader one", "reader other"),
	}
	for i := One; i < players; i++ {
		p.readers[i] = racer{race: p.race, reader: ring.NewReader(), buffer: make([]byte, lengthMax), turns: true}
	}
}

// Open starts a ring anew, at a base. What was going on at the old one is given up.
type Open struct {
	Base     uint16
	High     bool  // near the last offset there is
	Capacity uint8 `draw:"1..40"`
}

func (u *Open) Apply(_ *battle.T, p *troupe) {
	p.stage.Close()
	p.open(origin(uint32(u.Base), u.High), int(u.Capacity))
}

// Steps is how far somebody goes on. Half of what is drawn is to the end: a mistake that needs
// more preemptions than that is rare.
type Steps uint8

const stepsMost = 6

// number is how many that are, or 0 for all up to the end.
func (s Steps) number() int {
	if s > stepsMost {
		return 0
	}
	return int(s)
}

// Write has the writer begin to append, once it has done what it does, and take some steps.
type Write struct {
	Length uint8 `draw:"1..40"`
	Steps  Steps `draw:"0..11"`
}

func (u *Write) Apply(t *battle.T, p *troupe) {
	p.finish(Writer)
	at := p.done.Load()
	p.length = min(uint64(u.Length), math.MaxUint64-p.base-at)
	p.stream = append(p.stream[:at], make([]byte, p.length)...)
	message := p.stream[at:]
	fillStream(message, at, 1)
	p.begin(t, Writer, fmt.Sprintf("append %d bytes at %d", len(message), p.base+at), u.Steps.number(), func() {
		if err := p.ring.Append(message); err != nil {
			p.complain("an append", "no error", words(err.Error()))
		}
		p.done.Store(at + uint64(len(message)))
		p.length = 0
	})
}

// Look has a reader begin something, once it has done what it does, and take some steps.
type Look struct {
	Reader Player `draw:"1..2"`
	Do     Task   `draw:"0..4"`
	From   Mark   `draw:"1..2"`
	Offset int8   `draw:"-20..20"` // relative to From
	Length uint8  `draw:"1..96"`
	Looks  uint8  `draw:"0..3"` // at a view
	Steps  Steps  `draw:"0..11"`
}

func (u *Look) Apply(t *battle.T, p *troupe) {
	p.finish(u.Reader)
	d := &p.readers[u.Reader]
	d.last = max(d.last, p.done.Load())
	off := p.base + d.last
	if u.From == First {
		off = p.base + d.first(d.last)
	}
	off += uint64(int64(u.Offset))
	p.reads[u.Reader], p.chases[u.Reader] = off-p.base, u.Do == CopyOut || u.Do == Hold
	d.refused, d.outlived = false, false
	do, what := p.task(u, off)
	p.begin(t, u.Reader, what, u.Steps.number(), func() {
		do()
		if most := d.ahead(); d.last > most {
			d.complain("tail", words(fmt.Sprintf("at most %d", d.base+most)), words(fmt.Sprint(d.base+d.last)))
		}
	})
}

// task is what a reader is to do, and what that is called.
func (p *troupe) task(u *Look, off uint64) (do func(), what string) {
	d, n := &p.readers[u.Reader], int(u.Length)
	switch u.Do {
	case CopyOut:
		return func() { d.copyOut(off, n) }, fmt.Sprintf("copy %d bytes at %d", n, off)
	case Borrow:
		return func() { d.borrow(off, n) }, fmt.Sprintf("ring.ReadAt, %d bytes at %d", n, off)
	case Await:
		at := d.last + uint64(max(0, u.Offset))
		return func() { p.await(u.Reader, at) }, fmt.Sprintf("wait for %d", p.base+at)
	}
	step := &Step{Do: u.Do, Length: u.Length, Looks: u.Looks}
	return func() { d.hold(off, step) }, fmt.Sprintf("%s a view of %d bytes at %d", u.Do, n, off)
}

// await waits until the byte is there, or the reader is given something else to do. Without
// steps in the ring nobody could do that: there it waits for nothing.
func (p *troupe) await(reader Player, at uint64) {
	ctx, give := context.WithCancel(context.Background())
	if p.gives[reader] = give; !schedule.Rewritten() {
		give()
	}
	p.readers[reader].await(ctx, at)
	p.gives[reader] = nil
	give()
}

// GoOn lets somebody go on for some steps.
type GoOn struct {
	Who   Player `draw:"0..2"` // or the next who can
	Steps Steps  `draw:"0..11"`
}

func (u *GoOn) Apply(t *battle.T, p *troupe) {
	unwatched()
	who := u.Who
	for range players {
		if p.stage.State(int(who)) == schedule.Paused {
			break
		}
		who = (who + 1) % players
	}
	p.goOn(t, who, u.Steps.number())
}

// Interleave lets all go on until none can, by priorities that change up to twice (PCT).
type Interleave struct {
	First  Player `draw:"0..2"`  // runs whenever it can
	Second Player `draw:"0..2"`  // while the first can't
	After  uint8  `draw:"0..23"` // so many steps, the one that runs falls behind all others; 0: never
	Then   uint8  `draw:"0..23"` // likewise, counted from there
}

func (u *Interleave) Apply(t *battle.T, p *troupe) {
	unwatched()
	order := []int{int(u.First)}
	if u.Second != u.First {
		order = append(order, int(u.Second))
	}
	var changes []int
	for _, steps := range []uint8{u.After, u.Then} {
		if steps == 0 {
			break
		}
		changes = append(changes, int(steps))
	}
	p.stage.Interleave(order, changes)
	for who := range players {
		p.tell(t, who)
	}
}

// begin gives a player something to do, and lets it take some steps.
func (p *troupe) begin(t *battle.T, who Player, what string, steps int, do func()) {
	if p.stage.State(int(who)) != schedule.Idle {
		return // a deadlock, of which checkTroupe tells
	}
	p.stage.Begin(int(who), what, do)
	p.stage.Run(int(who), steps)
	p.tell(t, who)
}

// finish lets a player come to an end with what it does: by itself, by giving up to wait, and,
// at the last, with the help of the others.
func (p *troupe) finish(who Player) {
	unwatched()
	if p.stage.Run(int(who), 0); p.stage.State(int(who)) == schedule.Idle {
		return
	}
	if give := p.gives[who]; give != nil {
		give()
		p.stage.Run(int(who), 0)
	}
	if p.stage.State(int(who)) != schedule.Idle {
		p.stage.Interleave([]int{int(who)}, nil)
	}
}

// unwatched keeps the explorer from looking at what the ring compares from here on: offsets
// with offsets and pins with numbers, thousands of pairs. A moment for each of them would be
// twice as many as all others.
func unwatched() { probe.Watching = false }

// goOn lets a player go on. It tells the explorer how far an overtaken reader went, and where
// the writer stood: that a reader is somewhere says less than what it passed by just now.
func (p *troupe) goOn(t *battle.T, who Player, steps int) {
	from := uint64(p.stage.Where(int(who)))
	p.stage.Run(int(who), steps)
	if to := uint64(p.stage.Where(int(who))); who != Writer && to != 0 && to != from {
		if behind := p.behind(who); behind != 0 {
			t.Reach("an overtaken reader went", behind<<60|uint64(p.stage.Where(int(Writer)))<<40|from<<20|to)
		}
	}
	p.tell(t, who)
}

// tell labels where a player is, and tells the explorer where an overtaken reader and the
// writer stand.
func (p *troupe) tell(t *battle.T, who Player) {
	switch p.stage.State(int(who)) {
	case schedule.Paused:
		t.Label("paused")
	case schedule.Blocked:
		t.Label("blocked")
	}
	if who != Writer {
		p.readers[who].label(t)
	}
	writer := uint64(p.stage.Where(int(Writer)))
	for i := One; i < players; i++ {
		where := uint64(p.stage.Where(int(i)))
		if where == 0 {
			continue
		}
		if behind := p.behind(i); behind != 0 {
			t.Reach("an overtaken reader and the writer stand", behind<<60|writer<<20|where)
		} else {
			t.Reach("a reader stands", where)
		}
	}
}

// behind is how far what a reader has begun to read is too old by now: 0 if it is not, else
// the number of segments that it lies below first, up to 2.
func (p *troupe) behind(reader Player) uint64 {
	first := p.readers[reader].first(p.done.Load() + p.length)
	if !p.chases[reader] || p.reads[reader] >= first {
		return 0
	}
	return 1 + min(1, (first-p.reads[reader]-1)/segment)
}

// checkTroupe tells what somebody has complained of, and of those who wait for nothing.
func checkTroupe(t *battle.T, p *troupe) {
	if said := p.said; said != nil {
		battle.Equal(t, said.want, said.got, said.what)
	} else if panicked := p.stage.Panicked(); panicked != nil {
		t.Errorf("the %s panicked: %v\n%s", panicked.Actor, panicked.Value, panicked.Stack)
	} else {
		p.checkSleepers(t)
	}
	t.Story(p.stage.Table)
}

// checkSleepers knows two ways to sleep for ever. Who waits for a byte that is there, while
// nothing is appended, has not been woken; and where somebody waits for something else, and
// nobody can go on, there is a deadlock.
func (p *troupe) checkSleepers(t *battle.T) {
	writes := p.stage.State(int(Writer)) != schedule.Idle
	for i := One; i < players; i++ {
		awaited := p.readers[i].awaits.Load()
		switch {
		case p.stage.State(int(i)) != schedule.Blocked:
		case awaited != 0 && awaited-1 < p.done.Load() && !writes:
			t.Errorf("reader %s waits for %d, which is there: tail is %d, and nobody will wake it", i, p.base+awaited-1, p.base+p.done.Load())
		case awaited == 0 && p.stage.Stuck():
			t.Errorf("a deadlock: reader %s is blocked, and nobody can go on", i)
		}
	}
	if writes && p.stage.Stuck() {
		t.Errorf("a deadlock: the writer is blocked, and nobody can go on")
	}
}
