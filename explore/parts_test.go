package explore

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore/probe"
)

func TestBucketsAreInOrder(t *testing.T) {
	require.Equal(t, uint8(0), buckets[1])
	for n := 2; n < 256; n++ {
		require.GreaterOrEqual(t, buckets[n], buckets[n-1])
	}
	require.Equal(t, uint8(bucketCount-1), buckets[255])
	for n := range uint8(8) {
		require.Equal(t, n, buckets[n+1], "small counts are told apart")
	}
}

func TestDiceKeepToTheRange(t *testing.T) {
	for _, c := range []struct {
		low, top uint64
		signed   bool
	}{
		{0, 0, false}, {5, 9, false}, {0, 255, false}, {0, 1000, false}, {300, 70000, false},
		{0, math.MaxUint64, false}, {math.MaxUint64 - 3, math.MaxUint64, false},
		{^uint64(79), 80, true}, {1 << 63, 1<<63 - 1, true}, {^uint64(9), ^uint64(3), true},
	} {
		d := newDice(1)
		d.learn([]probe.Comparison{{A: 7, B: 1 << 40}, {A: 5000, B: 5001}}, nil)
		lowest, highest := false, false
		for range 3000 {
			v := d.Number(c.low, c.top, c.signed)
			require.LessOrEqual(t, v-c.low, c.top-c.low, "%d of %d..%d", v, c.low, c.top)
			lowest, highest = lowest || v == c.low, highest || v == c.top
		}
		require.True(t, lowest && highest, "the limits %d and %d are tried", c.low, c.top)
	}
}

func TestDiceUseWhatWasCompared(t *testing.T) {
	d := newDice(1)
	const magic = 0x1122334455667788
	d.learn([]probe.Comparison{{A: 1, B: magic}, {A: 9, B: 9}}, []probe.Text{{A: "x", B: "open sesame"}})
	require.Equal(t, 1, d.seen, "small and equal operands are no news")
	numbers, texts := 0, 0
	for range 1000 {
		if d.Number(0, math.MaxUint64, false) == magic {
			numbers++
		}
		if string(d.Text(0, 64)) == "open sesame" {
			texts++
		}
	}
	require.Greater(t, numbers, 50)
	require.Greater(t, texts, 50)
}

func TestTextsKeepToTheirLength(t *testing.T) {
	d := newDice(1)
	d.learn(nil, []probe.Text{{A: "a", B: "a long one that does not fit"}})
	for range 500 {
		n := len(d.Text(3, 9))
		require.True(t, n >= 3 && n <= 9, n)
	}
}

// chain is a line of moments, one update each.
func chain(n int) *moment {
	m := &moment{trait: &trait{}}
	for i := range n {
		m = &moment{parent: m, updates: []byte{byte(i)}, ends: []int32{1}, depth: m.depth + 1, trait: &trait{hits: 1}}
	}
	return m
}

func TestAMomentKnowsTheWayToIt(t *testing.T) {
	m := chain(5)
	require.Equal(t, 5, m.depth)
	require.Equal(t, []byte{9, 0, 1, 2, 3, 4}, m.prefix(nil, []byte{9}))
	require.Equal(t, []byte{3, 4}, m.prefix(m.parent.parent, nil))
	require.Empty(t, m.prefix(m, nil))
}

func TestRareMomentsArePickedFirst(t *testing.T) {
	f, d := newFrontier(), newDice(1)
	common, rare := chain(1), chain(1)
	common.trait.hits = 1000
	f.add(common)
	f.add(rare)
	picks := map[*moment]int{}
	for range 800 {
		picks[f.pick(d)]++
	}
	require.Greater(t, picks[rare], 10*picks[common])
	require.Zero(t, picks[f.root], "new runs have a share of their own")
}

func TestHowUpdatesAreShared(t *testing.T) {
	for _, c := range []struct {
		races        bool
		until        int
		blind, fresh float64 // of all; blind runs are fresh ones
	}{
		{false, blindFirst, 1, 1},
		{false, blindLeast, 0.9375, 0.96875},
		{false, 10 * blindLeast, 0.09375, 0.546875},
		{true, first, 0, 0.8},
		{true, 10 * first, 0, 0.5},
	} {
		e := &explorer{races: c.races, blindLast: blindLeast}
		for n := 0; e.tried < c.until; n++ {
			updates := 1 + n*7919%100
			if e.blindly() {
				e.blind += updates
				e.count(true, updates)
			} else {
				e.count(!e.goesOn(), updates)
			}
		}
		require.InDelta(t, c.blind, float64(e.blind)/float64(e.tried), 0.02)
		require.InDelta(t, c.fresh, float64(e.fresh)/float64(e.tried), 0.02)
	}
}

// TestPreferences: half of the time one number of a narrow range is drawn often, the same in all
// fields of that range; half of the time small ones are.
func TestPreferences(t *testing.T) {
	d := newDice(1)
	const runs, draws, low, top = 1000, 300, 3, 14
	preferred, small, met := 0, 0, map[uint64]int{}
	for range runs {
		d.prefer()
		counts := map[uint64]int{}
		for range draws {
			v := d.Number(low, top, false)
			require.True(t, v >= low && v <= top, "%d", v)
			counts[v]++
		}
		for v := uint64(low + 2); v <= top; v++ {
			if counts[v] > draws/3 {
				preferred++
				met[v]++
			}
		}
		if counts[low+1]+counts[low+2]+counts[low+3] > counts[low+8]+counts[low+9]+counts[low+10]+draws/10 {
			small++
		}
	}
	require.InDelta(t, 0.5*10/12, float64(preferred)/runs, 0.05)
	require.Len(t, met, 10, "each number is preferred in some run")
	require.InDelta(t, 0.5, float64(small)/runs, 0.1)
}

func TestNewRunsOfEachScaleHaveTheirShare(t *testing.T) {
	c := &composer{dice: newDice(1)}
	shares, all := 0, 0
	for i, r := range newRuns {
		c.spent[i] = r.credit
		shares, all = shares+r.share, all+r.share*r.credit
	}
	total, early, short, long := 0, 0, 0, 0
	for total < 2_000_000 {
		n := c.length(true)
		total += n
		switch {
		case n <= 16:
			short++
		case n > 1024:
			long++
			if early == 0 {
				early = total - n
			}
		}
	}
	least := slices.Min(c.spent[:])
	for i, r := range newRuns {
		require.LessOrEqual(t, c.spent[i], least+r.most/r.share, "up to %d: none is ahead by more than a run", r.most)
	}
	require.InDelta(t, (total+all)/shares, least, 2048)
	require.Greater(t, early, 200_000, "the long ones come late")
	require.Greater(t, long, 5)
	require.Greater(t, short, 100*long)
}

func TestAMomentThatLeadsNowhereIsLeftAlone(t *testing.T) {
	f, d := newFrontier(), newDice(1)
	m := chain(1)
	f.add(m)
	m.picks = doomedAfter + 1
	require.Equal(t, 1, f.doomed())
	picked := 0
	for range 800 {
		if f.pick(d) == m {
			picked++
		}
	}
	require.Less(t, picked, 640, "of 800, all of which a moment with hope gets")
	require.Greater(t, picked, 0, "the step on may just not have come yet")
	m.last = m.picks // something new came after all
	require.Equal(t, 0, f.doomed())
}

func TestBeforeAMomentIsOnTheWayToIt(t *testing.T) {
	m := chain(1)
	m.updates, m.ends, m.depth = []byte{7, 8, 8, 9}, []int32{1, 3, 4}, m.parent.depth+3
	b := m.before(2)
	require.Equal(t, []byte{7}, b.updates)
	require.Equal(t, []int32{1}, b.ends)
	require.Equal(t, m.depth-2, b.depth)
	require.Equal(t, m.parent, b.parent)
	require.Equal(t, m.parent, m.before(3))
	root := newFrontier().root
	require.Equal(t, root, root.before(1))
}

func TestTheFrontierIsBounded(t *testing.T) {
	f := newFrontier()
	for i := range momentsMax + 1 {
		m := chain(0)
		m.trait = &trait{hits: uint32(i)}
		f.add(m)
	}
	require.Len(t, f.moments, momentsMax/2+1)
	require.Equal(t, momentsMax/2, f.dropped)
	require.Equal(t, uint32(0), f.moments[0].trait.hits, "the rarest stay")
}

func TestAStateIsKeptInSeveralWays(t *testing.T) {
	n := newNovelty()
	var kept []int
	for burst := range 2 * waysMax {
		n.begin()
		n.Reach("place", 1)
		n.Reach("place", 2)
		n.Reach("place", 1) // once a burst counts
		if len(n.returned) > 0 {
			require.Len(t, n.returned, 2)
			require.Empty(t, n.fresh, "a state that was reached before is no news")
			kept = append(kept, burst+1)
		}
	}
	require.Equal(t, []int{2, 4, 8, 16, 32, 64}, kept)
	n.again = true
	n.begin()
	n.Reach("place", 1)
	require.Empty(t, n.returned, "what is run again does not count")
}

func TestTheLastChampionsAreHuntedOnFrom(t *testing.T) {
	f, d := newFrontier(), newDice(1)
	var line []*moment
	for range 3 * lineMax {
		line = append(line, chain(1))
		f.crown(0, line[len(line)-1])
	}
	require.LessOrEqual(t, len(f.champions[0]), 2*lineMax)
	picks := map[*moment]int{}
	for range 8000 {
		picks[f.pick(d)]++
	}
	best := line[len(line)-1]
	require.Greater(t, picks[best], 1000)
	require.Greater(t, picks[best], 2*picks[line[len(line)-3]])
	require.Positive(t, picks[line[len(line)-lineMax/2]])
	require.Zero(t, picks[line[len(line)-lineMax-1]])

	best.picks = doomedAfter + 1
	doomed := 0
	for range 8000 {
		if f.pick(d) == best {
			doomed++
		}
	}
	require.Less(t, doomed, picks[best]/2, "the others get its share")
	require.Positive(t, doomed)
}

func TestDiceDrawInStyles(t *testing.T) {
	const top = 1<<16 - 1
	small := func(style int) (n int) {
		d := newDice(1)
		d.style = style
		for range 4000 {
			if d.Number(0, top, false) < top/256 {
				n++
			}
		}
		return n
	}
	require.InDelta(t, 16, small(evenly), 12)
	require.Greater(t, small(mixed), 400, "small numbers stand out")
	require.Greater(t, small(simple), 3900, "but for neighbours below the lowest")
}

func TestLabelPairsAreTraits(t *testing.T) {
	n := newNovelty()
	n.begin()
	n.fold(0b011)
	require.Equal(t, 3, n.known, "each, and both together")
	n.begin()
	n.fold(0b101)
	require.Equal(t, 5, n.known)
	require.Len(t, n.fresh, 2)
}

func BenchmarkNumber(b *testing.B) {
	for _, c := range []struct {
		name string
		top  uint64
	}{{"narrow", 120}, {"wide", math.MaxUint64}} {
		b.Run(c.name, func(b *testing.B) {
			d := newDice(1)
			b.ReportAllocs()
			for b.Loop() {
				d.Number(0, c.top, false)
			}
		})
	}
}

func TestOnlyFilesThatWereEnteredCount(t *testing.T) {
	blocks := []probe.Block{{File: "m/a/x.go", Line: 1}, {File: "m/a/x.go", Line: 5}, {File: "m/b/z.go", Line: 9}}
	n := newNovelty()
	n.blocks = make([]trait, len(blocks)*bucketCount)
	n.blocks[0*bucketCount+3].hits = 1
	c := n.coverage(blocks)
	require.Equal(t, 1, c.ran)
	require.Equal(t, blocks[1:2], c.never)
	require.Equal(t, []FileCoverage{{"m/a/x.go", 2, 1}}, c.files)
}

func TestWhatIsComparedForEqualityIsAState(t *testing.T) {
	n := newNovelty()
	watched := func(compare func()) int {
		n.begin()
		probe.Watch()
		compare()
		n.fold(0)
		probe.Watched()
		return len(n.fresh)
	}
	cell := 3
	require.Equal(t, 1, watched(func() { probe.Eq(0, cell, 99) }))
	require.Equal(t, 0, watched(func() { probe.Eq(0, cell, 99) }), "as before")
	require.Equal(t, 1, watched(func() { probe.Ne(0, cell, 98) }))
	require.Equal(t, 0, watched(func() { probe.Lt(0, cell, 97); probe.Eq(0, 7, 7) }), "an order, and what is equal")
	n.begin()
	probe.Eq(0, cell, 96)
	n.fold(0)
	require.Empty(t, n.fresh, "nobody watches")

	for from := 0; from < 4*operandsOfOne; from += 200 {
		watched(func() {
			for i := range 200 {
				probe.Eq(0, from+i+1000, 55)
			}
		})
	}
	require.Equal(t, operandsOfOne, n.partners[55], "a value that is never the same tells nothing")
	require.Zero(t, watched(func() { probe.Eq(0, -1, 55) }))
	require.Equal(t, 1, watched(func() { probe.Eq(0, -1, 56) }), "another one may")
}

// A name whose states have no end leaves room for those of others.
func TestStatesHaveABound(t *testing.T) {
	n := newNovelty()
	reach := func(name string, k int) (news int) {
		n.begin()
		n.Reach(name, uint64(k))
		return len(n.fresh)
	}
	for k := range statesOfName {
		require.Equal(t, 1, reach("time", k))
	}
	require.Empty(t, n.full)
	require.Zero(t, reach("time", statesOfName), "there is no room")
	require.Zero(t, reach("time", statesOfName), "and the next time neither")
	require.Zero(t, reach("time", 5), "it is known")
	require.Equal(t, 1, reach("place", 5))
	require.Equal(t, []string{"time"}, n.full)
	for name := 'a'; len(n.states) < statesOfAll; name++ {
		for k := range min(statesOfName, statesOfAll-len(n.states)) {
			n.Reach(string(name), uint64(k))
		}
	}
	require.Zero(t, reach("another", 1))
	require.Len(t, n.states, statesOfAll)
	require.Equal(t, []string{"time", "another"}, n.full)
}

// A full frontier of moments as the ring's are, a burst of a dozen updates each.
func TestAFullFrontierIsSmall(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	f := newFrontier()
	last := f.root
	for range momentsMax {
		last = &moment{parent: last, updates: make([]byte, 60), ends: make([]int32, 12), depth: last.depth + 12, trait: &trait{}}
		f.add(last)
	}
	after := heap()
	require.Less(t, after-before, uint64(64<<20))
	require.Len(t, f.moments, momentsMax)
	runtime.KeepAlive(f)
}

func TestStatesAreKeptAsLongAsThereIsRoom(t *testing.T) {
	r := restorer{}
	require.False(t, r.full(false, 3*savedBytesMax), "what the heap has before the first state is not of states")
	r.kept = make([]*moment, 1)
	require.False(t, r.full(false, 4*savedBytesMax-1))
	require.True(t, r.full(false, 4*savedBytesMax))
	require.False(t, r.full(false, savedBytesMax), "garbage was collected")
	r.bytes = savedBytesMax - 1
	require.False(t, r.full(true, 4*savedBytesMax), "what battle's copies take is known")
	r.kept = make([]*moment, savedMax)
	require.True(t, r.full(false, 0))
	runtime.GC()
	require.Positive(t, heapBytes())
}

func TestTheStateThatGivesWayIsTheOldestThatIsNotUsed(t *testing.T) {
	r := restorer{bytes: 30}
	var all [3]moment
	for i := range all {
		all[i].saved = &saved{bytes: 10}
		r.kept = append(r.kept, &all[i])
	}
	all[0].wanted = true
	r.giveUp()
	require.NotNil(t, all[0].saved)
	require.Nil(t, all[1].saved)
	require.Equal(t, []*moment{&all[2], &all[0]}, r.kept)
	require.Equal(t, 20, r.bytes)
	all[2].wanted = true
	r.giveUp() // its use counts once
	require.Nil(t, all[0].saved)
	r.giveUp()
	r.giveUp()
	require.Empty(t, r.kept)
	require.Zero(t, r.bytes)
}
