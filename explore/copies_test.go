package explore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// These targets have no Clone: battle copies the subject, if it can, and if that is right.

func FuzzYard(f *testing.F)          { fuzzYard(f, yardTarget(yard{})) }
func FuzzRevealingYard(f *testing.F) { fuzzYard(f, yardTarget(yard{reveals: 1})) }
func FuzzDeceivingYard(f *testing.F) { fuzzYard(f, yardTarget(yard{fails: 300})) }
func FuzzGatedYard(f *testing.F)     { fuzzYard(f, yardTarget(yard{gates: 1})) }
func FuzzLateGatedYard(f *testing.F) { fuzzYard(f, yardTarget(yard{gates: 300})) }
func FuzzYardWithClose(f *testing.F) {
	target := yardTarget(yard{})
	target.Close = func(*yard) {}
	fuzzYard(f, target)
}

var fuzzYard = battle.Fuzz[*yard]

// A yard has a pile of stones that lie in an array, on a ground that all yards have in
// common, weighed in a way that all have, too.
type yard struct {
	stones []stone
	top    *stone
	weigh  func(*stone) uint64
	gate   chan struct{}

	// What it does from how many stones on; 0 is never.
	gates   int // it has a gate, which can't be copied
	reveals int // it labels runs of copies
	fails   int // it fails in runs of copies
}

type stone struct {
	weight uint8
	below  *stone
}

var (
	ground = &stone{}
	latest *yard // that New made: a copy is not
)

func yardTarget(like yard) battle.Target[*yard] {
	return battle.Target[*yard]{
		Name: "yard",
		New: func() *yard {
			y := like
			y.top, y.weigh = ground, func(s *stone) uint64 { return uint64(s.weight) }
			latest = &y
			return &y
		},
		Ops: battle.Ops(battle.Op[*Heave](1)),
	}
}

type Heave struct{ Weight uint8 }

func (u *Heave) Apply(t *battle.T, y *yard) {
	y.stones = append(y.stones, stone{u.Weight, y.top})
	n := len(y.stones)
	y.top = &y.stones[n-1]
	from := func(first int) bool { return first > 0 && n >= first }
	if from(y.gates) && y.gate == nil {
		y.gate = make(chan struct{})
	}
	if from(y.reveals) && y != latest {
		t.Label("a copy")
	}
	if from(y.fails) && y != latest {
		t.Errorf("this is a copy")
	}
	y.top.weight |= 1
	if y.weigh(&y.stones[n-1])%2 == 0 || y.stones[0].below != ground {
		t.Label("the pile is not what it was")
	}
	t.Reach("weight", uint64(u.Weight/16))
	t.Maximize("stones", uint64(n))
	if n == pileTop {
		t.Errorf("the pile is too high")
	}
}

// Whether a copy is made and by whom decides how fast a hunt is, and nothing else.
func TestHowMomentsAreRestoredDoesNotMatter(t *testing.T) {
	const again = "by running their updates again"
	var first outcome
	for _, c := range []struct{ function, restored string }{
		{"FuzzYard", `from copies made by battle, from depth \d+ on`},
		{"FuzzYardWithClose", again + ": the target has a Close, which would release what a copy did not take: give it a Clone"},
		{"FuzzGatedYard", again + `: yard.gate is a channel \(chan struct {}\)`},
		{"FuzzLateGatedYard", `from copies made by battle, from depth \d+ on, but not where yard.gate is a channel \(chan struct {}\)`},
		{"FuzzRevealingYard", again + `: a copy went on beside its original, and update \d+ did not do the same`},
		{"FuzzDeceivingYard", again + ": a run that went on from a copy failed, and does not fail from its beginning: this is a copy"},
	} {
		o := hunt(t, c.function, "1")
		require.Regexp(t, "^"+c.restored+"$", o.progress.Restored, c.function)
		require.Len(t, o.findings, 1, c.function)
		require.Equal(t, "the pile is too high", o.findings[0].Message, c.function)
		if first.findings == nil {
			first = o
		}
		require.Equal(t, first.findings[0].Trace, o.findings[0].Trace, c.function)
		if c.function == "FuzzDeceivingYard" { // a failure that is none ends its burst all the same
			continue
		}
		require.Equal(t, first.progress.Bursts, o.progress.Bursts, c.function)
		require.Equal(t, first.progress.Traits, o.progress.Traits, c.function)
	}
	piles := hunt(t, "FuzzPile", "1")
	copied := hunt(t, "FuzzCopiedPile", "1")
	require.Regexp(t, "^from copies made by battle, ", copied.progress.Restored)
	require.Equal(t, piles.progress.Bursts, copied.progress.Bursts)
	require.Equal(t, piles.findings[0].Trace, copied.findings[0].Trace)
	require.Less(t, copied.stats.Updates, uint64(100*pileTop), "updates that were run again count")
}

func FuzzCopiedPile(f *testing.F) { fuzzPile(f, pileTarget(nil)) }
