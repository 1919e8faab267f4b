package publisher

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Config is what an operator sets. A field that is zero has its default, where it has one.
type Config struct {
	Follow     follow.Config
	Publisher  uint64            // the publisher's number, its own for ever; not 0
	Sequencers []machine.Address // who may lead; at least one

	QueueMax    int   // bytes of messages that wait, as frames; default 1 MiB, at least wire.FrameMax
	ResendEvery int64 // ns until a message is sent again; default 20 ms; longer when that was in vain
}

// InFlightMax is how many messages a publisher may have under way: sent, and not seen as
// accepted. It is the same for all of them, for ever: see the package's Restarts.
const InFlightMax = 64

const (
	millisecond = 1_000_000 // ns
	second      = 1000 * millisecond

	pauseMax = second // however long a sequencer says to wait
	triesMax = 5      // the time to the next resending is doubled so often
)

func (c Config) withDefaults() (Config, error) {
	c.QueueMax = cmp.Or(c.QueueMax, 1<<20)
	c.ResendEvery = cmp.Or(c.ResendEvery, 20*millisecond)
	switch {
	case c.Publisher == 0:
		return c, errors.New("publisher: Publisher is 0, want its number")
	case len(c.Sequencers) == 0:
		return c, errors.New("publisher: no Sequencers, want at least one")
	case c.QueueMax < wire.FrameMax:
		return c, fmt.Errorf("publisher: QueueMax is %d, want at least %d, or 0 for the default", c.QueueMax, wire.FrameMax)
	case c.ResendEvery < 0 || c.ResendEvery > second:
		return c, fmt.Errorf("publisher: ResendEvery is %d, want 1 to %d, or 0 for the default", c.ResendEvery, int64(second))
	}
	return c, nil
}

// Counts are what the machine refused since it was made. They are no part of its state.
type Counts struct {
	follow.Counts
	Refused   [wire.InjectedReasons]uint64 // messages that a sequencer did not take, by reason
	Conflicts uint64                       // numbers that another machine of this publisher gave away
}

// A Machine is a publisher. It is for one goroutine at a time.
type Machine struct {
	config   *Config
	follower follow.Follower
	now      int64 // ns

	queue queue
	first uint64 // number of the first message in the queue, if the stream goes on as it is accepted
	birth birth

	seen    []sighting // our frames in the stream that are not accepted yet, in order
	matched int        // of them, those that are messages of the queue

	link link
	left int    // so many messages are still to be done one at a time
	last uint64 // the highest number of ours that we heard of

	refused   [wire.InjectedReasons]uint64
	conflicts uint64
	notices   []byte // of the last step
	packets   []byte // of the last step
}

var _ machine.Machine = (*Machine)(nil)

// New makes a machine that has sent nothing in this life. Which number comes next it learns
// from the leader.
func New(config Config) (*Machine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := follow.New(config.Follow, 0)
	if err != nil {
		return nil, err
	}
	return &Machine{config: &config, follower: f, left: InFlightMax}, nil
}

// Clone is a machine in the same state, that shares no memory that changes.
func (m *Machine) Clone() *Machine {
	c := *m
	c.follower = m.follower.Clone()
	c.queue, c.seen = m.queue.clone(), slices.Clone(m.seen)
	c.notices, c.packets = nil, nil
	return &c
}

// Waiting is how many messages are not known to be accepted.
func (m *Machine) Waiting() int { return m.queue.len() }

// Counts are what was refused since the machine was made.
func (m *Machine) Counts() Counts { return Counts{*m.follower.Counts(), m.refused, m.conflicts} }

// Step takes an input; see [machine.Machine].
func (m *Machine) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	m.now = max(m.now, now)
	m.notices, m.packets = m.notices[:0], m.packets[:0]
	switch in.Kind {
	case machine.Packet:
		m.packet(in)
		out = m.settle(out)
		m.grow()
	case machine.Command:
		out = m.command(in.Data, out)
	}
	out = m.send(out)
	if !m.birth.placed {
		return out
	}
	return m.follower.Ask(m.now, out)
}

// command queues a message.
func (m *Machine) command(payload []byte, out []machine.Output) []machine.Output {
	switch {
	case !m.birth.placed:
		return m.notify(Notice{Kind: Refused, Reason: NotReady}, out)
	case len(payload) > wire.PayloadMax:
		return m.notify(Notice{Kind: Refused, Reason: TooLong}, out)
	case m.queue.size()+wire.FrameHeaderSize+len(payload) > m.config.QueueMax:
		return m.notify(Notice{Kind: Refused, Reason: Full}, out)
	}
	m.queue.push(payload)
	return out
}

// notify tells the application something.
func (m *Machine) notify(n Notice, out []machine.Output) []machine.Output {
	at := len(m.notices)
	m.notices = appendNotice(m.notices, n)
	return append(out, machine.Output{Kind: machine.Deliver, Data: m.notices[at:]})
}

// packet takes a packet.
func (m *Machine) packet(in machine.Input) {
	var p wire.Packet
	if !m.follower.Open(&p, in.Data) {
		return
	}
	if p.Kind == wire.KindInjected {
		m.injected(in.From, &p)
		return
	}
	news := m.follower.Take(m.now, in.From, &p)
	if news.Stream {
		m.lead(in.From, p.Epoch)
	}
	if !m.birth.placed {
		if news.Stream {
			m.birth.place(&m.follower, m.follower.Known())
		}
		return
	}
	m.read(news)
}
