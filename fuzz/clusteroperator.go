package fuzz

import (
	"fmt"
	"slices"

	seq "battle.test/statemachines/sequencer" // fuzz has a sequencer of its own, of the tip
)

// An operator grants epochs to the sequencers, and does so legally: the next one goes to the
// sequencer that had the last, or to the standby that it was paired with. A grant that was
// refused is none. What it knows, it knows of their reports.
type operator struct {
	epoch  uint64         // the last that was granted, taken or not
	led    uint64         // the last that a sequencer reported to lead
	grants []clusterGrant // that were not refused
}

// A clusterGrant is an epoch and who has it.
type clusterGrant struct {
	epoch   uint64
	leader  Member
	standby Member // or the leader itself, if it leads alone
}

// begin grants the first epoch.
func (o *operator) begin(c *cluster) {
	o.grants = []clusterGrant{{0, SeqA, SeqB}} // either may lead a stream that is empty
	o.elect(c, false, true)
}

// elect grants the next epoch: to the other one of the pair, if there is one and it is
// wanted. Nothing is granted to a host that is down: nobody would hear it.
func (o *operator) elect(c *cluster, other, paired bool) {
	last := o.grants[len(o.grants)-1]
	leader := last.leader
	if other {
		leader = last.standby
	}
	if !c.net.Up(leader.id()) {
		return
	}
	o.epoch++
	g := clusterGrant{o.epoch, leader, leader}
	grant := seq.Grant{Duty: seq.LeadAlone, Epoch: o.epoch, After: o.led}
	if paired {
		g.standby = SeqA + SeqB - leader
		grant.Duty, grant.Other = seq.LeadPaired, g.standby.address()
		standby := seq.Grant{Duty: seq.StandBy, Other: leader.address(), Epoch: o.epoch}
		c.net.Command(g.standby.id(), standby.Append(nil))
	}
	o.grants = append(slices.Clip(o.grants), g)
	c.bus.Grant(o.epoch, leader.String())
	c.net.Command(leader.id(), grant.Append(nil))
	c.net.RunFor(0)
}

// granted is the grant of an epoch.
func (o *operator) granted(epoch uint64) clusterGrant {
	for _, g := range slices.Backward(o.grants) {
		if g.epoch == epoch {
			return g
		}
	}
	return clusterGrant{leader: members}
}

// hear takes a report.
//
// A grant that a sequencer never heard of, since it died, shows when it refuses a later one: it
// is not whole up to the first.
func (o *operator) hear(from Member, data []byte, idle bool) error {
	var r seq.Report
	if !r.Decode(data) {
		return fmt.Errorf("a report of % x", data)
	}
	switch r.What {
	case seq.Leads:
		o.led = max(o.led, r.Epoch)
	case seq.RefusedOld, seq.RefusedHole, seq.RefusedSelf:
		o.grants = slices.DeleteFunc(slices.Clone(o.grants), func(g clusterGrant) bool {
			return g.leader == from && (g.epoch == r.Epoch || idle && r.What == seq.RefusedHole && g.epoch > max(r.Whole, o.led))
		})
	}
	return nil
}

// tend sees to it that somebody leads: when all hosts run, and the one that was granted the last
// epoch does not lead, or its standby does not stand by, the next is granted. It tries one
// after the other: who led may lack what the other has.
func (o *operator) tend(c *cluster) {
	last := o.grants[len(o.grants)-1]
	role, epoch := c.sequencer(last.leader).Role()
	if role == seq.Leading && epoch == last.epoch {
		role, _ = c.sequencer(last.standby).Role()
		if last.standby == last.leader || role == seq.Standing {
			return
		}
	}
	o.elect(c, o.epoch%2 == 0, true)
}

// sequencer is the machine of a host that is up.
func (c *cluster) sequencer(m Member) *seq.Machine {
	return c.net.Machine(m.id()).(*seq.Machine)
}
