package coordinator

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"battle.test/farm/store"
	"battle.test/farm/work"
)

// A shift divides the time of the workers among arms, which are engines in targets. Each arm
// has a share; what it was given is counted in time over share, and who is behind is next. So
// all keep to their shares without any chance, and none starves.
type shift struct {
	given map[string]float64 // by arm
}

func newShift() *shift { return &shift{given: make(map[string]float64)} }

// floor is the part of all time that is divided by weight alone. The rest goes by what is
// still new: an engine that has found nothing for long may be about to.
const floor = 0.3

// One piece of news in so many seconds is expected of an arm that nothing is known of.
const (
	newsPrior    = 1.0
	secondsPrior = 60.0
)

// shares are the parts of the time that arms should have. They sum up to 1.
func shares(arms []store.Arm, weight func(target string) float64) map[string]float64 {
	promise := func(a store.Arm) float64 { return (a.Gain + newsPrior) / (a.Spent + secondsPrior) }
	weights, promises := 0.0, 0.0
	for _, a := range arms {
		weights += weight(a.Target)
		promises += weight(a.Target) * promise(a)
	}
	all := make(map[string]float64)
	for _, a := range arms {
		if w := weight(a.Target); w > 0 {
			all[armKey(a.Target, a.Engine)] = floor*w/weights + (1-floor)*w*promise(a)/promises
		}
	}
	return all
}

// next is the arm that is behind, and counts what it is given now. One that comes in anew
// begins where the others are.
func (s *shift) next(share map[string]float64, seconds float64) (arm string) {
	least := 0.0
	for _, key := range slices.Sorted(maps.Keys(share)) {
		if given, known := s.given[key]; known && (arm == "" || given < least) {
			arm, least = key, given
		}
	}
	for _, key := range slices.Sorted(maps.Keys(share)) {
		if _, known := s.given[key]; !known {
			s.given[key] = least
			arm = key
		}
	}
	for key := range s.given {
		if _, takesPart := share[key]; !takesPart {
			delete(s.given, key)
		}
	}
	if arm != "" {
		s.given[arm] += seconds / share[arm]
	}
	return arm
}

// schedule keeps the queue so full that no worker waits, and no fuller: what is in it was
// decided by what was known before.
func (c *Coordinator) schedule(ctx context.Context) error {
	if err := c.held(); err != nil {
		return err
	}
	build := c.book.present()
	engines, workers := c.offered()
	if build == "" || len(engines) == 0 {
		return nil
	}
	waiting := 0
	for _, e := range engines {
		n, err := c.queue.Waiting(ctx, e)
		if err != nil {
			return err
		}
		waiting += n
	}
	for ; waiting < max(2, workers); waiting++ {
		item, some := c.plan(build, engines)
		if !some {
			return nil
		}
		if err := c.queue.Offer(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// offered are the engines that some worker has and that the farm knows, and how many workers there are.
func (c *Coordinator) offered() (engines []string, workers int) {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	for _, w := range c.book.workers {
		for _, e := range w.Engines {
			if e.Missing == "" && slices.Contains(c.book.engines, e.Name) && !slices.Contains(engines, e.Name) {
				engines = append(engines, e.Name)
			}
		}
	}
	slices.Sort(engines)
	return engines, len(c.book.workers)
}

// plan decides what is hunted next.
func (c *Coordinator) plan(build string, engines []string) (item work.Item, some bool) {
	known := make(map[string]store.Arm)
	for _, a := range c.book.allArms() {
		known[armKey(a.Target, a.Engine)] = a
	}
	targets := make(map[string]store.Target)
	var arms []store.Arm
	now := time.Now()
	for _, t := range c.book.allTargets() {
		if t.Gone || t.Build != build || !c.wants(t.Name) {
			continue
		}
		targets[t.Name] = t
		for _, e := range engines {
			a := known[armKey(t.Name, e)]
			a.Target, a.Engine = t.Name, e
			// A clock that was set back would make an arm rest for ever.
			if left := a.Resting.Sub(now); left <= 0 || left > rest(a.Failures) {
				arms = append(arms, a)
			}
		}
	}
	next := c.shift.next(shares(arms, func(target string) float64 { return targets[target].Weight }), c.Slice.Seconds())
	i := slices.IndexFunc(arms, func(a store.Arm) bool { return armKey(a.Target, a.Engine) == next })
	if i < 0 {
		return item, false
	}
	t := targets[arms[i].Target]
	var dice [16]byte
	rand.Read(dice[:])
	return work.Item{
		ID: hex.EncodeToString(dice[:8]), Target: t.Name, Package: t.Package, Engine: arms[i].Engine, Build: build,
		Seconds: c.Slice.Seconds(), Seed: binary.LittleEndian.Uint64(dice[8:]) | 1,
	}, true
}

// readWorkers asks who is there.
func (c *Coordinator) readWorkers(ctx context.Context) error {
	rows, err := c.store.Workers.All(ctx)
	if err != nil {
		return err
	}
	workers := []store.Worker{}
	for _, row := range rows {
		workers = append(workers, row.Value)
	}
	slices.SortFunc(workers, func(a, b store.Worker) int { return cmp.Compare(a.Name, b.Name) })
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	c.book.workers = workers
	c.book.changedNow()
	return nil
}
