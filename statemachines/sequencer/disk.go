package sequencer

import (
	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
)

// The facts that a sequencer remembers beside the stream.
const (
	grantFact = journal.Fact + iota // it was given a duty: Data is the command
	heardFact                       // it heard of a later epoch
	wholeFact                       // it has all that was accepted in an epoch and before
	beganFact                       // it was made anew of the journal up to here
)

// A disk is the journal: what was written to it, and how much of that is durable.
type disk struct {
	writer journal.Writer
	synced uint64 // how much of it is durable, in whole records
	tail   uint64 // offset up to which the stream is durable
	marks  []mark
	head   int // of the marks that are still to come
}

// A mark says that the stream is durable up to tail when the journal is up to length.
type mark struct{ length, tail uint64 }

// write writes a record, after which the stream ends at tail.
func (m *Machine) write(r journal.Record, out []machine.Output) []machine.Output {
	at := len(m.buf)
	r.Committed = m.history.settled
	m.buf = m.disk.writer.Append(m.buf, r)
	m.disk.mark(m.history.tail())
	return append(out, machine.Output{Kind: machine.Write, Data: m.buf[at:]})
}

// note writes a fact about an epoch.
func (m *Machine) note(kind journal.Kind, epoch uint64, out []machine.Output) []machine.Output {
	return m.write(journal.Record{Kind: kind, Epoch: epoch}, out)
}

func (d *disk) mark(tail uint64) {
	if d.head > 64 && d.head > len(d.marks)/2 { // each mark is moved once, on the average
		d.marks = d.marks[:copy(d.marks, d.marks[d.head:])]
		d.head = 0
	}
	d.marks = append(d.marks, mark{d.writer.Length, tail})
}

// sync notes that the journal is durable up to a length, which may lie within a record. It is
// false if there is none so long.
func (d *disk) sync(length uint64) bool {
	if length > d.writer.Length {
		return false
	}
	for d.head < len(d.marks) && d.marks[d.head].length <= length {
		d.synced, d.tail = d.marks[d.head].length, d.marks[d.head].tail
		d.head++
	}
	if d.head == len(d.marks) {
		d.marks, d.head = d.marks[:0], 0
	}
	return true
}

// cut notes that the stream was cut: what was durable past an offset no more counts.
func (d *disk) cut(offset uint64) {
	d.tail = min(d.tail, offset)
	for i := range d.marks[d.head:] {
		one := &d.marks[d.head+i]
		one.tail = min(one.tail, offset)
	}
}
