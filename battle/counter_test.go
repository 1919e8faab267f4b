package battle_test

import (
	"battle.test/battle"
)

// The tests' subject: a counter that wraps at a limit, beside a plain sum. Its bugs
// are switched on by the tests, which need a subject that fails on demand.

type counter struct {
	limit   uint32
	value   uint32
	sum     uint64
	bug     string
	touched []uint64
}

func (c *counter) add(n uint32) uint32 {
	c.value = (c.value + n) % c.limit
	if c.bug == "wrap" && c.value == 77 {
		c.value++
	}
	if c.bug == "panic" && c.sum > 300 {
		var none []int
		_ = none[c.value]
	}
	if c.bug == "hang" && c.sum > 300 {
		for c.bug == "hang" {
			n++
		}
	}
	return c.value
}

type unit uint8

const (
	ones unit = iota
	tens
	hundreds
)

func (u unit) String() string { return [...]string{"ones", "tens", "hundreds"}[u] }

func (u unit) size() uint32 { return [...]uint32{1, 10, 100}[u] }

type Add struct {
	N    uint16 `draw:"0..1000"`
	Unit unit   `draw:"0..2"`
}

func (a *Add) Apply(t *battle.T, c *counter) {
	n := uint32(a.N) * a.Unit.size()
	c.sum += uint64(n)
	got := c.add(n)
	if c.sum >= uint64(c.limit) {
		t.Label("wrapped")
	}
	battle.Equal(t, uint32(c.sum%uint64(c.limit)), got, "value")
}

type Reset struct{}

func (*Reset) Apply(t *battle.T, c *counter) {
	c.value, c.sum = 0, 0
	t.Label("reset")
}

type Peek struct {
	Delta int16  `draw:"-80..80"`
	Note  []byte `draw:"len=0..8"`
}

func (p *Peek) Apply(t *battle.T, c *counter) {
	battle.Equal(t, uint32(c.sum%uint64(c.limit)), c.value, "value")
}

func counterTarget(bug string) battle.Target[*counter] {
	return battle.Target[*counter]{
		Name: "counter",
		New:  func() *counter { return &counter{limit: 1000, bug: bug} },
		Ops: battle.Ops(
			battle.Op[*Add](4),
			battle.Op[*Reset](1),
			battle.Op[*Peek](2),
		),
	}
}
