package explore

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"battle.test/explore/probe"
)

// bucketCount is how many buckets a block's count can be in.
const bucketCount = 16

// buckets sort counts: small ones are told apart exactly, as a lock's steps need, large
// ones by their size, as loops want.
var buckets = func() (table [256]uint8) {
	limits := [bucketCount]int{1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 16, 24, 32, 64, 128, 255}
	for n := 1; n < len(table); n++ {
		for n > limits[table[n]] {
			table[n]++
		}
	}
	return table
}()

// A trait is something that a run can show: a block's count in a bucket, a state, a pair
// of labels. It counts the bursts that showed it: those of few are rare.
type trait struct {
	hits  uint32
	burst uint32 // the last that showed it
}

// A novelty knows all traits that were ever seen, and which of them the present burst
// was the first to show.
type novelty struct {
	blocks   []trait // by block and bucket
	states   map[state]*trait
	pairs    [64 * 64]trait // of labels, by their order
	operands map[probe.Comparison]*trait
	partners map[uint64]int // of the second operand of those, how many
	names    []string       // of states and of values to maximise
	told     []int          // by name, how many of its states are told apart
	full     []string       // names that have had more than that
	best     []uint64       // by name
	burst    uint32
	again    bool     // what is run was run before, and does not count
	fresh    []*trait // first shown in this burst
	returned []*trait // states that were reached in one more way that is worth keeping
	better   int      // index of a name whose best value rose in this burst, or -1
	rarest   *trait   // of those that this burst showed
	known    int      // traits
	last     struct { // the state last reached: updates tend to stay in one
		state state
		trait *trait
	}
}

// A state is what t.Reach tells apart.
type state struct {
	name int
	k    uint64
}

func newNovelty() *novelty {
	return &novelty{blocks: make([]trait, probe.Size*bucketCount), states: make(map[state]*trait), operands: make(map[probe.Comparison]*trait), partners: make(map[uint64]int), better: -1}
}

// begin starts a burst: of a run that goes on, or of a new one.
func (n *novelty) begin() {
	n.burst++
	n.fresh, n.returned, n.better, n.rarest = n.fresh[:0], n.returned[:0], -1, nil
}

// show counts a trait once a burst, and tells whether this was the time.
func (n *novelty) show(t *trait) bool {
	if t.burst == n.burst {
		return false
	}
	t.burst = n.burst
	if t.hits == 0 {
		n.fresh = append(n.fresh, t)
		n.known++
	}
	if t.hits == 0 || !n.again {
		t.hits++
	}
	if n.rarest == nil || t.hits < n.rarest.hits {
		n.rarest = t
	}
	return true
}

// fold takes in the counters of the run so far, and its labels. It costs about a
// nanosecond for each block that ran, and next to nothing for the others.
func (n *novelty) fold(labels uint64) {
	counters := probe.Counters[:(probe.Size+7)&^7]
	for at := 0; at < len(counters); at += 8 {
		word := binary.LittleEndian.Uint64(counters[at:])
		for word != 0 {
			i := bits.TrailingZeros64(word) / 8
			block := at + i
			n.show(&n.blocks[block*bucketCount+int(buckets[uint8(word>>(8*i))])])
			word &^= 0xff << (8 * i)
		}
	}
	if probe.Watching {
		probe.Unequal(n.compared)
	}
	for a := labels; a != 0; a &= a - 1 {
		for b := a; b != 0; b &= b - 1 {
			n.show(&n.pairs[bits.TrailingZeros64(a)*64+bits.TrailingZeros64(b)])
		}
	}
}

// The bounds of what comparisons tell apart. Code that compares a value with another that
// is never the same, or loops through all values, would fill the frontier.
const (
	operandsOfOne = 1 << 10 // that one value may have been compared with
	operandsOfAll = 1 << 12
)

// compared takes in two numbers that the code asked whether they are equal: how far a
// walker is from the exit is a state, though no block of the code tells.
func (n *novelty) compared(c probe.Comparison) {
	t := n.operands[c]
	if t == nil {
		if len(n.operands) >= operandsOfAll || n.partners[c.B] >= operandsOfOne {
			return
		}
		t = &trait{}
		n.operands[c] = t
		n.partners[c.B]++
	}
	n.show(t)
}

// clear forgets the counters of the run before.
func clearCounters() { clear(probe.Counters[:(probe.Size+7)&^7]) }

// name is the index of a name. There are a handful, so they are looked for one by one.
func (n *novelty) name(name string) int {
	for i, known := range n.names {
		if known == name {
			return i
		}
	}
	n.names, n.best, n.told = append(n.names, name), append(n.best, 0), append(n.told, 0)
	return len(n.names) - 1
}

// waysMax bounds the ways to a state that are kept: of those that reach it for the first
// time, the second, the fourth, and so on up to this. The first may come too late, or too
// fast, to go on from.
const waysMax = 64

// The bounds of what states tell apart: some 60 bytes each. A target that says what time it is, or hands
// over a hash, would take memory without end, and each of its states would look new. The frontier has
// room for a tenth of all of them.
const (
	statesOfName = 1 << 18
	statesOfAll  = 1 << 20
)

// of is the trait of a state, or nil if there is no room for it: then it is nothing new, however
// often it comes.
func (n *novelty) of(s state) *trait {
	t := n.states[s]
	if t != nil {
		return t
	}
	if len(n.states) >= statesOfAll || n.told[s.name] >= statesOfName {
		if name := n.names[s.name]; !slices.Contains(n.full, name) {
			n.full = append(n.full, name)
		}
		return nil
	}
	t = &trait{}
	n.states[s] = t
	n.told[s.name]++
	return t
}

// Reach implements [battle.Guide].
func (n *novelty) Reach(name string, k uint64) {
	s := state{n.name(name), k}
	if n.last.trait == nil || n.last.state != s {
		t := n.of(s)
		if t == nil {
			return
		}
		n.last.state, n.last.trait = s, t
	}
	if t := n.last.trait; n.show(t) && !n.again && t.hits&(t.hits-1) == 0 && 1 < t.hits && t.hits <= waysMax {
		n.returned = append(n.returned, t)
	}
}

// Maximize implements [battle.Guide].
func (n *novelty) Maximize(name string, v uint64) {
	i := n.name(name)
	if v > n.best[i] {
		n.best[i] = v
		n.better = i
	}
}
