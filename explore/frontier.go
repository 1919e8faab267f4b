package explore

import (
	"cmp"
	"math/bits"
	"slices"

	"battle.test/battle"
)

// A moment is a point in a run that is worth going back to.
type moment struct {
	parent  *moment // the moment that it was reached from, or nil
	updates []byte  // since then
	ends    []int32 // where each of them ends in updates
	depth   int     // updates since the run began
	trait   *trait  // the rarest that it was the first to show
	picks   uint32
	last    uint32 // the pick that last led to something new
	saved   *saved // nil: it is restored by running its updates again
	wanted  bool   // its state was used since it came to be the next to be given up
}

// saved is all that a run is at a moment.
type saved struct {
	state    *battle.State // of the subject, from [battle.Hunt.Save]
	counters []uint8
	bytes    int // that it takes, as far as battle knows
}

// doomedAfter is how many bursts from a moment may show nothing new before it is left
// alone.
const doomedAfter = 400

func (m *moment) doomed() bool { return m.picks-m.last > doomedAfter && m.parent != nil }

// hopeful tells whether a moment is worth another burst. A doomed one hardly ever is: a
// step that only one update in many takes may just not have come yet.
func (m *moment) hopeful(d *dice) bool { return !m.doomed() || d.below(doomedShare) == 0 }

// cost orders moments: rare ones first, and those that were tried less.
func (m *moment) cost() uint64 {
	return uint64(m.trait.hits) + 4*uint64(m.picks-m.last) + uint64(m.picks)
}

// before is the moment up to n updates earlier, but not before its parent. What a moment
// was the first to show may have been spoilt by the very update that showed it: a wrong
// key of a lock shows which step it was pressed at.
func (m *moment) before(n int) *moment {
	kept := len(m.ends) - n
	if m.parent == nil {
		return m
	}
	if kept <= 0 {
		return m.parent
	}
	return &moment{
		parent: m.parent, trait: m.trait, depth: m.depth - n,
		updates: m.updates[:m.ends[kept-1]], ends: m.ends[:kept],
	}
}

// prefix appends the updates that lead to the moment, from an earlier one on its way, or
// from the beginning if that is nil.
func (m *moment) prefix(from *moment, updates []byte) []byte {
	size := len(updates)
	for on := m; on != from; on = on.parent {
		size += len(on.updates)
	}
	updates = slices.Grow(updates, size-len(updates))[:size]
	for on := m; on != from; on = on.parent {
		size -= copy(updates[size-len(on.updates):], on.updates)
	}
	return updates
}

// momentsMax bounds the frontier: about 200 bytes a moment.
const momentsMax = 100_000

// A frontier is the moments that are worth going back to.
type frontier struct {
	root      *moment // the beginning of all runs
	moments   []*moment
	champions [][]*moment // by name of a value: the moments of its last maxima, the highest last
	dropped   int
}

func newFrontier() *frontier { return &frontier{root: &moment{trait: &trait{}}} }

// add keeps a moment. When there are too many, the half that costs most goes.
func (f *frontier) add(m *moment) {
	if len(f.moments) == momentsMax {
		slices.SortStableFunc(f.moments, func(a, b *moment) int { return cmp.Compare(a.cost(), b.cost()) })
		clear(f.moments[momentsMax/2:])
		f.moments = f.moments[:momentsMax/2]
		f.dropped += momentsMax / 2
	}
	f.moments = append(f.moments, m)
}

// lineMax is how many champions of a value are kept: the highest may be in mid-air over a
// chasm.
const lineMax = 64

// crown keeps a moment as the best for a value.
func (f *frontier) crown(name int, m *moment) {
	for len(f.champions) <= name {
		f.champions = append(f.champions, nil)
	}
	line := f.champions[name]
	if len(line) == 2*lineMax {
		line = slices.Delete(line, 0, lineMax)
	}
	f.champions[name] = append(line, m)
}

// champion is one of the best for a value, mostly of the last few, or nil.
func (f *frontier) champion(d *dice) *moment {
	line := f.champions[d.below(len(f.champions))]
	for range tournament {
		back := d.below(1 << d.below(bits.Len(lineMax)))
		if back < len(line) {
			if m := line[len(line)-1-back]; m.hopeful(d) {
				return m
			}
		}
	}
	return nil
}

const (
	tournament  = 8
	crownsShare = 2 // one in so many goes on from a champion
	doomedShare = 8 // one in so many looks at a doomed moment gives it a chance
)

// pick chooses the moment to go back to: the cheapest of a few.
func (f *frontier) pick(d *dice) *moment {
	if len(f.champions) > 0 && (len(f.moments) == 0 || d.below(crownsShare) == 0) {
		if m := f.champion(d); m != nil {
			return m
		}
	}
	if len(f.moments) == 0 {
		return f.root
	}
	var best *moment
	for range tournament {
		m := f.moments[d.below(len(f.moments))]
		if !m.hopeful(d) {
			continue
		}
		if best == nil || m.cost() < best.cost() {
			best = m
		}
	}
	if best == nil {
		return f.root
	}
	return best
}

// doomed counts the moments that nothing new has come from for long.
func (f *frontier) doomed() (n int) {
	for _, m := range f.moments {
		if m.doomed() {
			n++
		}
	}
	return n
}
