package explore

import (
	"slices"

	"battle.test/battle"
)

const (
	tight      = 0.05 // width of an interval that is narrow enough
	firstRuns  = 128  // of every moment
	firstBatch = 16   // of them at a time, so that a budget that ends early leaves an even curve
	runsMax    = 2048 // of a moment: the widest interval is then 4.3 points
	gridMax    = 64   // moments that are looked at first, of a long trace
)

// A sampler runs other futures of a trace's moments.
type sampler struct {
	hunt     *battle.Hunt
	wanted   battle.Wanted
	dice     *dice
	composer *composer
	points   []*Point // by moment
	prefix   []byte
	tally    *tally
	futures  int
	others   int
}

func newSampler(h *battle.Hunt, wanted battle.Wanted) *sampler {
	s := &sampler{hunt: h, wanted: wanted, dice: newDice(h.Seed()), tally: newTally()}
	s.composer = newComposer(h, s.dice)
	n := len(s.wanted.Updates)
	for i := range min(n, gridMax) {
		s.at(i * n / min(n, gridMax))
	}
	s.at(n)
	return s
}

// at is the point of a moment.
func (s *sampler) at(moment int) *Point {
	i, found := slices.BinarySearchFunc(s.points, moment, func(p *Point, m int) int { return p.Moment - m })
	if !found {
		s.points = slices.Insert(s.points, i, &Point{Moment: moment, Share: share(0, 0)})
	}
	return s.points[i]
}

// draw runs futures until it is clear where the curve jumps, and how high, or the budget
// is spent.
func (s *sampler) draw() {
	for runs := firstBatch; runs <= firstRuns; runs += firstBatch {
		for _, p := range s.points {
			s.sample(p, runs)
		}
	}
	s.settle(s.rises)
}

// settle runs more futures where the largest rise is, of those that are looked for, and where
// its rivals are.
func (s *sampler) settle(look func() (best *rise, rivals []*rise)) {
	for !s.hunt.Expired() {
		best, rivals := look()
		if best == nil {
			return
		}
		if gap := best.after.Moment - best.before.Moment; gap > 1 {
			s.sample(s.at(best.before.Moment+gap/2), firstRuns)
			continue
		}
		open := unclear(best, rivals)
		if len(open) == 0 {
			return
		}
		for _, p := range open {
			s.sample(p, min(2*p.Runs, runsMax))
		}
	}
}

// A rise is how much more likely the failure is at a moment than at one before.
type rise struct {
	lower, before, after *Point  // lower is what after is compared with, before the point next to after
	least, most          float64 // the factor of after over lower, as far as the intervals tell
}

func newRise(lower, before, after *Point) *rise {
	return &rise{lower, before, after, after.Low / lower.High, after.High / max(lower.Low, 1e-9)}
}

func (r *rise) points() []*Point { return []*Point{r.lower, r.before, r.after} }

func (r *rise) tight() bool {
	return !slices.ContainsFunc(r.points(), func(p *Point) bool { return p.width() > tight })
}

// rises finds the largest over the highest before, and those that may be as large. It is nil
// as long as no moment was looked at.
func (s *sampler) rises() (best *rise, rivals []*rise) {
	var all []*rise
	highest := s.points[0]
	for i, p := range s.points[1:] {
		if p.Fails > 0 && highest.Runs > 0 {
			all = append(all, newRise(highest, s.points[i], p))
		}
		if p.P > highest.P {
			highest = p
		}
	}
	return largest(all)
}

// largest is the largest of some rises, if there are any, and those that may be as large.
func largest(all []*rise) (best *rise, rivals []*rise) {
	for _, r := range all {
		if best == nil || r.least > best.least {
			best = r
		}
	}
	for _, r := range all {
		if r != best && r.most > best.least {
			rivals = append(rivals, r)
		}
	}
	return best, rivals
}

// unclear are the points that deserve more runs: those of the largest rise until their
// intervals are tight, and as long as it has rivals, those and theirs.
func unclear(best *rise, rivals []*rise) (open []*Point) {
	add := func(p *Point, enough bool) {
		if !enough && p.Runs < runsMax && !slices.Contains(open, p) {
			open = append(open, p)
		}
	}
	for _, p := range best.points() {
		add(p, len(rivals) == 0 && p.width() <= tight)
	}
	for _, r := range rivals {
		add(r.lower, false)
		add(r.after, false)
	}
	return open
}

// sample runs futures from a moment until it has had so many.
func (s *sampler) sample(p *Point, runs int) {
	s.prefix = s.prefix[:0]
	for _, update := range s.wanted.Updates[:p.Moment] {
		s.prefix = append(s.prefix, update...)
	}
	for p.Runs < runs && !s.hunt.Expired() {
		s.composer.burst.reset()
		s.dice.forget()
		for range s.wanted.Length - p.Moment {
			s.composer.roll(s.composer.all)
		}
		key := s.run(s.prefix, s.composer.burst.updates)
		fails := key == s.wanted.Key
		p.Share = p.with(fails)
		s.futures++
		if !fails && key != "" {
			s.others++
		}
		if p.Moment < len(s.wanted.Updates) { // else it is the trace itself
			s.tally.add(fails)
		}
	}
}

// run runs updates, and returns what its failure is known by.
func (s *sampler) run(updates ...[]byte) (key string) {
	clearCounters()
	s.hunt.Begin()
	for _, some := range updates {
		if !s.hunt.Extend(some) {
			break
		}
	}
	return s.hunt.Drop()
}

// without runs the trace with the culprit left out, and with others of its kind in its place.
func (s *sampler) without(c *Culprit) {
	update := c.Update - 1
	var before, after []byte
	for i, one := range s.wanted.Updates {
		if i < update {
			before = append(before, one...)
		} else if i > update {
			after = append(after, one...)
		}
	}
	runs := 1
	if !s.hunt.Deterministic() {
		runs = firstRuns
	}
	c.Removed, c.Replaced = share(0, 0), share(0, 0)
	for c.Removed.Runs < runs {
		key := s.run(before, after)
		c.Removed = c.Removed.with(key == s.wanted.Key)
		if key != "" && key != s.wanted.Key {
			c.Other++
		}
	}
	if len(s.wanted.Updates[update]) == 1 {
		return // without fields, another of its kind is the same
	}
	kind := s.hunt.Kind(s.wanted.Updates[update])
	var other []byte
	for c.Replaced.Runs < runsMax && (c.Replaced.Runs < firstRuns || c.Replaced.width() > tight) && !s.hunt.Expired() {
		s.dice.forget()
		other = s.hunt.Roll(other[:0], kind, s.dice)
		c.Replaced = c.Replaced.with(s.run(before, other, after) == s.wanted.Key)
	}
}
