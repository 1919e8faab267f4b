package sequencer

import (
	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// takeStream takes a packet that is for those who follow the stream. A later epoch than its
// own ends its duty, whatever that is; and only a standby follows, in the epoch of its grant.
func (m *Machine) takeStream(from machine.Address, p *wire.Packet, out []machine.Output) []machine.Output {
	switch {
	case p.Kind == wire.KindStream && p.Epoch > m.heard:
		return m.hear(p, out)
	case m.role != Standing:
		m.counts.Unwanted++
		return out
	case p.Epoch != m.grant.Epoch && p.Kind != wire.KindFound:
		m.counts.WrongEpoch++
		return out
	}
	news := m.follower.Take(m.now, from, p)
	if news.Epoch {
		var ok bool
		if out, ok = m.enter(out); !ok {
			return out
		}
	}
	if m.epoch != m.grant.Epoch {
		return out // of its epoch nothing has come yet
	}
	out = m.join(news.Offset, news.Frames, out)
	m.time = max(m.time, m.follower.Time())
	m.committed = max(m.committed, m.follower.Known())
	m.settle()
	if p.Kind == wire.KindStream && len(news.Frames) == 0 {
		m.told = min(m.told, m.committed) // a heartbeat: what was told may have been lost
	}
	return m.store(out)
}

// hear hears of a later epoch, in a packet that is right by itself.
func (m *Machine) hear(p *wire.Packet, out []machine.Output) []machine.Output {
	var s wire.Stream
	if m.faulty(s.Decode(p)) {
		return out
	}
	if size, fault := wire.WholeFrames(s.Frames); size < len(s.Frames) {
		fault.Reason = wire.BadFrame
		m.faulty(fault)
		return out
	}
	if m.role != Idle {
		return m.stepDown(p.Epoch, out)
	}
	m.heard = p.Epoch
	return m.note(heardFact, p.Epoch, out)
}

// enter enters the epoch that it stands by in. What it has from where that began is of a dead
// history. Of the rest it forgets nothing before something else comes in its place: it may be
// the only one left to have what was accepted.
func (m *Machine) enter(out []machine.Output) (_ []machine.Output, ok bool) {
	epoch, start := m.follower.Epoch()
	if epoch == m.epoch && start == m.start {
		// It has been in it before a restart: from start on it has nothing but the epoch's own, and
		// has told the leader so. Some of that may have been accepted since.
		return out, true
	}
	if start < m.committed || epoch == m.epoch {
		m.counts.Untrue++ // an epoch begins once, and not below what was accepted before it
		m.refollow()
		return out, false
	}
	m.epoch, m.start = epoch, start
	return m.cut(start, out), true
}

// cut cuts the stream off at an offset, or at the frame that it lies in, and says so in the
// journal.
func (m *Machine) cut(offset uint64, out []machine.Output) []machine.Output {
	if offset < m.history.tail() {
		m.history.cut(offset)
		m.disk.cut(m.history.tail())
	}
	return m.write(journal.Record{Kind: journal.Stream, Epoch: m.epoch, Start: m.start, Offset: m.history.tail()}, out)
}

// join compares frames of its epoch with what it has, and takes what is new.
func (m *Machine) join(offset uint64, frames []byte, out []machine.Output) []machine.Output {
	if len(frames) == 0 {
		return out
	}
	same := m.history.log.Same(frames, offset)
	if same == len(frames) {
		return out
	}
	if at := offset + uint64(same); at < m.history.tail() {
		out = m.cut(at, out)
	}
	at := m.history.tail()
	fresh := frames[at-offset:]
	if !m.history.append(fresh) {
		m.counts.Faults[wire.BadFrame]++
		m.follower.Rewind(at)
		return out
	}
	return m.write(journal.Record{Kind: journal.Stream, Epoch: m.epoch, Start: m.start, Offset: at, Data: fresh}, out)
}

// settle settles what is accepted, on disk, and of its epoch for certain.
func (m *Machine) settle() {
	m.history.settle(min(m.committed, m.disk.tail, m.follower.Tail()))
	m.history.forget(m.config.RetainMin)
}

// store tells the leader what is on the disk, if there is more than it was told. It says
// nothing before its grant is on the disk: it would answer an older epoch after a crash. Nor
// is it whole before it would know so after a crash: a grant that it took as it was, and lost,
// could be given to nobody again.
func (m *Machine) store(out []machine.Output) []machine.Output {
	if m.epoch != m.grant.Epoch || m.disk.synced < m.duty {
		return out
	}
	tail := min(m.disk.tail, m.follower.Tail())
	switch {
	case m.whole >= m.epoch || tail < m.start:
	case m.fact == 0:
		out = m.note(wholeFact, m.epoch, out)
		m.fact = m.disk.writer.Length
	case m.disk.synced >= m.fact:
		m.whole, m.fact = m.epoch, 0
		out = m.report(IsWhole, m.epoch, tail, out)
	}
	m.settle()
	if tail <= m.told {
		return out
	}
	m.told = tail
	at := len(m.buf)
	m.buf = (&wire.Stored{Tail: tail}).Append(m.buf, m.header())
	return append(out, machine.Output{Kind: machine.Send, To: m.grant.Other, Data: m.buf[at:]})
}
