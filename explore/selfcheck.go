package explore

import "battle.test/explore/probe"

// A moment can be gone back to if a run is a function of its updates, and if a copy is
// one. Both are checked on the runs of the corpus: a target that breaks these rules would send the
// explorer after ghosts.

// Promises are what is still to be checked. All of it takes as long as some thousand updates, in
// which chance finds much: so the first check comes before all else, and the others between
// the first turns. All runs come before any copy, and there are no copies before all were checked.
type promises struct {
	repeat, copy []*burst
	due          int // so many updates are to be tried before the next check
}

// checkShare is how many updates are tried for each that a check runs.
const checkShare = 8

func (p *promises) make(starts []*burst) { p.repeat, p.copy = starts, starts }

// verify does the next check, if one is due. It reports whether the hunt can go on.
func (e *explorer) verify() bool {
	p := &e.promises
	if len(p.copy) == 0 || e.tried < p.due {
		return true
	}
	check, left, runs := e.copies, &p.copy, 3
	if len(p.repeat) > 0 {
		check, left, runs = e.repeats, &p.repeat, 2
	}
	b := (*left)[0]
	*left = (*left)[1:]
	p.due = e.tried + checkShare*runs*len(b.ends)
	if !check(b) {
		return false
	}
	if len(p.copy) == 0 {
		for _, b := range e.starts {
			e.measure(b)
		}
	}
	return true
}

// repeats runs the same updates twice, and compares what the two runs show.
func (e *explorer) repeats(b *burst) bool {
	e.hunt.Guide(nil)
	defer e.hunt.Guide(e.novelty)
	e.beginPlain()
	first := e.fingerprints(b, 0, nil)
	e.beginPlain()
	second := e.fingerprints(b, 0, first)
	defer e.hunt.End()
	at := differs(first, second)
	if at > 0 {
		e.hunt.Fault(at, "not deterministic: the same updates were run twice, and update %d did not do the same: a run must be a function of its tape: no clock, no random numbers, no map order, nothing kept from an earlier run, in New as in Apply", at)
	}
	return at == 0
}

// copies copies the subject in mid-run, goes on with the original, then with the copy,
// and compares what the two show. Then it does so with a second copy of the copy: that
// shows whether the first has changed what it was copied from. If they differ, that is the
// target's fault if its Clone made them; battle makes no more of its own. What fails in a copy
// is no finding: where the original failed too that is one, and else it is the copy that is wrong.
func (e *explorer) copies(b *burst) bool {
	e.hunt.Guide(nil)
	defer e.hunt.Guide(e.novelty)
	half := len(b.ends) / 2
	e.beginPlain()
	before := b.updates[:0]
	if half > 0 {
		before = b.updates[:b.ends[half-1]]
	}
	if !e.hunt.Extend(before) {
		e.hunt.End()
		return true // it fails before: there is nothing to go on with
	}
	m := &moment{updates: before, depth: half}
	if m.saved = e.capture(); m.saved == nil {
		failed := e.hunt.Failed()
		e.hunt.End()
		return !failed
	}
	original := e.fingerprints(b, half, nil)
	for range 2 {
		if !e.restore(m) {
			return e.unlike(half, "a copy fails at once")
		}
		if at := differs(original, e.fingerprints(b, half, original)); at > 0 {
			return e.unlike(half+at, "a copy went on beside its original, and update %d did not do the same", half+at)
		}
		e.hunt.Drop()
	}
	return true
}

// unlike ends the run of a copy that is not like its original, as an update of it shows. It reports
// whether the hunt can go on.
func (e *explorer) unlike(update int, complaint string, args ...any) bool {
	if failure := e.hunt.Drop(); failure != "" {
		complaint, args = complaint+": it ended in %s", append(args, failure)
	}
	if e.hunt.Copies().Own {
		e.hunt.Distrust(complaint, args...)
		return true
	}
	e.hunt.Fault(update, "Clone shares memory, or leaves something out: "+complaint, args...)
	return false
}

func (e *explorer) beginPlain() {
	e.hunt.Begin()
	clearCounters() // New may do something once only
}

// A fingerprint is a hash of all that an update shows. It hears what states are told
// apart.
type fingerprint struct{ hash uint64 }

func (f *fingerprint) add(v uint64) { f.hash = (f.hash ^ v) * 0x100000001b3 }

// Reach implements [battle.Guide].
func (f *fingerprint) Reach(_ string, k uint64) { f.add(k) }

// Maximize implements [battle.Guide].
func (f *fingerprint) Maximize(_ string, v uint64) { f.add(v) }

// fingerprints are what a run shows after each of its updates from one on, up to the
// first that differs from those of an earlier run. The run is left open.
func (e *explorer) fingerprints(b *burst, from int, earlier []uint64) (prints []uint64) {
	e.hunt.Trail() // forget what was marked before
	for i := from; i < len(b.ends); i++ {
		one := &fingerprint{}
		e.hunt.Guide(one)
		if !e.hunt.Extend(at(b.updates, b.ends, i)) {
			break
		}
		one.add(e.hunt.Trail())
		for _, n := range probe.Counters[:probe.Size] {
			one.add(uint64(n))
		}
		prints = append(prints, one.hash)
		if n := len(prints) - 1; earlier != nil && (n >= len(earlier) || prints[n] != earlier[n]) {
			break
		}
	}
	return prints
}

// differs compares the fingerprints of two runs, and returns which differs first, from 1,
// or 0.
func differs(first, second []uint64) int {
	for i, print := range second {
		if i >= len(first) || print != first[i] {
			return i + 1
		}
	}
	if len(second) < len(first) { // the second failed where the first did not
		return len(second) + 1
	}
	return 0
}
