package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"battle.test/explore"
)

// An ensemble is engines that hunt in one target by turns, within one budget. What one
// finds goes to the others, see relay. Who has how much of the budget, and when, say the
// seats: docs/ensemble.md has the reasons.
type ensemble struct {
	target    target
	parts     []*part
	relay     *relay
	slice     time.Duration
	inCPU     bool // the slice is CPU time of all processes
	stopFirst bool
	lanes     int // turns at a time

	mu      sync.Mutex
	started time.Time
	seats   []*seat
	first   map[string]*part // who had a finding first, by the name of its file
}

// ensembleLook is how often a lane looks for a turn that it could begin, and what was found
// is looked for.
const ensembleLook = 50 * time.Millisecond

// assemble makes the ensemble of the engines that are ready for a target, with workers
// processes of the explorer. The jobs are like one of them.
func (a together) assemble(w *workshop, like *job, workers int) (*ensemble, error) {
	e := &ensemble{target: like.target, slice: like.slice, inCPU: like.inCPU, stopFirst: like.stopFirst, lanes: 1, first: make(map[string]*part)}
	for _, one := range a.fit(w, like.target) {
		p := &part{engine: one, met: make(map[string]bool), odd: make(map[string]int64)}
		n := 1
		if one.name() == explore.Name {
			n = workers
		}
		for i := range n {
			j := &job{target: like.target, engine: one, seed: like.seed + uint64(i)*workerSeeds, stopFirst: like.stopFirst, asFound: like.asFound, foreign: like.foreign, state: "waiting", ensemble: e}
			var err error
			if j.dir, err = os.MkdirTemp(cmp.Or(like.dir, w.temp), one.name()+"-"); err != nil {
				return nil, err
			}
			p.jobs = append(p.jobs, j)
			e.seats = append(e.seats, &seat{part: p, job: j, share: shareOf(one, like.target)})
		}
		for _, j := range p.jobs {
			j.crew = p.jobs
			if one.name() == explore.Name {
				j.shared = cmp.Or(like.shared, filepath.Join(p.jobs[0].dir, "shared"))
			}
		}
		e.parts = append(e.parts, p)
	}
	e.relay = newRelay(w, like.target, e.parts)
	return e, nil
}

// jobs are all jobs, part by part.
func (e *ensemble) jobs() (all []*job) {
	for _, s := range e.seats {
		all = append(all, s.job)
	}
	return all
}

// run hunts until the slice is spent.
func (e *ensemble) run(ctx context.Context, w *workshop) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.mu.Lock()
	e.started = time.Now()
	e.mu.Unlock()
	over := make(chan struct{})
	var crediting, lanes sync.WaitGroup
	crediting.Go(func() { e.creditUntil(over) })
	for range e.lanes {
		lanes.Go(func() { e.lane(ctx, w) })
	}
	lanes.Wait()
	for _, s := range e.seats {
		s.dismiss()
	}
	close(over)
	crediting.Wait()
	for _, s := range e.seats {
		s.conclude(ctx)
	}
}

// lane gives one turn after the other.
func (e *ensemble) lane(ctx context.Context, w *workshop) {
	for e.left() > turnLeast && !e.satisfied() {
		s, more := e.next()
		if !more {
			return
		}
		if s != nil {
			e.turn(ctx, w, s)
		} else {
			select {
			case <-ctx.Done():
			case <-time.After(ensembleLook):
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// turn is one turn of an engine, and what the relay makes of it.
func (e *ensemble) turn(ctx context.Context, w *workshop, s *seat) {
	if !stays(s.part.engine) {
		e.carry(ctx) // it reads what it is given when it begins
	}
	before, had := s.job.used(), e.relay.givenBy(s.part)
	s.take(ctx, w, min(s.granted, e.left()), e.slice, e.inCPU)
	if !stays(s.part.engine) {
		e.carry(ctx)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	s.took(s.job.used() - before)
	s.reward(e.relay.givenBy(s.part) > had)
}

// carry lets the relay work, if it has CPU time for that.
func (e *ensemble) carry(ctx context.Context) {
	allowed := e.allowance()
	if allowed == 0 || e.satisfied() || ctx.Err() != nil {
		return
	}
	if err := e.relay.round(ctx, allowed); err != nil && ctx.Err() == nil {
		fmt.Fprintf(os.Stderr, "battle: runs of %s could not be exchanged: %v\n", e.target.Name, err)
	}
}

// allowance is the CPU time that the relay may take now, or 0 if that is no more than a
// process's start.
func (e *ensemble) allowance() time.Duration {
	if allowed := e.spent()/relayShare - e.relay.meter.read(); allowed >= relayLeast {
		return allowed
	}
	return 0
}

// The relay has no more than one in relayShare of the CPU time, and does not work for less
// than relayLeast.
const (
	relayShare = 12
	relayLeast = 100 * time.Millisecond
)

// next is the seat whose turn it is, and is marked as busy. It is nil while none is free that
// may have one; there is no more if all are out.
//
// It is the explorer's turn until the others have credit for that of the one that is
// furthest behind its share, however long. If shorter ones came before, those that take a
// process would never have theirs.
func (e *ensemble) next() (best *seat, more bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	led, others, leading := e.had()
	best = e.behind((*seat).leads)
	other := e.behind(func(s *seat) bool { return !s.leads() && (!leading || led >= s.share.begins) })
	if best == nil && other == nil { // a core is free, and the explorer is at work
		other = e.behind(func(s *seat) bool { return !s.leads() })
	}
	if best == nil || other != nil && others+e.price(other) <= credit(led) {
		best = other
	}
	if best != nil {
		best.busy, best.granted = true, best.length(e.spent(), e.left())
	}
	return best, leading || slices.ContainsFunc(e.seats, func(s *seat) bool { return !s.out })
}

// had is what the explorer has had, and what all others have, or will once the turns are over
// that they have now. The explorer leads until it is out.
func (e *ensemble) had() (led, others time.Duration, leading bool) {
	others = e.relay.meter.read()
	for _, s := range e.seats {
		if s.leads() {
			led += s.spent
			leading = leading || !s.out
		} else {
			others += s.spent + s.granted
		}
	}
	return led, others, leading
}

// behind is the free seat, of some, that is furthest behind its share, or nil.
func (e *ensemble) behind(of func(*seat) bool) (best *seat) {
	for _, s := range e.seats {
		if !s.out && !s.busy && of(s) && (best == nil || s.had() < best.had()) {
			best = s
		}
	}
	return best
}

// price is what a turn of a seat is expected to take, with the relay's part. One that overruns
// will do so again, but for one in which a finding was minimised.
func (e *ensemble) price(s *seat) time.Duration {
	turn := s.length(e.spent(), e.left()) + min(s.overran, turnMost)
	if !stays(s.part.engine) {
		turn += e.allowance()
	}
	return turn
}

// spent is the CPU time of all processes, as far as it is known.
func (e *ensemble) spent() time.Duration {
	sum := e.relay.meter.read()
	for _, s := range e.seats {
		sum += s.job.used()
	}
	return sum
}

// left is what remains of the slice.
func (e *ensemble) left() time.Duration {
	spent := time.Since(e.started)
	if e.inCPU {
		spent = max(e.spent(), spent/sleepsMax)
	}
	return max(0, e.slice-spent)
}

// found tells whether any of the jobs has a finding.
func (e *ensemble) found() bool {
	return slices.ContainsFunc(e.jobs(), func(j *job) bool { return len(j.findings()) > 0 })
}

func (e *ensemble) satisfied() bool { return e.stopFirst && e.found() }

// creditUntil notes who has a finding first, up to the end and once more then.
func (e *ensemble) creditUntil(over <-chan struct{}) {
	look := time.NewTicker(ensembleLook)
	defer look.Stop()
	for {
		select {
		case <-over:
			e.credit()
			return
		case <-look.C:
			e.credit()
		}
	}
}

func (e *ensemble) credit() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.seats {
		for _, dir := range []string{"findings", "pending"} {
			files, _ := filepath.Glob(filepath.Join(s.job.dir, dir, "*.json"))
			for _, file := range files {
				id := filepath.Base(file)
				if e.first[id] == nil {
					e.first[id] = s.part
				}
			}
		}
	}
}
