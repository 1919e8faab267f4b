package tip

import "battle.test/ringbuf"

// A waiting is a request that waits to be answered.
type waiting struct {
	client Client
	slot   int32 // of the client in the table
	local  bool
	length uint32
	epoch  uint64
	offset uint64
}

// ask takes a request.
func (m *Machine) ask(in Input, out []Output) []Output {
	if in.Length == 0 {
		return append(out, m.output(Malformed, in.Client, in.Offset))
	}
	w := waiting{client: in.Client, local: in.Region == m.config.Region, epoch: in.Epoch, offset: in.Offset}
	limits := m.limits(w.local)
	w.length = min(in.Length, limits.AnswerMax)
	if m.merge(w, limits.AnswerMax) {
		return out
	}
	w.slot = m.table.slot(w.client)
	if w.slot < 0 && m.table.count() >= m.config.ClientsMax {
		m.table.sweep(m.now)
	}
	if len(m.queue) >= m.config.QueueMax || w.slot < 0 && m.table.count() >= m.config.ClientsMax {
		return m.busy(w, limits, out)
	}
	if w.slot < 0 {
		w.slot = m.table.add(w.client)
	}
	if m.table.clients[w.slot].waiting >= limits.WaitingMax {
		return m.busy(w, limits, out)
	}
	m.table.clients[w.slot].waiting++
	m.queue = append(m.queue, w)
	return out
}

// merge adds a request to one that waits, if it begins inside it or right behind it, and
// the whole is no longer than an answer.
func (m *Machine) merge(w waiting, answerMax uint32) bool {
	for i := range m.queue {
		q := &m.queue[i]
		if q.client != w.client || q.epoch != w.epoch || q.local != w.local || w.offset < q.offset {
			continue
		}
		// Subtracted, not added: q.offset + q.length may pass the last offset. Without the
		// comparison before, a request for offset 0 would lie right behind one for the last.
		distance := w.offset - q.offset
		if distance <= uint64(q.length) && distance+uint64(w.length) <= uint64(answerMax) {
			q.length = max(q.length, uint32(distance)+w.length)
			return true
		}
	}
	return false
}

// busy refuses a request, and says when its client's bucket has room for an answer.
func (m *Machine) busy(w waiting, limits *Limits, out []Output) []Output {
	o := m.output(Busy, w.client, w.offset)
	o.Retry = limits.cost(uint64(limits.AnswerMax) + Overhead)
	if w.slot >= 0 {
		o.Retry = max(o.Retry, plus(m.table.clients[w.slot].free, -m.now))
	}
	return append(out, o)
}

// send answers what may be answered now, oldest first.
func (m *Machine) send(out []Output) []Output {
	sent := 0
	kept := m.queue[:0]
	for _, w := range m.queue {
		c := &m.table.clients[w.slot]
		if sent == m.config.StepMax || c.free > m.now {
			kept = append(kept, w)
			continue
		}
		sent++
		o := m.judge(w)
		out = append(out, o)
		limits := m.limits(w.local)
		full := plus(m.now, -limits.burst())
		c.free = plus(max(c.free, full), limits.cost(uint64(len(o.Data))+Overhead))
		c.waiting--
	}
	m.queue = kept
	return out
}

var kinds = [...]Kind{ringbuf.AtTail: Data, ringbuf.Data: Data, ringbuf.Old: TooOld, ringbuf.Ahead: Future}

// judge answers a request by the bounds of this moment.
func (m *Machine) judge(w waiting) Output {
	if w.epoch != m.epoch {
		return m.output(WrongEpoch, w.client, w.offset)
	}
	buf := m.room(int(w.length))
	got := m.read(buf, w.offset)
	m.answer = m.answer[:len(m.answer)+got.N]
	return Output{
		Kind: kinds[got.Verdict], Client: w.client, Offset: w.offset, Data: buf[:got.N:got.N],
		Epoch: m.epoch, First: got.First, Tail: got.Tail,
	}
}
