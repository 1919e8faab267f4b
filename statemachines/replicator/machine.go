package replicator

import (
	"cmp"
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// Config is what an operator sets. A field that is zero has its default.
type Config struct {
	Stream  string          // the stream's name
	Self    machine.Address // the host's own
	Version uint8           // of the packets and snapshots that it writes and reads; default wire.Latest
	Base    uint64          // offset at which a new journal begins, where a frame does
	Resend  bool            // send the stream on to everybody in its region

	// How it follows the stream. Stream, Version and Address are those of the replicator.
	Follow follow.Config

	Requests    serve.Limits
	Discovery   []machine.Address // who is told what it has; default Follow.Discovery
	AdvertEvery int64             // ns; default 1 s
}

const second = 1_000_000_000 // ns

func (c Config) withDefaults() (Config, error) {
	c.Version, c.AdvertEvery = cmp.Or(c.Version, wire.Latest), cmp.Or(c.AdvertEvery, second)
	c.Follow.Stream, c.Follow.Version, c.Follow.Address = c.Stream, c.Version, c.Self
	if c.Discovery == nil {
		c.Discovery = c.Follow.Discovery
	}
	if c.AdvertEvery < 0 {
		return c, fmt.Errorf("replicator: AdvertEvery is %d, want at least 1, or 0 for the default", c.AdvertEvery)
	}
	return c, nil
}

// A Machine is a replicator. It is for one goroutine at a time.
type Machine struct {
	config   Config
	now      int64 // ns
	advert   int64 // ns: when the next is due
	follower follow.Follower
	log      *serve.Log
	server   *serve.Server
	writer   journal.Writer
	synced   uint64 // of the journal's length, at the end of a record
	pending  uint64 // the end of a record that is not durable yet; 0: none is looked out for
	counts   serve.Counts

	buf []byte // what the outputs of the last step hold
}

var _ machine.Keeper = (*Machine)(nil)

// New makes a replicator that has nothing of the stream, and an empty journal.
func New(config Config) (*Machine, error) { return start(config, config.Base) }

func start(config Config, base uint64) (*Machine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	server, err := serve.NewServer(config.Requests)
	if err != nil {
		return nil, err
	}
	follower, err := follow.New(config.Follow, base)
	if err != nil {
		return nil, err
	}
	return &Machine{
		config: config, follower: follower, log: serve.NewLog(base), server: server,
		writer: journal.NewWriter(wire.StreamID(config.Stream), base),
	}, nil
}

// Epoch is the epoch that it follows.
func (m *Machine) Epoch() uint64 { epoch, _ := m.follower.Epoch(); return epoch }

// Bounds are the part of the stream that it has, and up to where that is accepted.
func (m *Machine) Bounds() (first, tail, committed uint64) {
	return m.log.First(), m.log.Tail(), m.follower.Committed()
}

// Counts are how many inputs were refused, by reason, since the machine was made.
func (m *Machine) Counts() serve.Counts {
	c := m.counts
	c.Add(m.follower.Counts())
	c.Requests = m.server.Refused()
	return c
}

// JournalLength is that of package machine's Keeper.
func (m *Machine) JournalLength() uint64 { return m.writer.Length }

// Synced is how much of the journal is certainly durable.
func (m *Machine) Synced() uint64 { return m.synced }

// Step is that of package machine's Machine.
func (m *Machine) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	m.now = max(m.now, now)
	m.buf = m.buf[:0]
	switch in.Kind {
	case machine.Packet:
		out = m.packet(in.From, in.Data, out)
	case machine.Command:
		m.counts.Commands++
	case machine.Synced:
		m.sync(in.Length)
	}
	if m.now >= m.advert {
		out = m.advertise(out)
	}
	return m.follower.Ask(m.now, out)
}

// Next is that of package machine's Machine.
func (m *Machine) Next() (now int64, ok bool) {
	next := m.advert
	if due, ok := m.follower.Next(); ok {
		next = min(next, due)
	}
	return max(m.now, next), true
}

// packet takes a packet.
func (m *Machine) packet(from machine.Address, data []byte, out []machine.Output) []machine.Output {
	var p wire.Packet
	if !m.follower.Open(&p, data) {
		return out
	}
	if p.Kind == wire.KindRequest {
		return m.request(from, &p, out)
	}
	known := m.follower.Known()
	news := m.follower.Take(m.now, from, &p)
	if news.Epoch {
		m.log.Cut(news.Offset)
		out = m.write(news.Offset, nil, out)
	}
	if len(news.Frames) > 0 {
		m.log.Append(news.Frames)
		out = m.write(news.Offset, news.Frames, out)
	}
	if len(news.Frames) > 0 || news.Epoch || m.follower.Known() > known || m.isBeat(from, &p) {
		out = m.resend(news.Offset, news.Frames, out)
	}
	return out
}

// sync takes what the disk has. That may end within a record, so it counts up to one that was
// looked out for.
func (m *Machine) sync(length uint64) {
	switch {
	case length > m.writer.Length:
		m.counts.Untrue++
	case length == m.writer.Length:
		m.synced, m.pending = length, 0
	case m.pending > 0 && length >= m.pending:
		m.synced, m.pending = m.pending, 0
	}
}

// isBeat tells another region's heartbeat.
func (m *Machine) isBeat(from machine.Address, p *wire.Packet) bool {
	var s wire.Stream
	return from.Region() != m.config.Self.Region() && p.Epoch == m.Epoch() &&
		p.Kind == wire.KindStream && s.Decode(p).Reason == wire.None && len(s.Frames) == 0
}

// write writes what came of the stream, or that an epoch began, to the journal.
func (m *Machine) write(offset uint64, frames []byte, out []machine.Output) []machine.Output {
	epoch, start := m.follower.Epoch()
	at := len(m.buf)
	m.buf = m.writer.Append(m.buf, journal.Record{
		Kind: journal.Stream, Epoch: epoch, Start: start, Offset: offset, Committed: min(m.follower.Known(), offset), Data: frames,
	})
	if m.pending == 0 {
		m.pending = m.writer.Length
	}
	return append(out, machine.Output{Kind: machine.Write, Data: m.buf[at:]})
}

// resend sends frames, or a heartbeat, on to its region. What came in answers, in parts, may be too
// much for one packet.
func (m *Machine) resend(offset uint64, frames []byte, out []machine.Output) []machine.Output {
	if !m.config.Resend {
		return out
	}
	_, start := m.follower.Epoch()
	for {
		n := len(frames)
		if n > wire.FrameMax {
			n, _ = wire.WholeFrames(frames[:wire.FrameMax])
		}
		at := len(m.buf)
		packet := wire.Stream{Start: start, Offset: offset, Committed: m.follower.Known(), Time: m.follower.Time(), Frames: frames[:n]}
		m.buf = packet.Append(m.buf, m.follower.Header())
		out = append(out, machine.Output{Kind: machine.Send, To: machine.Everybody(m.config.Self.Region()), Data: m.buf[at:]})
		if frames, offset = frames[n:], offset+uint64(n); len(frames) == 0 {
			return out
		}
	}
}

// request answers a client by what it has at the moment.
func (m *Machine) request(from machine.Address, p *wire.Packet, out []machine.Output) []machine.Output {
	var r wire.Request
	if !m.follower.Fault(r.Decode(p)) {
		return out
	}
	_, start := m.follower.Epoch()
	bounds := wire.Bounds{Start: start, First: m.log.First(), Tail: m.log.Tail(), Committed: m.follower.Known(), Time: m.follower.Time()}
	at := len(m.buf)
	m.buf = m.server.Answer(m.buf, m.now, from, p.Epoch, r, m.follower.Header(), bounds, m.log)
	return append(out, machine.Output{Kind: machine.Send, To: from, Data: m.buf[at:]})
}

// advertise tells discovery what it has.
func (m *Machine) advertise(out []machine.Output) []machine.Output {
	m.advert = machine.Later(m.now, m.config.AdvertEvery)
	at := len(m.buf)
	m.buf = (&wire.Advert{Service: wire.Replicator, First: m.log.First(), Tail: m.log.Tail()}).Append(m.buf, m.follower.Header())
	for _, to := range m.config.Discovery {
		out = append(out, machine.Output{Kind: machine.Send, To: to, Data: m.buf[at:]})
	}
	return out
}

// Clone is a copy of the machine. It shares the memory of the stream with it, which neither
// writes to again.
func (m *Machine) Clone() *Machine {
	c := *m
	c.follower, c.log, c.server = m.follower.Clone(), m.log.Clone(), m.server.Clone()
	c.buf = nil
	return &c
}
