package tip

import (
	"fmt"
	"slices"

	"battle.test/ringbuf"
)

// A Machine is a tip-retransmitter. It is for one goroutine at a time.
type Machine struct {
	config Config
	now    int64 // ns
	epoch  uint64
	ring   *ringbuf.Ring
	reader *ringbuf.Reader // nil where the ring is a copy's, too: see clone
	hole   hole
	queue  []waiting // in the order in which they came
	table  table
	answer []byte // what the outputs of the last step hold
}

// New makes a machine that has seen nothing of the stream: its ring is empty at base, the
// length that the stream had in that epoch.
func New(config Config, epoch, base uint64) (*Machine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &Machine{config: config, epoch: epoch}
	m.table.rest = max(config.Local.burst(), config.Remote.burst())
	m.start(base)
	return m, nil
}

// start begins with an empty ring.
func (m *Machine) start(base uint64) {
	ring, err := ringbuf.New(m.config.Capacity, base)
	if err != nil {
		panic(fmt.Sprintf("tip: a ring with a capacity that was checked: %v", err))
	}
	m.ring, m.reader = ring, ring.NewReader()
}

// Epoch is the epoch that the machine follows.
func (m *Machine) Epoch() uint64 { return m.epoch }

// Bounds are what the machine can serve: what it would advertise.
func (m *Machine) Bounds() ringbuf.Bounds { return m.ring.Bounds() }

// Step takes an input, and appends what is to be sent to out. now is the time in ns; where
// it goes back, the machine's time stands still. The bytes of the outputs belong to the
// machine, and are valid until the next step. A step allocates nothing once the machine
// has been as busy as it will be.
func (m *Machine) Step(now int64, in Input, out []Output) []Output {
	m.now = max(m.now, now)
	m.answer = m.answer[:0]
	switch in.Kind {
	case Stream:
		out = m.take(in, out)
	case Request:
		out = m.ask(in, out)
	}
	return m.send(out)
}

// Next is when a step could send something that waits: a tick before then is in vain. It
// is false where nothing waits.
func (m *Machine) Next() (now int64, ok bool) {
	for i, w := range m.queue {
		if free := m.table.clients[w.slot].free; i == 0 || free < now {
			now = free
		}
	}
	return max(m.now, now), len(m.queue) > 0
}

// output is an output with what all of them say.
func (m *Machine) output(kind Kind, client Client, offset uint64) Output {
	b := m.ring.Bounds()
	return Output{Kind: kind, Client: client, Offset: offset, Epoch: m.epoch, First: b.First, Tail: b.Tail}
}

// limits are those of a request.
func (m *Machine) limits(local bool) *Limits {
	if local {
		return &m.config.Local
	}
	return &m.config.Remote
}

// room makes room for n bytes in the outputs of this step. What outputs hold already stays
// where it is.
func (m *Machine) room(n int) []byte {
	used := len(m.answer)
	m.answer = slices.Grow(m.answer, n)
	return m.answer[used : used+n]
}
