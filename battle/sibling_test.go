package battle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// The subject is a door: its updates overlap, as those of real targets do.

type door struct{ floor, key uint32 }

type Go struct {
	Floor uint8 `draw:"0..20"`
	Key   uint8 `draw:"0..3"`
}

func (g *Go) Apply(t *battle.T, d *door) { d.move(t, uint32(g.Floor), uint32(g.Key)) }

// GoFar can do all that Go can, and more.
type GoFar struct {
	Floor uint16
	Key   uint8
}

func (g *GoFar) Apply(t *battle.T, d *door) { d.move(t, uint32(g.Floor), uint32(g.Key)) }

// Climb goes one up, so that Up twice is Go to 2.
type Climb struct{}

func (*Climb) Apply(t *battle.T, d *door) { d.move(t, d.floor+1, d.key) }

func (d *door) move(t *battle.T, floor, key uint32) {
	d.floor, d.key = floor, key
	if floor == 2 && key < 2 {
		t.Errorf("the door opens")
	}
	if floor == 500 {
		t.Errorf("there is no such floor")
	}
}

var doors = battle.Target[*door]{
	Name: "door",
	New:  func() *door { return &door{} },
	Ops:  battle.Ops(battle.Op[*Go](1), battle.Op[*GoFar](1), battle.Op[*Climb](1)),
}

func minimal(t *testing.T, ops ...battle.Update[*door]) []string {
	t.Helper()
	tape, err := battle.Encode(doors, ops...)
	require.NoError(t, err)
	found := battle.Find(doors, tape)
	require.NotNil(t, found)
	return found.Trace
}

func TestUpdatesBecomeSimplerSiblings(t *testing.T) {
	require.Equal(t, []string{"go floor=2 key=0"}, minimal(t, &GoFar{Floor: 2, Key: 1}))
}

func TestAnUpdateStaysWhereItsSiblingCannotDoIt(t *testing.T) {
	require.Equal(t, []string{"go-far floor=500 key=0"}, minimal(t, &GoFar{Floor: 500, Key: 200}))
}

// Neither climb can be dropped, and none lowered: there is nothing to lower.
func TestTwoUpdatesBecomeOneOfAnotherKind(t *testing.T) {
	require.Equal(t, []string{"go floor=2 key=0"}, minimal(t, &Climb{}, &Climb{}))
}
