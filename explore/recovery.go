package explore

// At the start of a long trace the failure may be likely, for other runs have time to do what
// the trace does at last. While the trace does nothing of it, that sinks to next to nothing.
// An update that brings it back does not raise it over the highest before, and only the last
// one does, as 100 % is more than anything. But it is to blame, as it would be alone.

// recoversLeast is by what factor an update raises the likelihood over the moment right before
// it, by the intervals, to be blamed for it. Two neighbours of some dozen differ by chance, but not so.
const recoversLeast = 2

// lastMoments are looked at one by one: so near the end the likelihood sinks fast, and between two
// that are apart it would hide what brings it back.
const lastMoments = 16

// recovered blames the update that raised the likelihood most after it had sunk. It gives up
// with the explanation that blames the last update, or none, if there is no such update.
func (s *sampler) recovered(last *Explanation) *Explanation {
	updates := len(s.wanted.Updates)
	if updates == 1 {
		return last
	}
	for left := 1; left <= min(lastMoments, updates-1); left++ {
		s.sample(s.at(updates-left), firstRuns)
	}
	likely := func() (best *rise, rivals []*rise) { return s.recoveries(1) }
	s.settle(likely)
	if best, _ := likely(); best != nil {
		for _, p := range best.points() {
			s.sample(p, runsMax)
		}
	}
	best, rivals := s.recoveries(recoversLeast)
	if best == nil || best.after.Moment > best.before.Moment+1 {
		return last
	}
	e := s.explanation()
	s.blame(e, best, rivals)
	e.Culprit.Sunk = true
	return e
}

// recoveries finds the largest rise after the likelihood had sunk, but not that of the last
// update, and those that may be as large. All are by more than a factor.
func (s *sampler) recoveries(least float64) (best *rise, rivals []*rise) {
	var all []*rise
	highest := s.points[0]
	for i, p := range s.points[1 : len(s.points)-1] {
		before := s.points[i]
		if r := newRise(before, before, p); before.High < highest.Low && r.least > least {
			all = append(all, r)
		}
		if p.P > highest.P {
			highest = p
		}
	}
	return largest(all)
}
