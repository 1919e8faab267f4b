package skew

import (
	"fmt"

	"battle.test/sim"
	"battle.test/statemachines/sequencer"
)

// An operator grants epochs: the next one to who had the last, or to the standby that it was paired
// with. All grants are of pairs.
type operator struct {
	epoch  uint64 // the last that was granted, taken or not
	led    uint64 // the last that a sequencer reported to lead
	leads  bool   // and does, as far as is known
	grants []grant
}

// A grant is an epoch that was not refused, and who leads it. The other one stands by.
type grant struct {
	epoch  uint64
	leader Host
}

func (o *operator) begin(b *bus) {
	o.grants = []grant{{0, SeqA}} // either may lead a stream that is empty
	o.elect(b, false)
}

// elect grants the next epoch.
func (o *operator) elect(b *bus, other bool) {
	leader := o.grants[len(o.grants)-1].leader
	if other {
		leader = SeqA + SeqB - leader
	}
	standby := SeqA + SeqB - leader
	if !b.net.Up(leader.id()) {
		return
	}
	o.epoch, o.leads = o.epoch+1, false
	o.grants = append(o.grants, grant{o.epoch, leader})
	b.model.Grant(o.epoch, leader.String())
	second := sequencer.Grant{Duty: sequencer.StandBy, Other: leader.address(), Epoch: o.epoch}
	first := sequencer.Grant{Duty: sequencer.LeadPaired, Other: standby.address(), Epoch: o.epoch, After: o.led}
	b.net.Command(standby.id(), second.Append(nil))
	b.net.Command(leader.id(), first.Append(nil))
	b.net.RunFor(sim.Millisecond)
}

// hear takes a report.
func (o *operator) hear(from Host, data []byte) error {
	var r sequencer.Report
	if !r.Decode(data) {
		return fmt.Errorf("a report of % x", data)
	}
	last := o.grants[len(o.grants)-1]
	switch r.What {
	case sequencer.Leads:
		o.led, o.leads = max(o.led, r.Epoch), r.Epoch == o.epoch
	case sequencer.RefusedOld, sequencer.RefusedHole, sequencer.RefusedSelf:
		if last.leader == from && last.epoch == r.Epoch {
			o.grants = o.grants[:len(o.grants)-1]
		}
	}
	return nil
}

// ended notes that a host's program ended: who led leads no more.
func (o *operator) ended(h Host) {
	if o.grants[len(o.grants)-1].leader == h {
		o.leads = false
	}
}

// tend sees to it that somebody leads. It tries one sequencer after the other: who led may lack what
// the other has.
func (o *operator) tend(b *bus) {
	if !o.leads {
		o.elect(b, o.epoch%2 == 0)
	}
}
