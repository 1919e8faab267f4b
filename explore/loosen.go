package explore

import (
	"slices"
	"strings"
)

// A minimal trace has the smallest numbers that fail. A random run hardly ever has them, so
// that its curve jumps at the very last update, which is not to blame. The same trace with
// other numbers tells more.

// loosenTries is how many other values of a field are tried.
const loosenTries = 16

// late tells whether the last update of a trace is to blame, and others might be.
func (e *Explanation) late(updates int) bool {
	return e.Culprit != nil && updates > 1 && e.Culprit.Update == updates && e.Length == updates
}

// longer is how many updates runs have where those of the trace's length tell nothing.
const longer = 100

// earlier looks for an explanation that blames an earlier update, and gives up with the one
// that blames the last.
func (s *sampler) earlier(last *Explanation) *Explanation {
	wanted := s.wanted
	blamesEarlier := func(e *Explanation) bool { return e.Culprit != nil && e.Culprit.Update < len(wanted.Updates) }
	if loose := s.loosen(); loose != nil {
		with := wanted
		with.Updates = loose
		if e := newSampler(s.hunt, with).explain(); blamesEarlier(e) {
			e.Loosened = strings.Split(strings.TrimSuffix(s.hunt.Trace(slices.Concat(loose...)), "\n"), "\n")
			return e
		}
	}
	if wanted.Length < longer {
		wanted.Length = longer
		if e := newSampler(s.hunt, wanted).explain(); blamesEarlier(e) {
			return e
		}
	}
	return last
}

// loosen draws every field of the trace anew that has other values with which the trace
// fails in the same way, in its last update. It is nil if there are none.
func (s *sampler) loosen() [][]byte {
	loose := slices.Clone(s.wanted.Updates)
	s.dice.style = evenly
	defer func() { s.dice.style = mixed }()
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
	return s.run(updates...) == s.wanted.Key && s.run(updates[:len(updates)-1]...) == ""
}
