package fuzz

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/ringbuf"
)

// Readers is the tip ring with its writer and its readers at work at the same time. An
// update is a whole race over a ring of its own.
//
// The tape decides what everybody does, but not when: that is up to Go and the system,
// so a tape that has failed may pass the next time. Hence the attempts. What is checked
// holds on every schedule, so a failure is the ring's all the same.
//
// The ring could go wrong between two neighbouring instructions. Three things make such
// gaps wide, without a change to the ring: segments are small, so that the writer wants
// memory back with every other append; the writer laps its readers many times; and the
// world is stopped now and then, which preempts each goroutine wherever it happens to
// be, and starts it again before the others or after. While a run lasts there are more
// threads than a small machine has cores, so that the system, too, does that.
var Readers = battle.Target[*course]{
	Name:      "readers",
	New:       newCourse,
	Ops:       battle.Ops(battle.Op[*Race](1)),
	Close:     func(c *course) { runtime.GOMAXPROCS(c.procs) },
	Corpus:    corpus.FS,
	HangAfter: 5 * time.Second,
	Attempts:  500,
	Require: []battle.Requirement{
		battle.Require("waited", 0.5),
		battle.Require("view outlived its segment", 0.1),
		battle.Require("too old", 0.1),
	},
}

const (
	racersMax = 4
	streamMax = 200 * 40 * 40 // bytes: bursts, appends and their length
	lengthMax = 96            // bytes of a read
	threads   = 8
	crowd     = 60 // readers
)

// A course is what races leave to the next: memory.
type course struct {
	stream []byte // of every race, from its base on
	racers [racersMax]racer
	memory runtime.MemStats
	procs  int // GOMAXPROCS as it was
}

func newCourse() *course {
	c := &course{procs: runtime.GOMAXPROCS(threads), stream: make([]byte, streamMax)}
	fillStream(c.stream, 0, 1)
	return c
}

// Pause is what the writer does between two bursts of appends, or two appends.
type Pause uint8

const (
	None  Pause = iota // it goes on
	Yield              // it lets others go first
	Mind               // with each append, it waits until all who wait for what is there have been woken
)

func (p Pause) String() string { return [...]string{"none", "yield", "mind"}[p] }

// Task is a step of a reader.
type Task uint8

const (
	CopyOut Task = iota // copies through the reader
	Borrow              // copies through the ring, as any goroutine may
	Hold                // takes a view and looks at it again and again
	Await               // waits for a byte to come
	Leave               // closes its reader while a view is out, and takes another
)

func (k Task) String() string { return [...]string{"copy", "borrow", "hold", "await", "leave"}[k] }

// Step is one step of a reader's script.
type Step struct {
	Do     Task  `draw:"0..4"`
	From   Mark  `draw:"1..2"`
	Offset int8  `draw:"-40..40"` // relative to From
	Length uint8 `draw:"1..96"`
	Looks  uint8 `draw:"0..8"`  // at a view
	Times  uint8 `draw:"1..10"` // in a row
}

// Script is what a reader does, over and over, until the writer is done.
type Script struct {
	Steps []Step `draw:"len=1..3"`
	Yield uint8  `draw:"1..8"` // rounds between two times that it lets others run
}

// Race lets one writer and some readers loose on a new ring.
type Race struct {
	Base     uint16
	High     bool     // the stream ends Base before the last offset there is
	Capacity uint8    `draw:"1..96"`
	Bursts   uint8    `draw:"20..200"` // of appends
	Burst    uint8    `draw:"1..40"`   // appends
	Length   uint8    `draw:"1..40"`   // of an append
	Pause    Pause    `draw:"0..2"`
	Stops    uint8    `draw:"0..8"` // how often the world is stopped
	Crowd    bool     // many readers more are attached: the writer looks at their pins, too
	Readers  []Script `draw:"len=1..4"`
}

func (r *Race) Apply(t *battle.T, c *course) {
	g := r.start(c)
	var all sync.WaitGroup
	for i := range r.Readers {
		all.Go(func() { c.racers[i].run(g, r.Readers[i]) })
	}
	if r.Stops > 0 {
		all.Go(func() { g.interrupt(r.Stops, &c.memory) })
	}
	g.write(r, c.racers[:len(r.Readers)])
	all.Wait()
	if said := g.said; said != nil {
		battle.Equal(t, said.want, said.got, said.what)
	}
	for i := range r.Readers {
		c.racers[i].label(t)
	}
}

// A race is what its goroutines share.
type race struct {
	ring     *ringbuf.Ring
	base     uint64
	capacity uint64
	length   uint64        // of an append
	stream   []byte        // all that will be appended, from base on
	done     atomic.Uint64 // how many bytes have been appended
	ready    atomic.Int32  // readers
	over     atomic.Bool

	once   sync.Once
	said   *complaint
	failed chan struct{} // closed after the first complaint
}

// A complaint is what a goroutine saw that should not be. The run's own reports it.
type complaint struct {
	what      string
	want, got words
}

// words are text that a finding shows as it is.
type words string

func (r *Race) start(c *course) *race {
	total := uint64(r.Bursts) * uint64(r.Burst) * uint64(r.Length)
	g := &race{
		base: uint64(r.Base), capacity: uint64(r.Capacity), length: uint64(r.Length),
		stream: c.stream[:total], failed: make(chan struct{}),
	}
	if r.High {
		g.base = math.MaxUint64 - g.base - total
	}
	ring, err := ringbuf.New(int(r.Capacity), g.base)
	if err != nil {
		panic(err)
	}
	g.ring = ring
	return g
}

// complain notes the first complaint, and lets nobody wait any longer.
func (g *race) complain(what string, want, got words) {
	g.once.Do(func() {
		g.said = &complaint{what, want, got}
		close(g.failed)
	})
}

// write is the writer. It starts when all readers are there.
func (g *race) write(r *Race, racers []racer) {
	for spins := 0; int(g.ready.Load()) < len(racers); spins++ {
		rest(spins)
	}
	if r.Crowd {
		for range crowd {
			g.ring.NewReader()
		}
	}
	for range r.Bursts {
		for range r.Burst {
			at := g.done.Load()
			if err := g.ring.Append(g.stream[at : at+g.length]); err != nil {
				g.complain("an append", "no error", words(err.Error()))
				g.over.Store(true)
				return
			}
			g.done.Store(at + g.length)
			if r.Pause == Mind { // now: the next append would wake who was not woken by this one
				g.mind(racers)
			}
		}
		if r.Pause == Yield {
			runtime.Gosched()
		}
	}
	g.over.Store(true)
}

// mind waits until nobody waits for a byte that is there. A waiter that was not woken
// keeps it here for ever, which battle calls a hang: no clock decides what is late.
func (g *race) mind(racers []racer) {
	tail := g.done.Load()
	for i := range racers {
		for spins := 0; ; spins++ {
			if awaited := racers[i].awaits.Load(); awaited == 0 || awaited-1 >= tail {
				break
			}
			rest(spins)
		}
	}
}

// rest lets others run; who waits for long does not keep a core busy.
func rest(spins int) {
	const often = 200
	if spins < often {
		runtime.Gosched()
		return
	}
	time.Sleep(50 * time.Microsecond)
}

// interrupt stops the world some times, and not twice between two appends.
func (g *race) interrupt(stops uint8, memory *runtime.MemStats) {
	for range stops {
		at := g.done.Load()
		for spins := 0; g.done.Load() == at; spins++ {
			if g.over.Load() {
				return
			}
			rest(spins)
		}
		runtime.ReadMemStats(memory)
	}
}
