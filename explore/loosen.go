package explore

import "slices"

// A minimal trace has the smallest numbers that fail. A random run hardly ever has them, so
// that its curve jumps at the very last update, which is not to blame. The same trace with
// other numbers tells more.

// loosenTries is how many other values of a field are tried.
const loosenTries = 16

// late tells whether the last update of a trace is to blame, and others might be.
func (e *Explanation) late(updates int) bool {
	return e.Culprit != nil && updates > 1 && e.Culprit.Update == updates && e.Length == updates
}

// loosen draws every field of the trace anew that has other values with which the trace
// fails in the same way, in its last update. It is nil if there are none.
func (s *sampler) loosen() [][]byte {
	loose := slices.Clone(s.wanted.Updates)
	s.dice.plain = true
	defer func() { s.dice.plain = false }()
	changed := false
	for i, update := range loose {
		for field := range s.hunt.Fields(s.hunt.Kind(update)) {
			was := loose[i]
			for range loosenTries {
				loose[i] = s.hunt.Reroll(nil, was, field, s.dice)
				if !slices.Equal(loose[i], was) && s.fails(loose) {
					was, changed = loose[i], true
					break
				}
			}
			loose[i] = was
		}
	}
	if !changed {
		return nil
	}
	return loose
}

// fails tells whether a trace fails in the wanted way, in its last update.
func (s *sampler) fails(updates [][]byte) bool {
	s.hunt.Begin()
	clearCounters()
	for _, update := range updates[:len(updates)-1] {
		if !s.hunt.Extend(update) {
			s.hunt.Drop()
			return false
		}
	}
	s.hunt.Extend(updates[len(updates)-1])
	return s.hunt.Drop() == s.wanted.Key
}
