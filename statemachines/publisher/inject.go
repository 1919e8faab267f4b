package publisher

import (
	"math"
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// A link is what is known of the leader and of what was sent to it.
type link struct {
	leader   int    // in the configuration's sequencers
	epoch    uint64 // the newest that a sequencer spoke of
	sent     int    // messages of the queue that need not be sent, up to the next rewind
	answered bool   // the leader said something since the last resending
	refused  uint64 // sequencers in a row that do not lead
	tries    int    // times that were in vain
	again    int64  // ns: when to send again what was not seen
	pause    int64  // ns: when to send anything
	gap      uint64 // the number that was missing last, as a sequencer said
	gapAt    int64  // ns: until when it is not sent again for that
}

// query is the number of a message that asks for the last one: no publisher gets that far, so
// it is never the next.
const query = math.MaxUint64

// progress begins to count anew what is in vain.
func (l *link) progress(now, every int64) {
	l.tries, l.refused, l.again = 0, 0, plus(now, every)
}

func plus(now, ns int64) int64 {
	if now > math.MaxInt64-ns {
		return math.MaxInt64
	}
	return now + ns
}

// rewind sends again all that is not seen in the stream.
func (m *Machine) rewind() { m.link.sent = m.matched }

// epoch is the newest epoch that we know of.
func (m *Machine) epoch() uint64 {
	epoch, _ := m.follower.Epoch()
	return max(epoch, m.link.epoch)
}

// lead notes who sends the stream: who is no sequencer sends it on.
func (m *Machine) lead(from machine.Address, epoch uint64) {
	i := slices.Index(m.config.Sequencers, from)
	if i < 0 || epoch < m.epoch() || epoch == 0 {
		return
	}
	m.link.answered = true
	if i != m.link.leader || epoch > m.link.epoch {
		m.follow(i, epoch)
		m.link.pause = 0
	}
}

// follow sends to another leader, or in another epoch, what is not seen yet.
func (m *Machine) follow(leader int, epoch uint64) {
	m.link.leader, m.link.epoch = leader, epoch
	m.rewind()
	if m.birth.asking() {
		m.link.again = 0
	}
}

// turn tries the next sequencer.
func (m *Machine) turn() {
	m.link.leader = (m.link.leader + 1) % len(m.config.Sequencers)
	m.rewind()
}

// window is how many of the first messages of the queue may be under way. As long as a number
// is with another message that is not accepted yet, sending would be in vain.
func (m *Machine) window() int {
	switch {
	case !m.birth.known || m.matched < len(m.seen):
		return 0
	case m.careful():
		return min(1, m.queue.len())
	}
	return min(InFlightMax, m.queue.len())
}

// send sends what may be sent, and sends again what was not seen for too long.
func (m *Machine) send(out []machine.Output) []machine.Output {
	l := &m.link
	if m.now < l.pause {
		return out
	}
	ask := m.birth.asking() && m.now >= l.again || m.careful() && l.sent < m.window()
	if late := m.outstanding() && m.now >= l.again; late {
		if !l.answered {
			m.turn()
		}
		m.rewind()
		l.answered, l.tries = false, min(l.tries+1, triesMax)
	}
	before := len(out)
	for window := m.window(); l.sent < window; l.sent++ {
		out = m.inject(m.first+uint64(l.sent), m.queue.at(l.sent), out)
	}
	if ask {
		out = m.inject(query, nil, out)
	}
	if len(out) > before {
		l.again = plus(m.now, m.config.ResendEvery<<l.tries)
	}
	return out
}

// outstanding tells whether something was sent that was not seen yet.
func (m *Machine) outstanding() bool {
	return m.birth.asking() && m.link.again > 0 || m.link.sent > m.matched
}

// inject sends a message to the leader.
func (m *Machine) inject(sequence uint64, payload []byte, out []machine.Output) []machine.Output {
	h := m.follower.Header()
	h.Epoch = m.epoch()
	at := len(m.packets)
	m.packets = (&wire.Inject{Publisher: m.config.Publisher, Sequence: sequence, Payload: payload}).Append(m.packets, h)
	return append(out, machine.Output{Kind: machine.Send, To: m.config.Sequencers[m.link.leader], Data: m.packets[at:]})
}

// injected takes what a sequencer says of our messages.
func (m *Machine) injected(from machine.Address, p *wire.Packet) {
	var i wire.Injected
	if !m.follower.Fault(i.Decode(p)) {
		return
	}
	l := &m.link
	who := slices.Index(m.config.Sequencers, from)
	if who < 0 || i.Publisher != m.config.Publisher {
		m.follower.Counts().Unwanted++
		return
	}
	if int(i.Reason) < len(m.refused) && i.Reason != wire.Taken {
		m.refused[i.Reason]++
	}
	if p.Epoch < m.epoch() || p.Epoch == 0 || i.Reason == wire.NotLeading {
		m.notLeading(who, p.Epoch, i.Retry)
		return
	}
	if p.Epoch > m.epoch() || who != l.leader {
		m.follow(who, p.Epoch)
	}
	l.answered = true
	switch i.Reason {
	case wire.Taken, wire.OutOfOrder:
		m.heard(i)
	case wire.OtherEpoch: // of a message that was sent before we heard of this one
	case wire.TooFast:
		m.wait(i.Retry)
		m.resume(i.Last)
	default: // it takes less than it should: another may take more
		m.wait(i.Retry)
		m.rewind()
	}
}

// notLeading goes on to the next sequencer, and pauses when all have been tried.
func (m *Machine) notLeading(who int, epoch, retry uint64) {
	if epoch < m.epoch() {
		m.follower.Counts().WrongEpoch++
	}
	if who != m.link.leader {
		return
	}
	m.turn()
	if m.link.refused++; m.link.refused%uint64(len(m.config.Sequencers)) == 0 {
		m.wait(retry)
	} else {
		m.link.again = 0
	}
}

// wait sends nothing for as long as a sequencer says, and for the time between two resendings.
func (m *Machine) wait(retry uint64) {
	m.link.pause = plus(m.now, max(m.config.ResendEvery, int64(min(retry, pauseMax))))
}

// heard takes the last number that the leader has. Whether it is for ever the stream tells.
func (m *Machine) heard(i wire.Injected) {
	if i.Last == query {
		m.follower.Counts().Untrue++
		return
	}
	m.hear(i.Last, i.Tail, i.Committed)
	if i.Last > m.last {
		m.last = i.Last
		m.link.progress(m.now, m.config.ResendEvery)
	}
	if i.Reason == wire.OutOfOrder && (i.Last+1 != m.link.gap || m.now >= m.link.gapAt) {
		// The messages behind one that was lost are refused one by one: it is sent again once.
		m.link.gap, m.link.gapAt = i.Last+1, plus(m.now, m.config.ResendEvery)
		m.resume(i.Last)
	}
}

// resume sends again what comes behind a number.
func (m *Machine) resume(last uint64) {
	if m.birth.known && last >= m.first-1 && last-(m.first-1) < uint64(m.link.sent) {
		m.link.sent = max(m.matched, int(last-(m.first-1)))
	}
}

// Next is when a tick would do something; see [machine.Machine].
func (m *Machine) Next() (now int64, ok bool) {
	next, ok := int64(math.MaxInt64), false
	if m.birth.placed {
		next, ok = m.follower.Next()
	}
	switch l := &m.link; {
	case l.sent < m.window():
		next, ok = min(next, l.pause), true
	case m.birth.asking() || m.outstanding():
		next, ok = min(next, max(l.pause, l.again)), true
	}
	return max(m.now, next), ok
}
