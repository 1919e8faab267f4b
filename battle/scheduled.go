package battle

import "time"

// How long a failure that depends on the schedule may take to be seen again, and then to
// be minimised: less than the ten seconds that Go's fuzzer gives an input.
const (
	scheduledConfirm  = 2 * time.Second
	scheduledMinimise = 3 * time.Second
)

// minimalScheduled minimises a failure where the tape does not decide the schedule that
// led to it. It is believed at once: what an update checks must hold on every schedule.
// Where it does not come back, the updates up to it are kept as they are.
func (s *session) minimalScheduled(f *Failure, original program) *Finding {
	ran := original[:min(len(original), f.Moment+1)]
	p := newProber(s.plan, f)
	p.last = f
	fails := 0
	// The last update alone first: it takes a fraction of the time, and so gets most of
	// the attempts, and often it is enough.
	for _, candidate := range []program{ran[len(ran)-1:], ran} {
		p.deadline = time.Now().Add(scheduledConfirm / 2)
		for range confirmRuns {
			if p.fails(candidate) {
				fails++
			}
		}
		if fails > 0 {
			ran = candidate
			break
		}
	}
	m := &minimiser{prog: ran, fails: p.fails, kinds: s.plan.kinds, limit: scheduledCandidates}
	if fails > 0 {
		p.deadline = time.Now().Add(scheduledMinimise)
		ran = m.minimise()
	}
	full := *p.last
	full.Moment = len(ran) - 1
	found := newFinding(s.plan, s.source, ran, &full)
	found.Original, found.Tried, found.Unstable = len(original), m.runs, fails < confirmRuns
	return found
}

// scheduledCandidates bounds the minimiser's own work; the deadline bounds the runs.
const scheduledCandidates = 2000
