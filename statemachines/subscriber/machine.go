package subscriber

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Config is what an operator sets. A field that is zero has its default.
type Config struct {
	Follow    follow.Config
	BufferMax uint64 // bytes of the stream that wait for delivery; default 1 MiB, at least wire.FrameMax
	WindowMax uint64 // bytes of the stream that are delivered and not taken; 0 for an application that takes all at once
}

func (c Config) withDefaults() (Config, error) {
	c.BufferMax = cmp.Or(c.BufferMax, 1<<20)
	if c.BufferMax < wire.FrameMax {
		return c, fmt.Errorf("subscriber: BufferMax is %d, want at least %d, or 0 for the default", c.BufferMax, wire.FrameMax)
	}
	return c, nil
}

// Counts are what the machine refused since it was made. They are no part of its state.
type Counts struct {
	follow.Counts
	Commands uint64 // that no application sends
}

// A Machine is a subscriber. It is for one goroutine at a time.
type Machine struct {
	config   Config
	follower follow.Follower
	given    uint64 // delivered up to here
	taken    uint64 // and taken up to here, as the application says
	cut      bool   // the application is cut off
	buffer   []byte // deliveries, ready made, in order; up to the follower's tail
	head     int    // bytes of buffer that were delivered
	notice   []byte // the last CutOff
	commands uint64 // that were refused
}

var _ machine.Machine = (*Machine)(nil)

// New makes a machine that delivers what comes behind an offset of the stream, where a frame
// begins.
func New(config Config, offset uint64) (*Machine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := follow.New(config.Follow, offset)
	if err != nil {
		return nil, err
	}
	return &Machine{config: config, follower: f, given: offset, taken: offset}, nil
}

// Clone is a machine in the same state, that shares no memory that changes.
func (m *Machine) Clone() *Machine {
	c := *m
	c.follower = m.follower.Clone()
	c.buffer, c.head, c.notice = slices.Clone(m.buffer[m.head:]), 0, nil
	return &c
}

// Offset is where the next message that it delivers begins.
func (m *Machine) Offset() uint64 { return m.given }

// IsCutOff tells whether the application was cut off, and has not come back.
func (m *Machine) IsCutOff() bool { return m.cut }

// Counts are what was refused since the machine was made.
func (m *Machine) Counts() Counts { return Counts{*m.follower.Counts(), m.commands} }

// Step takes an input; see [machine.Machine].
func (m *Machine) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	if 2*m.head >= len(m.buffer) { // else what waits would be moved for each that goes
		m.buffer, m.head = m.buffer[:copy(m.buffer, m.buffer[m.head:])], 0
	}
	switch in.Kind {
	case machine.Packet:
		out = m.packet(now, in, out)
	case machine.Command:
		m.command(in.Data)
	}
	out = m.deliver(out)
	if m.cut {
		return out
	}
	m.follower.SetLimit(m.given + min(m.config.BufferMax, ^m.given))
	return m.follower.Ask(now, out)
}

// Next is when a tick would do something; see [machine.Machine].
func (m *Machine) Next() (now int64, ok bool) {
	if m.cut {
		return 0, false
	}
	return m.follower.Next()
}

// packet takes a packet. One that comes while the application is cut off is as good as lost.
func (m *Machine) packet(now int64, in machine.Input, out []machine.Output) []machine.Output {
	var p wire.Packet
	if !m.follower.Open(&p, in.Data) || m.cut {
		return out
	}
	m.follower.SetLimit(m.given + min(m.config.BufferMax, ^m.given))
	news := m.follower.Take(now, in.From, &p)
	if news.Truncated {
		m.forget(news.Offset)
	}
	m.keep(news.Offset, news.Frames)
	if news.Full && m.slow() {
		return m.cutOff(out)
	}
	return out
}

// keep makes deliveries of frames that begin at an offset, which wait.
func (m *Machine) keep(offset uint64, frames []byte) {
	for len(frames) > 0 {
		_, size, _ := wire.NextFrame(frames)
		offset += uint64(size)
		m.buffer = append(appendHead(m.buffer, Message, offset), frames[:size]...)
		frames = frames[size:]
	}
}

// waiting is the delivery at a place of the buffer, and where its message ends, or none.
func (m *Machine) waiting(at int) (delivery []byte, next uint64) {
	if at == len(m.buffer) {
		return nil, 0
	}
	b := m.buffer[at:]
	_, size, _ := wire.NextFrame(b[deliveryHead:])
	return b[: deliveryHead+size : deliveryHead+size], binary.LittleEndian.Uint64(b[1:])
}

// forget drops the messages that end past an offset: they are of a dead history.
func (m *Machine) forget(offset uint64) {
	at := m.head
	for {
		delivery, next := m.waiting(at)
		if delivery == nil || next > offset {
			m.buffer = m.buffer[:at]
			return
		}
		at += len(delivery)
	}
}

// open tells whether the application may be given more.
func (m *Machine) open() bool {
	return m.config.WindowMax == 0 || m.given-m.taken < m.config.WindowMax
}

// slow tells whether a message that is accepted waits for the application.
func (m *Machine) slow() bool {
	delivery, next := m.waiting(m.head)
	return delivery != nil && next <= m.follower.Committed() && !m.open()
}

// deliver hands out what is accepted, as far as the application takes it.
func (m *Machine) deliver(out []machine.Output) []machine.Output {
	committed := m.follower.Committed()
	for m.open() {
		delivery, next := m.waiting(m.head)
		if delivery == nil || next > committed {
			break
		}
		out = append(out, machine.Output{Kind: machine.Deliver, Data: delivery})
		m.head += len(delivery)
		m.given = next
	}
	return out
}

// cutOff drops what waits, and says so.
func (m *Machine) cutOff(out []machine.Output) []machine.Output {
	m.cut = true
	m.buffer, m.head = m.buffer[:0], 0
	m.follower.Rewind(m.given)
	m.notice = appendHead(m.notice[:0], CutOff, m.given)
	return append(out, machine.Output{Kind: machine.Deliver, Data: m.notice})
}

// command takes what the application says that it has taken.
func (m *Machine) command(b []byte) {
	if len(b) != takenSize {
		m.commands++
		return
	}
	taken := binary.LittleEndian.Uint64(b)
	if taken < m.taken || taken > m.given {
		m.commands++
		return
	}
	m.taken = taken
	m.cut = m.cut && !m.open()
}
