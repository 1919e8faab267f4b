package explore_test

import "battle.test/battle"

// A lock opens after a number of right turns in a row; a wrong one starts over.
const lockSteps = 12

type lock struct{ step int }

type Turn struct {
	Number uint8 `draw:"0..15"`
}

func (u *Turn) Apply(t *battle.T, l *lock) {
	if int(u.Number) != (l.step*7+3)%16 {
		l.step = 0
		return
	}
	l.step++
	t.Reach("step", uint64(l.step))
}

var lockTarget = battle.Target[*lock]{
	Name: "lock",
	New:  func() *lock { return &lock{} },
	Ops:  battle.Ops(battle.Op[*Turn](1)),
	Check: func(t *battle.T, l *lock) {
		if l.step == lockSteps {
			t.Errorf("the lock is open")
		}
	},
}

// A climb goes up one in a thousand, and down otherwise.
const climbTop = 5

type climb struct{ height uint64 }

type Pull struct {
	Strength uint16 `draw:"0..999"`
}

func (u *Pull) Apply(t *battle.T, c *climb) {
	if u.Strength != uint16(c.height*131+77) {
		c.height = 0
		return
	}
	c.height++
	t.Maximize("height", c.height)
	if c.height == climbTop {
		t.Errorf("the top is reached")
	}
}

// A sprint is so many steps one way, and then as many another.
const sprintSteps = 6

type sprint struct{ away, back int }

type Step struct {
	Way uint8 `draw:"0..15"`
}

func (u *Step) Apply(t *battle.T, s *sprint) {
	switch {
	case u.Way == 5 && s.back == 0:
		s.away++
	case u.Way == 10 && s.away >= sprintSteps:
		s.back++
	default:
		*s = sprint{}
	}
	if s.back == sprintSteps {
		t.Errorf("there and back")
	}
}

var sprintTarget = battle.Target[*sprint]{
	Name: "sprint",
	New:  func() *sprint { return &sprint{} },
	Ops:  battle.Ops(battle.Op[*Step](1)),
}

var climbTarget = battle.Target[*climb]{
	Name: "climb",
	New:  func() *climb { return &climb{} },
	Ops:  battle.Ops(battle.Op[*Pull](1)),
}

// Forget keeps something from one run to the next.
type forget struct{}

type Remember struct{}

var runs int

func (*Remember) Apply(t *battle.T, _ *forget) {
	if runs%2 == 1 {
		t.Label("odd")
	}
}

var forgetTarget = battle.Target[*forget]{
	Name: "forget",
	New:  func() *forget { runs++; return &forget{} },
	Ops:  battle.Ops(battle.Op[*Remember](1)),
}

// A pile is a climb that can be copied, well or badly.
type pile struct{ stones []uint8 }

type Stone struct{ Weight uint8 }

func (u *Stone) Apply(t *battle.T, p *pile) {
	p.stones = append(p.stones, u.Weight)
	if p.stones[0]%2 == 1 {
		t.Label("odd")
	}
	p.stones[0]++
	t.Maximize("stones", uint64(len(p.stones)))
	if len(p.stones) == pileTop {
		t.Errorf("the pile is too high")
	}
}

const pileTop = 1000

func pileTarget(clone func(*pile) *pile) battle.Target[*pile] {
	return battle.Target[*pile]{
		Name:  "pile",
		New:   func() *pile { return &pile{} },
		Ops:   battle.Ops(battle.Op[*Stone](1)),
		Clone: clone,
	}
}

// A ledger has each sum in two places, of which a careless copy has one in common with its original.
type ledger struct {
	sums  []int
	again [64]int
	n     int
}

type Enter struct{ Sum uint8 }
type Strike struct{}

func (u *Enter) Apply(_ *battle.T, l *ledger) {
	if l.n < len(l.sums) {
		l.sums[l.n], l.again[l.n] = int(u.Sum), int(u.Sum)
		l.n++
	}
}

func (*Strike) Apply(t *battle.T, l *ledger) {
	if l.n > 0 {
		l.n--
		battle.Equal(t, l.again[l.n], l.sums[l.n], "sum")
	}
}

var ledgerTarget = battle.Target[*ledger]{
	Name:  "ledger",
	New:   func() *ledger { return &ledger{sums: make([]int, 64)} },
	Ops:   battle.Ops(battle.Op[*Enter](1), battle.Op[*Strike](1)),
	Clone: func(l *ledger) *ledger { c := *l; return &c },
}
