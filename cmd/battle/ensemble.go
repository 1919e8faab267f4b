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
			e.seats = append(e.seats, &seat{part: p, job: j, share: shareOf(one)})
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
	s.take(ctx, w, s.length(e.spent(), e.left()), e.slice, e.inCPU)
	if !stays(s.part.engine) {
		e.carry(ctx)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	s.busy = false
	s.taken++
	s.spent += max(time.Millisecond, s.job.used()-before)
	s.reward(e.relay.givenBy(s.part) > had)
}

// carry lets the relay work, if it has CPU time for more than a process's start.
func (e *ensemble) carry(ctx context.Context) {
	allowed := e.spent()/relayShare - e.relay.meter.read()
	if allowed < relayLeast || e.satisfied() || ctx.Err() != nil {
		return
	}
	if err := e.relay.round(ctx, allowed); err != nil && ctx.Err() == nil {
		fmt.Fprintf(os.Stderr, "battle: runs of %s could not be exchanged: %v\n", e.target.Name, err)
	}
}

// The relay has no more than one in relayShare of the CPU time, and does not work for less
// than relayLeast.
const (
	relayShare = 12
	relayLeast = 100 * time.Millisecond
)

// next is the seat whose turn it is, and is marked as busy: the one that is furthest behind
// its share. It is nil while all are busy; there is no more if all are out.
func (e *ensemble) next() (best *seat, more bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.seats {
		more = more || !s.out
		if !s.out && !s.busy && (best == nil || s.had() < best.had()) {
			best = s
		}
	}
	if best != nil {
		best.busy = true
	}
	return best, more
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
