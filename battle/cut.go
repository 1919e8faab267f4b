package battle

// Cut appends the updates of a tape to updates, as they lie on a tape without a swarm, and
// where each of them ends to ends. It allocates nothing if both have room: it is for engines
// that change a tape update by update, between two runs.
func (h *Hunt) Cut(updates []byte, ends []int32, tape []byte) ([]byte, []int32) {
	d := &h.cutter
	d.plan = h.s.plan
	for d.open(tape); ; {
		k := d.next()
		if k == nil {
			return updates, ends
		}
		from, p := d.reader.pos, h.s.runner.t.driver.scratch(k.index)
		k.root.decode(&d.reader, p)
		updates = append(updates, k.selector)
		if d.reader.pos < len(tape) {
			updates = append(updates, tape[from:d.reader.pos]...)
		} else { // the tape may have ended in it
			h.writer.tape = updates
			if err := k.root.encode(&h.writer, p); err != nil {
				panic("battle: a decoded update does not encode: " + err.Error())
			}
			updates = h.writer.tape
		}
		ends = append(ends, int32(len(updates)))
	}
}
