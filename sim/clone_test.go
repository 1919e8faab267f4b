package sim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// TestCloneAndOriginalGoOnAlike: a clone in the middle of a storm goes on as the original
// does, in whatever order the two run, and a third copy is left as it was.
func TestCloneAndOriginalGoOnAlike(t *testing.T) {
	for seed := range uint64(30) {
		n := storm(seed, 50_000, 150)
		third, clone := n.Clone(), n.Clone()
		before := third.Log().String()
		more := NewDice(seed + 1000)
		if seed%2 == 0 {
			blow(clone, more, 150)
			blow(n, more, 150)
		} else {
			for range 15 { // by turns
				blow(n, more, 10)
				blow(clone, more, 10)
				more.Roll()
			}
		}
		require.Equal(t, n.Log().String(), clone.Log().String(), "seed %d", seed)
		require.Equal(t, before, third.Log().String(), "seed %d", seed)

		again := storm(seed, 50_000, 150)
		blow(again, NewDice(77), 50)
		blow(third, NewDice(77), 50)
		require.Equal(t, again.Log().String(), third.Log().String(), "seed %d: the third copy", seed)
	}
}

func TestCloneIsNotWatched(t *testing.T) {
	n := stormy(1, 0)
	n.Watch(func(Event) { t.Error("of the original") })
	c := n.Clone()
	c.RunFor(10 * Millisecond)
	require.Positive(t, c.Events())
}

// A loner can't be copied.
type loner struct {
	echo
	wake chan int
}

func TestAMachineThatCantBeCopiedIsFound(t *testing.T) {
	n := New(Config{})
	start := func(Boot) (machine.Machine, error) { return &loner{wake: make(chan int)}, nil }
	id := n.Add(Host{Name: "loner", Address: machine.At(1, 1), Start: start})
	c := n.Clone()
	c.Command(id, []byte("x"))
	require.PanicsWithValue(t, "sim: the machine of host loner can't be copied: Machine.wake is a channel (chan int): give its Host a Copy", func() { c.Step() })

	copied := 0
	h := Host{Name: "loner", Address: machine.At(1, 1), Start: start, Copy: func(m machine.Machine) machine.Machine {
		copied++
		another := *m.(*loner)
		return &another
	}}
	n = New(Config{})
	id = n.Add(h)
	c = n.Clone()
	c.Command(id, []byte("x"))
	c.RunFor(1)
	c.Command(id, []byte("x"))
	c.RunFor(1)
	require.Equal(t, 1, copied, "a machine is copied once, when it is first stepped")
}

// TestLinksOfACloneAreItsOwn: what one of the two imposes or sets does not reach the other.
func TestLinksOfACloneAreItsOwn(t *testing.T) {
	n := stormy(1, 0)
	c := n.Clone()
	cut := n.Impose(Isolate(3))
	c.SetLink(1, 2, Link{Faults: Faults{Hold: true}})
	late := c.Add(Host{Name: "late", Address: machine.At(1, 99), Start: startEcho})
	require.True(t, n.effects[n.link(3, 1)].Cut)
	require.False(t, c.effects[c.link(3, 1)].Cut)
	require.True(t, c.effects[c.link(1, 2)].Hold)
	require.False(t, n.effects[n.link(1, 2)].Hold)
	require.False(t, n.natures[n.link(1, 2)].Hold)
	require.Equal(t, c.config.Link, c.natures[c.link(late, 0)])
	n.Lift(cut)
	require.False(t, n.effects[n.link(3, 1)].Cut)
	for i := range 30 { // past the room that there is at first
		n.Add(Host{Name: "more", Address: machine.At(9, uint16(i)), Start: startEcho})
	}
	require.Equal(t, n.config.Link, n.effects[n.link(0, 1)])
	require.Equal(t, n.config.Link, n.effects[n.link(41, 0)])
}
