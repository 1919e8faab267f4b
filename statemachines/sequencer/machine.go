package sequencer

import (
	"slices"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// Role is what a sequencer does at the moment.
type Role uint8

// The roles.
const (
	Idle     Role = iota // nothing, until it is granted an epoch
	Taking               // it was told to lead, which is not on its disk yet
	Leading              // it leads
	Standing             // it stands by
	roles    = int(Standing) + 1
)

// String is the role's name, as in "leading".
func (r Role) String() string { return [roles]string{"idle", "taking", "leading", "standing"}[r] }

// A Machine is a sequencer. It is for one goroutine at a time.
type Machine struct {
	config Config
	stream uint64 // see wire.StreamID
	now    int64  // ns

	role   Role
	grant  Grant  // the last that it took; Epoch 0: none
	duty   uint64 // length of the journal with the grant in it
	heard  uint64 // the latest epoch that it knows of
	whole  uint64 // the last epoch of which it has all that was accepted in it and before
	fact   uint64 // as a standby: length of the journal that says that it is whole; 0: none does
	began  bool   // the disk is to be told that the machine was made anew
	epoch  uint64 // of the stream that it has, and where it began
	start  uint64
	time   int64 // stream time
	beat   int64 // when it last sent the stream
	stored uint64
	told   uint64 // as a standby, what it has told of its disk

	committed uint64
	history   history
	disk      disk
	follower  follow.Follower // of a standby

	server    *serve.Server
	injectors *serve.Buckets
	counts    serve.Counts

	news bool   // in this step: committed went on, and nobody knows yet
	buf  []byte // what the outputs of the last step hold
}

var _ machine.Keeper = (*Machine)(nil)

// New makes a sequencer of a stream that is empty, with an empty journal. It does nothing
// until it is granted an epoch.
func New(config Config) (*Machine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	server, err := serve.NewServer(config.Requests)
	if err != nil {
		return nil, err
	}
	follower, err := follow.New(config.Follow, 0)
	if err != nil {
		return nil, err
	}
	m := &Machine{
		config: config, stream: wire.StreamID(config.Stream), history: newHistory(0), follower: follower, server: server,
		injectors: serve.NewBuckets(config.Publisher, config.PublishersMax),
	}
	m.disk.writer.Stream = m.stream
	return m, nil
}

// Role is what it does at the moment, and in which epoch it is.
func (m *Machine) Role() (role Role, epoch uint64) { return m.role, m.epoch }

// Bounds are the part of the stream that it has in memory, and up to where it is accepted.
func (m *Machine) Bounds() (first, tail, committed uint64) {
	return m.history.log.First(), m.history.tail(), m.committed
}

// Counts are how many inputs were refused, by reason, since the machine was made.
func (m *Machine) Counts() serve.Counts {
	c := m.counts
	c.Add(m.follower.Counts())
	c.Requests = m.server.Refused()
	return c
}

// JournalLength is that of package machine's Keeper.
func (m *Machine) JournalLength() uint64 { return m.disk.writer.Length }

// Step is that of package machine's Machine.
func (m *Machine) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	m.now = max(m.now, now)
	m.buf, m.news = m.buf[:0], false
	if m.began {
		out = m.begin(out)
	}
	switch in.Kind {
	case machine.Packet:
		out = m.packet(in.From, in.Data, out)
	case machine.Command:
		out = m.command(in.Data, out)
	case machine.Synced:
		out = m.synced(in.Length, out)
	}
	switch m.role {
	case Leading:
		if m.news || m.now >= machine.Later(m.beat, m.config.HeartbeatEvery) {
			out = m.send(m.history.tail(), nil, out)
		}
	case Standing:
		out = m.follower.Ask(m.now, out)
	}
	return out
}

// Next is that of package machine's Machine.
func (m *Machine) Next() (now int64, ok bool) {
	switch {
	case m.began:
		return m.now, true
	case m.role == Leading:
		return max(m.now, machine.Later(m.beat, m.config.HeartbeatEvery)), true
	case m.role == Standing:
		now, ok = m.follower.Next()
		return max(m.now, now), ok
	}
	return 0, false
}

// packet takes a packet.
func (m *Machine) packet(from machine.Address, data []byte, out []machine.Output) []machine.Output {
	var p wire.Packet
	if m.faulty(p.Open(data, m.config.Version, m.stream)) {
		return out
	}
	switch p.Kind {
	case wire.KindInject:
		return m.inject(from, &p, out)
	case wire.KindRequest:
		return m.request(from, &p, out)
	case wire.KindStored:
		return m.takeStored(from, &p, out)
	case wire.KindStream, wire.KindAnswer, wire.KindRefusal, wire.KindFound:
		return m.takeStream(from, &p, out)
	}
	m.counts.Unwanted++
	return out
}

// faulty counts a fault, and tells whether it is one.
func (m *Machine) faulty(fault wire.Fault) bool {
	if fault.Reason == wire.None {
		return false
	}
	m.counts.Faults[fault.Reason]++
	return true
}

// synced takes what the disk has.
func (m *Machine) synced(length uint64, out []machine.Output) []machine.Output {
	if !m.disk.sync(length) {
		m.counts.Untrue++
		return out
	}
	switch {
	case m.role == Taking && m.remembers():
		return m.lead(out)
	case m.role == Leading:
		m.commit()
	case m.role == Standing:
		return m.store(out)
	}
	return out
}

// remembers tells whether its disk knows its last grant, and what it went on from when it was
// made anew. Before that it answers nobody: after a crash it could say something else.
func (m *Machine) remembers() bool { return m.disk.synced >= m.duty }

// header is that of packets that it sends.
func (m *Machine) header() wire.Header {
	return wire.Header{Version: m.config.Version, Stream: m.stream, Epoch: m.epoch}
}

// request answers a client by what it has at the moment.
func (m *Machine) request(from machine.Address, p *wire.Packet, out []machine.Output) []machine.Output {
	var r wire.Request
	switch {
	case m.faulty(r.Decode(p)):
		return out
	case !m.remembers():
		m.counts.Unwanted++
		return out
	}
	bounds := wire.Bounds{Start: m.start, First: m.history.log.First(), Tail: m.history.tail(), Committed: m.committed, Time: m.time}
	if m.role != Leading {
		// What follows may be of a dead history; where it is not followed, that is all that is
		// not settled.
		bounds.Tail = min(bounds.Tail, max(bounds.First, m.follower.Tail()))
	}
	at := len(m.buf)
	m.buf = m.server.Answer(m.buf, m.now, from, p.Epoch, r, m.header(), bounds, m.history.log)
	return append(out, machine.Output{Kind: machine.Send, To: from, Data: m.buf[at:]})
}

// Clone is a copy of the machine. It shares the memory of the stream with it, which neither
// writes to again.
func (m *Machine) Clone() *Machine {
	c := *m
	c.history = m.history.clone()
	c.disk.marks = slices.Clone(m.disk.marks[m.disk.head:])
	c.disk.head = 0
	c.follower = m.follower.Clone()
	c.server, c.injectors = m.server.Clone(), m.injectors.Clone()
	c.buf = nil
	return &c
}
