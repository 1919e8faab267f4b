package counter

import (
	"os"

	"battle.test/battle"
)

// Target is the counter beside a plain sum.
var Target = battle.Target[*pair]{
	Name: "counter",
	New:  newPair,
	Ops:  battle.Ops(battle.Op[*Add](3), battle.Op[*Reset](1)),
}

type pair struct {
	counter Counter
	sum     uint32
}

func newPair() *pair {
	bug := os.Getenv("COUNTER_BUG")
	if bug == "new" {
		panic("the set-up is broken")
	}
	return &pair{counter: Counter{bug: bug}}
}

// Unit is a power of ten.
type Unit uint8

func (u Unit) String() string { return [...]string{"ones", "tens"}[u] }

// Add adds to both.
type Add struct {
	N    uint8  `draw:"0..60"`
	Unit Unit   `draw:"0..1"`
	Note string `draw:"len=0..4"`
}

func (a *Add) Apply(t *battle.T, p *pair) {
	n := uint32(a.N)
	if a.Unit == 1 {
		n *= 10
	}
	p.sum = (p.sum + n) % 1000
	battle.Equal(t, p.sum, p.counter.Add(n), "value")
}

// Reset sets both to zero.
type Reset struct{}

func (*Reset) Apply(t *battle.T, p *pair) { p.sum, p.counter.value = 0, 0 }
