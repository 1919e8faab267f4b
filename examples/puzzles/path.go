package puzzles

import (
	"battle.test/battle"
	"battle.test/examples/puzzles/path"
)

// Updates of the path: each tries a value at a gate.
type (
	Number32 struct{ Value uint32 }
	Number64 struct{ Value uint64 }
	Word     struct {
		Text string `draw:"len=0..16"`
	}
)

// Apply implements battle.Update.
func (u *Number32) Apply(t *battle.T, p *path.Path) {
	p.Number32(u.Value)
	if p.Through() {
		t.Errorf("all gates are open")
	}
}

// Apply implements battle.Update.
func (u *Number64) Apply(_ *battle.T, p *path.Path) { p.Number64(u.Value) }

// Apply implements battle.Update.
func (u *Word) Apply(_ *battle.T, p *path.Path) { p.Word(u.Text) }

const pathKey = 20_240_229

// Path is a row of gates that open to a number of 32 bits, one of 64, a word, and
// another number.
var Path = battle.Target[*path.Path]{
	Name: "path",
	New:  func() *path.Path { return path.New(pathKey) },
	Ops:  battle.Ops(battle.Op[*Number32](1), battle.Op[*Number64](1), battle.Op[*Word](1)),
}
