package sim

import "slices"

// A Link is how packets get from one host to another: with no faults, after its latency,
// in order. The zero value is a perfect link.
type Link struct {
	Latency   Span
	Bandwidth int64 // bytes a second; 0 means no limit
	Backlog   int64 // bytes that wait where the bandwidth is too low; more are lost. 0 means no limit
	Faults
}

// Faults are what happens to packets. Those of a link and of all rules that it is under
// add up: a packet is cut off or held if one says so; each chance is that of things that
// don't depend on each other; delays come one after the other; the lowest limit counts.
type Faults struct {
	Cut       bool   // nothing arrives
	Hold      bool   // everything waits until it is released, or the rule is lifted
	Loss      Chance // of a packet to be lost
	Burst     int    // with up to so many packets after it
	Duplicate Chance // of a packet to arrive twice, each after a latency of its own
	Reorder   Chance // of a packet to be overtaken by others
	Late      Span   // by so long; the least is 1 ns
	Corrupt   Chance // of a packet to have a bit turned over
	Delay     Span   // in addition to the latency
	Throttle  int64  // bytes a second at most; 0 means no limit
}

// plus is what both faults do together.
func (f Faults) plus(g Faults) Faults {
	return Faults{
		Cut: f.Cut || g.Cut, Hold: f.Hold || g.Hold,
		Loss: f.Loss.or(g.Loss), Burst: max(f.Burst, g.Burst),
		Duplicate: f.Duplicate.or(g.Duplicate),
		Reorder:   f.Reorder.or(g.Reorder), Late: f.Late.plus(g.Late),
		Corrupt:  f.Corrupt.or(g.Corrupt),
		Delay:    f.Delay.plus(g.Delay),
		Throttle: lower(f.Throttle, g.Throttle),
	}
}

// lower is the lower of two limits, of which 0 is none.
func lower(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// A Rule imposes faults on all links from some hosts to others. Nil means all hosts.
type Rule struct {
	From, To []ID
	Both     bool // and back
	Faults

	handle Handle
}

// Cut cuts two hosts off from each other.
func Cut(a, b ID) Rule { return Partition([]ID{a}, []ID{b}) }

// Partition cuts two groups of hosts off from each other.
func Partition(a, b []ID) Rule { return Rule{From: a, To: b, Both: true, Faults: Faults{Cut: true}} }

// OneWay lets nothing through from one group to the other, and all that goes back.
func OneWay(from, to []ID) Rule { return Rule{From: from, To: to, Faults: Faults{Cut: true}} }

// Isolate cuts a host off from all others.
func Isolate(a ID) Rule { return Rule{From: []ID{a}, Both: true, Faults: Faults{Cut: true}} }

// Clog holds all packets from one host to another.
func Clog(from, to ID) Rule {
	return Rule{From: []ID{from}, To: []ID{to}, Faults: Faults{Hold: true}}
}

func (r *Rule) covers(from, to ID) bool {
	oneWay := func(from, to ID) bool {
		return (r.From == nil || slices.Contains(r.From, from)) && (r.To == nil || slices.Contains(r.To, to))
	}
	return from != to && (oneWay(from, to) || r.Both && oneWay(to, from))
}

// A Handle names a rule that was imposed.
type Handle uint32

// link is what changes of a link as packets go over it.
type link struct {
	dice Dice
	free int64 // when it has sent all that it was given
	last int64 // when the last packet arrives, of those in order
	lost int   // packets that are to be lost with the one before
}

// SetLink gives a pair of hosts a link of its own; of packets to come, not of those under way.
func (n *Network) SetLink(from, to ID, l Link) {
	n.ownNatures()
	n.ownEffects()
	n.natures[n.link(from, to)] = l
	n.effects[n.link(from, to)] = n.effect(from, to)
}

// SetLinks gives two hosts links of one kind both ways.
func (n *Network) SetLinks(a, b ID, l Link) {
	n.SetLink(a, b, l)
	n.SetLink(b, a, l)
}

func (n *Network) link(from, to ID) int { return int(from)*n.stride + int(to) }

// Impose puts a rule into force. What is under way is not touched by it.
func (n *Network) Impose(r Rule) Handle {
	n.handles++
	r.handle = n.handles
	n.rules = append(slices.Clip(n.rules), r)
	n.combine(&r)
	n.tell(Event{Kind: Imposed, Host: first(r.From), Peer: first(r.To), Number: uint64(r.handle), Text: n.describe(&r)})
	return r.handle
}

func first(ids []ID) ID {
	if len(ids) == 0 {
		return -1
	}
	return ids[0]
}

// Lift takes a rule away, if it is in force. What only it held goes on.
func (n *Network) Lift(h Handle) {
	i := slices.IndexFunc(n.rules, func(r Rule) bool { return r.handle == h })
	if i < 0 {
		return
	}
	r := n.rules[i]
	n.rules = slices.Delete(slices.Clone(n.rules), i, i+1)
	n.combine(&r)
	n.tell(Event{Kind: Lifted, Host: first(r.From), Peer: first(r.To), Number: uint64(h), Text: n.describe(&r)})
	n.unhold()
}

// Rules are the handles of all rules in force, in the order in which they were imposed.
func (n *Network) Rules() (all []Handle) {
	for _, r := range n.rules {
		all = append(all, r.handle)
	}
	return all
}

// combine makes the effects anew of the links that a rule is for, which came or went. That is seldom
// done, so that a packet looks at one link and not at all rules.
func (n *Network) combine(r *Rule) {
	n.ownEffects()
	for from := range n.hosts {
		for to := range n.hosts {
			if r.covers(ID(from), ID(to)) {
				n.effects[n.link(ID(from), ID(to))] = n.effect(ID(from), ID(to))
			}
		}
	}
}

// effect is a link with all rules.
func (n *Network) effect(from, to ID) Link {
	effect := n.natures[n.link(from, to)]
	for r := range n.rules {
		if n.rules[r].covers(from, to) {
			effect.Faults = effect.plus(n.rules[r].Faults)
		}
	}
	return effect
}
