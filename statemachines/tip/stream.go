package tip

// A hole is the last report of bytes that did not come.
type hole struct {
	reported bool
	tail     uint64 // where it begins
	at       int64  // when it was reported, in ns
}

// take takes a packet of the stream.
func (m *Machine) take(in Input, out []Output) []Output {
	if in.Epoch < m.epoch {
		return out // of a sequencer that was replaced
	}
	if in.Epoch > m.epoch {
		m.follow(in.Epoch, in.Start)
	}
	tail := m.ring.Bounds().Tail
	if in.Offset > tail {
		return m.miss(in.Offset, tail, out)
	}
	if known := tail - in.Offset; known < uint64(len(in.Data)) {
		// The only error is that the stream would pass the last offset: such a packet is
		// no sequencer's, and nothing of it was taken.
		_ = m.ring.Append(in.Data[known:])
	}
	return out
}

// follow enters a new epoch, which began at start. What is retained below start is of the
// common history, if there can't have been another epoch in between that began lower.
func (m *Machine) follow(epoch, start uint64) {
	if epoch-m.epoch > 1 || m.ring.Bounds().Tail > start {
		m.start(start)
	}
	m.epoch = epoch
	m.hole = hole{}
}

// miss reports that the stream from tail up to offset did not come. Packets go on
// arriving while somebody fetches what is missing, so it is not reported for each.
func (m *Machine) miss(offset, tail uint64, out []Output) []Output {
	if m.hole.reported && m.hole.tail == tail && m.now < plus(m.hole.at, m.config.MissingEvery) {
		return out
	}
	m.hole = hole{reported: true, tail: tail, at: m.now}
	return append(out, m.output(Missing, 0, offset))
}
