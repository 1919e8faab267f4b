package properties

import (
	"battle.test/sim"
	"battle.test/statemachines/sequencer"
)

// An operator grants epochs by the rule of docs/bus.md, and by its simplest reading: as long as it
// does not know what became of a grant, it repeats that, and grants no other.
type operator struct {
	epochs          uint64 // that were granted
	led             uint64 // the last that was taken
	leader, standby sim.ID // in it; the same host, if it was led alone
	pending         *pendingGrant
}

type pendingGrant struct {
	epoch           uint64
	leader, standby sim.ID
}

// grant has the operator grant the next epoch, to the other one of the pair or the same, or repeat
// the last grant if it did not hear what became of it. A grant arrives at once, or is lost if the
// host is down: an operator that did not know which would have to wait until it knew.
func (b *bus) grant(other, alone bool) {
	o := &b.operator
	if o.pending == nil {
		leader := o.leader
		if other {
			leader = o.standby
		}
		o.epochs++
		o.pending = &pendingGrant{o.epochs, leader, seqA + seqB - leader}
		if alone {
			o.pending.standby = leader
		}
	}
	p := *o.pending
	lead := sequencer.Grant{Duty: sequencer.LeadAlone, Epoch: p.epoch, After: o.led}
	if p.standby != p.leader {
		lead.Duty, lead.Other = sequencer.LeadPaired, busAddress(p.standby)
		stand := sequencer.Grant{Duty: sequencer.StandBy, Epoch: p.epoch, Other: busAddress(p.leader)}
		b.net.Command(p.standby, stand.Append(nil))
	}
	b.net.Command(p.leader, lead.Append(nil))
	b.net.RunFor(0)
}

// hear takes a sequencer's report.
func (o *operator) hear(from sim.ID, data []byte) {
	var r sequencer.Report
	p := o.pending
	if p == nil || from != p.leader || !r.Decode(data) {
		return
	}
	switch {
	case r.What == sequencer.Leads && r.Epoch == p.epoch,
		r.What == sequencer.SteppedDown && r.Epoch >= p.epoch: // it had taken it, and was restarted
		o.led, o.leader, o.standby, o.pending = p.epoch, p.leader, p.standby, nil
	case r.Epoch == p.epoch && (r.What == sequencer.RefusedOld || r.What == sequencer.RefusedHole):
		o.pending = nil // what was refused was never granted
	}
}

// tend sees to it that somebody leads, once all hosts run.
func (b *bus) tend() {
	o := &b.operator
	role, epoch := b.net.Machine(o.leader).(*sequencer.Machine).Role()
	standing, _ := b.net.Machine(o.standby).(*sequencer.Machine).Role()
	if o.pending == nil && role == sequencer.Leading && epoch == o.led && (o.leader == o.standby || standing == sequencer.Standing) {
		return
	}
	b.grant(o.epochs%2 == 0, false)
}
