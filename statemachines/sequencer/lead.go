package sequencer

import (
	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// lead begins with an epoch: the grant is durable, and with it all of the stream that came
// before it.
func (m *Machine) lead(out []machine.Output) []machine.Output {
	m.role, m.stored = Leading, 0
	m.epoch, m.start = m.grant.Epoch, m.history.tail()
	m.whole = m.epoch
	m.committed = min(m.committed, m.start) // whoever said more as it stood by was wrong: it is whole
	m.commit()
	m.news = true
	return m.report(Leads, m.epoch, m.start, out)
}

// commit moves committed to where the stream is accepted by now.
func (m *Machine) commit() {
	accepted := m.disk.tail
	if m.grant.Duty == LeadPaired {
		accepted = min(accepted, m.stored)
	}
	if accepted > m.committed {
		m.committed, m.news = accepted, true
	}
	// Also if committed was known before: it may have learned that as a standby, or from a
	// snapshot.
	m.history.settle(min(m.committed, m.disk.tail))
	m.history.forget(m.config.RetainMin)
}

// takeStored takes what the standby has on its disk.
func (m *Machine) takeStored(from machine.Address, p *wire.Packet, out []machine.Output) []machine.Output {
	var s wire.Stored
	switch {
	case m.faulty(s.Decode(p)):
	case m.role != Leading || m.grant.Duty != LeadPaired || from != m.grant.Other:
		m.counts.Unwanted++
	case p.Epoch != m.epoch:
		m.counts.WrongEpoch++
	case s.Tail > m.history.tail():
		m.counts.Untrue++
	default:
		m.stored = max(m.stored, s.Tail)
		m.commit()
	}
	return out
}

// inject takes a message. One that goes into the stream gets no other answer.
func (m *Machine) inject(from machine.Address, p *wire.Packet, out []machine.Output) []machine.Output {
	var in wire.Inject
	if m.faulty(in.Decode(p)) {
		return out
	}
	answer := wire.Injected{Publisher: in.Publisher, Last: m.history.publishers.last(in.Publisher), Tail: m.history.tail(), Committed: m.committed}
	size := uint64(wire.FrameHeaderSize + len(in.Payload))
	tail := m.history.tail()
	switch {
	case in.Publisher == 0 || in.Sequence == 0:
		m.counts.Faults[wire.BadFrame]++
		return out
	case !m.remembers():
		m.counts.Unwanted++
		return out
	case m.role != Leading:
		answer.Reason, answer.Retry = wire.NotLeading, uint64(m.config.RetryAfter)
	case p.Epoch != m.epoch:
		answer.Reason = wire.OtherEpoch
	case len(in.Payload) > wire.PayloadMax || size > ^tail:
		answer.Reason = wire.TooLong
	case in.Sequence <= answer.Last:
		answer.Reason = wire.Taken
	case in.Sequence > answer.Last+1:
		answer.Reason = wire.OutOfOrder
	case size > m.config.UncommittedMax-min(m.config.UncommittedMax, tail-m.committed):
		answer.Reason, answer.Retry = wire.TooFast, uint64(m.config.RetryAfter)
	default:
		if wait := m.injectors.Take(in.Publisher, m.now, int(size)); wait > 0 {
			answer.Reason, answer.Retry = wire.TooFast, uint64(wait)
			break
		}
		return m.order(&in, out)
	}
	m.counts.Messages[answer.Reason]++
	at := len(m.buf)
	m.buf = answer.Append(m.buf, m.header())
	return append(out, machine.Output{Kind: machine.Send, To: from, Data: m.buf[at:]})
}

// order puts a message into the stream.
func (m *Machine) order(in *wire.Inject, out []machine.Output) []machine.Output {
	frame := wire.Frame{Publisher: in.Publisher, Sequence: in.Sequence, Payload: in.Payload}
	offset := m.history.tail()
	at := len(m.buf)
	m.buf = frame.Append(m.buf)
	b := m.buf[at:]
	m.history.log.Append(b)
	m.history.publishers.take(in.Publisher, in.Sequence)
	out = m.write(journal.Record{Kind: journal.Stream, Epoch: m.epoch, Start: m.start, Offset: offset, Data: b}, out)
	return m.send(offset, b, out)
}

// send sends frames that begin at an offset, or a heartbeat, to everybody who is to have the
// stream from here.
func (m *Machine) send(offset uint64, frames []byte, out []machine.Output) []machine.Output {
	m.beat, m.time, m.news = m.now, m.now, false
	at := len(m.buf)
	packet := wire.Stream{Start: m.start, Offset: offset, Committed: m.committed, Time: m.time, Frames: frames}
	m.buf = packet.Append(m.buf, m.header())
	to := func(address machine.Address) {
		out = append(out, machine.Output{Kind: machine.Send, To: address, Data: m.buf[at:]})
	}
	region := m.config.Self.Region()
	to(machine.Everybody(region))
	if m.grant.Duty == LeadPaired && m.grant.Other.Region() != region {
		to(m.grant.Other)
	}
	for _, address := range m.config.Replicators {
		to(address)
	}
	return out
}
