package explore

import "battle.test/battle"

// RandomName is what the control is registered as.
const RandomName = "random"

// Random is the control: the same updates from the same dice, but nothing is watched,
// nothing learnt and nothing kept, and every run begins anew. What the explorer gains
// over it is what guidance gains.
func Random(h *battle.Hunt) {
	c := newComposer(h, newDice(h.Seed()))
	for n := 0; n%burstsBetween != 0 || !h.Expired(); n++ {
		h.Begin()
		h.Extend(c.blind().updates)
		h.End()
	}
}

// blind makes a new run of random updates.
func (c *composer) blind() *burst {
	c.burst.reset()
	c.dice.prefer()
	c.fresh(c.length(true))
	return &c.burst
}
