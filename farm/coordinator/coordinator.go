// Package coordinator decides what is hunted, and what counts as found.
//
// It follows a git checkout: each new commit is a build, which workers get and hunt in. It
// hands out work so that every engine in every target has its share of the time, and what
// still finds new things has more. What workers hand in it checks with its own build of the
// sources before it counts. A failure that it has seen is filed, once, with the shortest
// trace; the first bad revision is looked for, and which update is to blame; and the trace is
// run again at each build: the finding is ongoing, resolved, or back.
//
// A coordinator that is killed at any moment goes on from the store when it is started again.
// One thing is done at a time for a finding, and each step leaves a mark in its record when it
// is done. A farm has one coordinator, by lease; one that has lost it unawares overwrites nothing:
// a record is only written over what was read.
package coordinator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"battle.test/farm/driver"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/vitals"
	"battle.test/farm/work"
)

// Options of a coordinator. Times of zero are the usual ones.
type Options struct {
	Checkout tree.Checkout
	Dir      string // its folder, for sources
	Battle   driver.Battle
	Weights  map[string]float64 // of targets; 1 for those it does not name
	Only     []string           // targets, all if there are none
	Slice    time.Duration      // of a piece of work
	Poll     time.Duration      // between looks at the checkout
	Explain  time.Duration      // CPU time for an explanation
	Bisect   int                // revisions that are gone back at most
	Vitals   *vitals.Watch      // nil: nothing is watched
	Log      func(format string, args ...any)
}

func (o *Options) complete() {
	for _, one := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&o.Slice, time.Minute}, {&o.Poll, 5 * time.Second}, {&o.Explain, 10 * time.Second}} {
		if *one.value <= 0 {
			*one.value = one.usual
		}
	}
	if o.Bisect <= 0 {
		o.Bisect = 2000
	}
}

// A Coordinator runs a farm.
type Coordinator struct {
	Options
	store *store.Store
	queue *work.Queue
	book  *book
	shift *shift
	wake  chan struct{} // something may be to be tended

	looked bool // at a build, in this process; of the duty for builds

	desk  sync.Mutex // who has it uses the trees
	head  tree.Tree  // of the present build
	other tree.Tree  // of others, one after the other
}

// New reads what a farm knows. It does not begin yet.
func New(ctx context.Context, o Options, s *store.Store, q *work.Queue) (*Coordinator, error) {
	o.complete()
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	b, err := readBook(ctx, s)
	if err != nil {
		return nil, err
	}
	return &Coordinator{
		Options: o, store: s, queue: q, book: b, shift: newShift(), wake: make(chan struct{}, 1),
		head: tree.Tree{Dir: filepath.Join(o.Dir, "head")}, other: tree.Tree{Dir: filepath.Join(o.Dir, "other")},
	}, nil
}

const (
	scheduleEvery = time.Second
	workersEvery  = 2 * time.Second
	watchEvery    = 5 * time.Second
	tendEvery     = 2 * time.Second
	patienceMin   = time.Second // after a fault, and twice as long after the next
	patienceMax   = time.Minute
)

// Run runs the farm until the context ends.
func (c *Coordinator) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, duty := range []struct {
		name  string
		every time.Duration
		do    func(context.Context) error
	}{
		{"builds", c.Poll, c.look},
		{"reports", 0, func(ctx context.Context) error { return c.queue.Reports(ctx, c.well("reports"), c.count) }},
		{"corpus", 0, func(ctx context.Context) error { return c.queue.Entries(ctx, c.well("corpus"), c.enter) }},
		{"findings", 0, func(ctx context.Context) error { return c.queue.Claims(ctx, c.well("findings"), c.confirm) }},
		{"tending", 0, c.tend},
		{"schedule", scheduleEvery, c.schedule},
		{"workers", workersEvery, c.readWorkers},
		{"machine", watchEvery, c.watch},
	} {
		all.Go(func() { c.serve(ctx, duty.name, duty.every, duty.do) })
	}
	all.Wait()
	return ctx.Err()
}

// serve does a duty again and again. When it can't be done, that is shown until it can.
func (c *Coordinator) serve(ctx context.Context, name string, every time.Duration, do func(context.Context) error) {
	patience := patienceMin
	for ctx.Err() == nil {
		began := time.Now()
		err := do(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil || time.Since(began) > patienceMax {
			patience = patienceMin
		}
		if err == nil {
			c.hold(name, "")
			pause(ctx, every)
			continue
		}
		c.hold(name, err.Error())
		pause(ctx, patience)
		patience = min(2*patience, patienceMax)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// hold says why a duty is not done, or, with "", that it is done again.
func (c *Coordinator) hold(duty, why string) {
	if c.book.hold(duty, why) {
		if why == "" {
			c.Log("%s: going on", duty)
		} else {
			c.Log("%s: holding: %s", duty, why)
		}
	}
}

// well says that a duty that does not end is being done.
func (c *Coordinator) well(duty string) func() { return func() { c.hold(duty, "") } }

// errHolding is the error of what is not done while the machine is short of something.
var errHolding = errors.New("holding")

// watch looks at what the process lives on.
func (c *Coordinator) watch(context.Context) error {
	if c.Vitals == nil {
		return nil
	}
	if by := c.Vitals.Jump(time.Now()); by != 0 {
		c.Log("the clock was set by %v: times of before are by the old one", by.Round(time.Second))
	}
	if why := c.Vitals.Check(); why != "" {
		return errors.New(why)
	}
	return nil
}

// held tells whether the machine is short of something: then nothing is handed out or filed.
func (c *Coordinator) held() error {
	if why := c.book.holding("machine"); why != "" {
		return fmt.Errorf("%s: %w", why, errHolding)
	}
	return nil
}
