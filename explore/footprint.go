package explore

import (
	"cmp"
	"maps"
	"slices"

	"battle.test/battle"
)

// CoverName is what Cover is registered as.
const CoverName = "cover"

// A Footprint is all that a run shows, at any of its moments: what tells a trace that is
// worth keeping from one that shows nothing of its own. It is what the explorer learns of
// a trace that it begins with.
type Footprint struct {
	Marks  []Mark   `json:"marks,omitempty"`  // ascending
	States []State  `json:"states,omitempty"` // by name and number
	Labels []string `json:"labels,omitempty"` // up to the 64th of the target, by name
	Kinds  []string `json:"kinds,omitempty"`  // of its updates, by name
}

// A Mark is a block of code and how often it ran, roughly: small counts are told apart,
// large ones by their size.
type Mark int

// Block is the index of the block in [probe.Blocks].
func (m Mark) Block() int { return int(m) / bucketCount }

// A State is what t.Reach tells apart.
type State struct {
	Name string `json:"name"`
	K    uint64 `json:"k"`
}

// steadyRuns is how often a target runs whose tapes don't decide everything: only what
// each run shows is the trace's.
const steadyRuns = 3

// Cover looks into a run that need not fail, and reports its [Footprint]: it is for
// [battle.Register].
func Cover(h *battle.Hunt) {
	if len(h.Wanted().Updates) == 0 {
		h.Fault(0, "the engine %s looks into a run that it is asked about, and does not hunt: see battle.Request", CoverName)
		return
	}
	shown := footprint(h)
	if !h.Deterministic() {
		for range steadyRuns - 1 {
			shown = shown.and(footprint(h))
		}
	}
	h.Report(func() any { return shown })
}

// footprint runs the updates once.
func footprint(h *battle.Hunt) *Footprint {
	n := newNovelty()
	n.begin()
	h.Guide(n)
	defer h.Guide(nil)
	clearCounters()
	h.Begin()
	f := &Footprint{}
	for _, update := range h.Wanted().Updates {
		f.Kinds = append(f.Kinds, h.Name(h.Kind(update)))
		passed := h.Extend(update)
		n.fold(h.Labels()) // after each: a count that goes on to rise was low before
		if !passed {
			break
		}
	}
	f.Labels = append(f.Labels, h.LabelNames(h.Labels())...)
	h.Drop()
	for i := range n.blocks {
		if n.blocks[i].hits > 0 {
			f.Marks = append(f.Marks, Mark(i))
		}
	}
	for s := range maps.Keys(n.states) {
		f.States = append(f.States, State{n.names[s.name], s.k})
	}
	f.order()
	return f
}

func (f *Footprint) order() {
	slices.Sort(f.Kinds)
	f.Kinds = slices.Compact(f.Kinds)
	slices.Sort(f.Labels)
	slices.SortFunc(f.States, State.compare)
}

func (s State) compare(other State) int {
	return cmp.Or(cmp.Compare(s.Name, other.Name), cmp.Compare(s.K, other.K))
}

// and is what both show.
func (f *Footprint) and(other *Footprint) *Footprint {
	return &Footprint{
		Marks:  both(f.Marks, other.Marks),
		States: both(f.States, other.States),
		Labels: both(f.Labels, other.Labels),
		Kinds:  both(f.Kinds, other.Kinds),
	}
}

func both[E comparable](a, b []E) (common []E) {
	known := make(map[E]bool, len(b))
	for _, one := range b {
		known[one] = true
	}
	for _, one := range a {
		if known[one] {
			common = append(common, one)
		}
	}
	return common
}
