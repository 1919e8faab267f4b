package sequencer

import (
	"battle.test/statemachines/follow"
	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// report tells the operator something.
func (m *Machine) report(what What, epoch, offset uint64, out []machine.Output) []machine.Output {
	at := len(m.buf)
	m.buf = (&Report{what, epoch, offset, m.whole}).Append(m.buf)
	return append(out, machine.Output{Kind: machine.Deliver, Data: m.buf[at:]})
}

// command takes a grant of the operator.
func (m *Machine) command(b []byte, out []machine.Output) []machine.Output {
	var g Grant
	if !g.Decode(b) {
		m.counts.Commands++
		return out
	}
	leads := g.Duty != StandBy
	switch {
	case g == m.grant:
		return m.repeat(out)
	case g.Epoch <= m.grant.Epoch || g.Epoch < m.heard || leads && g.Epoch == m.heard:
		m.counts.Commands++
		return m.report(RefusedOld, g.Epoch, m.history.tail(), out)
	case g.Other == m.config.Self && g.Duty != LeadAlone:
		m.counts.Commands++
		return m.report(RefusedSelf, g.Epoch, m.history.tail(), out)
	case leads && g.After > m.whole:
		m.counts.Commands++
		return m.report(RefusedHole, g.Epoch, m.history.tail(), out)
	}
	m.grant, m.heard = g, g.Epoch
	if leads {
		return m.take(out)
	}
	return m.stand(out)
}

// repeat says again what became of the grant that it has: the first report may be lost.
func (m *Machine) repeat(out []machine.Output) []machine.Output {
	switch m.role {
	case Leading:
		return m.report(Leads, m.epoch, m.start, out)
	case Standing:
		if m.whole == m.grant.Epoch {
			return m.report(IsWhole, m.grant.Epoch, m.history.tail(), out)
		}
		return m.report(Stands, m.grant.Epoch, m.history.tail(), out)
	case Idle:
		return m.report(SteppedDown, m.heard, m.history.tail(), out)
	}
	return out // the report comes when the grant is durable
}

// take begins an epoch where the stream ends. Nothing of it is sent before it is durable: a
// sequencer that forgot it in a crash could be granted the same epoch a second time, and begin
// it elsewhere. The grant comes before the epoch in the journal, as with a standby: one that
// had the epoch there and forgot the grant would go on with its last duty, in an older epoch.
func (m *Machine) take(out []machine.Output) []machine.Output {
	m.role = Taking
	m.refollow()
	out = m.remember(out)
	tail := m.history.tail()
	out = m.write(journal.Record{Kind: journal.Stream, Epoch: m.grant.Epoch, Start: tail, Offset: tail}, out)
	m.duty = m.disk.writer.Length
	return out
}

// remember writes the grant to the journal.
func (m *Machine) remember(out []machine.Output) []machine.Output {
	at := len(m.buf)
	m.buf = m.grant.Append(m.buf)
	out = m.write(journal.Record{Kind: grantFact, Epoch: m.grant.Epoch, Data: m.buf[at:]}, out)
	m.duty = m.disk.writer.Length
	return out
}

// stand begins to stand by.
func (m *Machine) stand(out []machine.Output) []machine.Output {
	m.role = Standing
	m.refollow()
	out = m.remember(out)
	return m.report(Stands, m.grant.Epoch, m.history.tail(), out)
}

// following is how it follows the leader that it was granted.
func (m *Machine) following() follow.Config {
	config := m.config.Follow
	if m.grant.Duty == StandBy {
		config.Servers = append([]follow.Server{{Address: m.grant.Other, Service: wire.Tip}}, config.Servers...)
	}
	return config
}

// refollow begins to follow from where the stream is settled. What it has past that may be of
// a dead history, and is compared with what comes.
func (m *Machine) refollow() {
	follower, err := follow.New(m.following(), m.history.settled)
	if err != nil {
		panic("sequencer: a configuration that was checked: " + err.Error())
	}
	m.counts.Add(m.follower.Counts())
	m.follower, m.told, m.fact = follower, 0, 0
}

// stepDown ends its duty: it heard of a later epoch, which somebody else leads.
func (m *Machine) stepDown(epoch uint64, out []machine.Output) []machine.Output {
	m.role, m.heard = Idle, epoch
	m.refollow()
	out = m.note(heardFact, epoch, out)
	return m.report(SteppedDown, epoch, m.history.tail(), out)
}
