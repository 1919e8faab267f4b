package discovery

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// Config is what an operator sets. A field that is zero has its default.
type Config struct {
	Stream  string          // the stream's name
	Self    machine.Address // the host's own
	Version uint8           // of the packets and snapshots that it writes and reads; default wire.Latest

	EpochMax uint64 // the last epoch that was granted: a snapshot of a later one is refused; 0 is not known

	ExpireAfter int64 // ns without an advert until a server is forgotten; default 5 s
	ServersMax  int   // servers that are known at a time; default 256, at most 2048

	Lookups    serve.Rate // of each client, in bytes of answers; default 100 KB a second, and 64 KiB at once
	ClientsMax int        // clients that lately asked; default 1024
}

const (
	second     = 1_000_000_000 // ns
	serversMax = 2048          // that fit into a packet
)

func (c Config) withDefaults() (Config, error) {
	c.Version = cmp.Or(c.Version, wire.Latest)
	c.ExpireAfter = cmp.Or(c.ExpireAfter, 5*second)
	c.ServersMax, c.ClientsMax = cmp.Or(c.ServersMax, 256), cmp.Or(c.ClientsMax, 1024)
	c.Lookups.PerSecond, c.Lookups.Burst = cmp.Or(c.Lookups.PerSecond, 100_000), cmp.Or(c.Lookups.Burst, 64<<10)
	switch {
	case c.Version > wire.Latest:
		return c, fmt.Errorf("discovery: Version is %d, want at most %d, or 0 for that", c.Version, wire.Latest)
	case c.ExpireAfter < 0:
		return c, fmt.Errorf("discovery: ExpireAfter is %d, want at least 1, or 0 for the default", c.ExpireAfter)
	case c.ServersMax < 0 || c.ServersMax > serversMax:
		return c, fmt.Errorf("discovery: ServersMax is %d, want at most %d, or 0 for the default", c.ServersMax, serversMax)
	case c.ClientsMax < 0:
		return c, fmt.Errorf("discovery: ClientsMax is %d, want at least 1, or 0 for the default", c.ClientsMax)
	}
	return c, c.Lookups.Check()
}

// A server is one that was heard of.
type server struct {
	address     machine.Address
	service     wire.Service
	epoch       uint64 // of its last advert
	first, tail uint64 // what it had then
	expires     int64  // ns
}

// A Machine is a discovery. It is for one goroutine at a time.
type Machine struct {
	config  Config
	stream  uint64 // see wire.StreamID
	now     int64  // ns
	epoch   uint64 // the latest that was heard of
	servers []server
	due     int64 // ns: when the first of them expires
	clients *serve.Buckets
	counts  serve.Counts

	list []byte // of the last Found
	buf  []byte // what the outputs of the last step hold
}

var _ machine.Machine = (*Machine)(nil)

// New makes a discovery that knows nobody.
func New(config Config) (*Machine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Machine{
		config: config, stream: wire.StreamID(config.Stream), due: math.MaxInt64,
		clients: serve.NewBuckets(config.Lookups, config.ClientsMax),
	}, nil
}

// Len is how many servers it knows.
func (m *Machine) Len() int { return len(m.servers) }

// Counts are how many inputs were refused, by reason, since the machine was made.
func (m *Machine) Counts() serve.Counts { return m.counts }

// Step is that of package machine's Machine.
func (m *Machine) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	m.now = max(m.now, now)
	m.buf = m.buf[:0]
	if m.now >= m.due {
		m.expire()
	}
	switch in.Kind {
	case machine.Packet:
		out = m.packet(in.From, in.Data, out)
	case machine.Command:
		m.counts.Commands++
	}
	return out
}

// Next is that of package machine's Machine.
func (m *Machine) Next() (now int64, ok bool) { return m.due, len(m.servers) > 0 }

// expire forgets the servers that were not heard of for long.
func (m *Machine) expire() {
	m.servers = slices.DeleteFunc(m.servers, func(s server) bool { return s.expires <= m.now })
	m.setDue()
}

func (m *Machine) setDue() {
	m.due = math.MaxInt64
	for _, s := range m.servers {
		m.due = min(m.due, s.expires)
	}
}

// packet takes a packet.
func (m *Machine) packet(from machine.Address, data []byte, out []machine.Output) []machine.Output {
	var p wire.Packet
	if m.faulty(p.Open(data, m.config.Version, m.stream)) {
		return out
	}
	switch p.Kind {
	case wire.KindAdvert:
		m.hear(from, &p)
	case wire.KindLookup:
		return m.find(from, &p, out)
	default:
		m.counts.Unwanted++
	}
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

// hear takes an advert. Servers are in order of address and service.
func (m *Machine) hear(from machine.Address, p *wire.Packet) {
	var a wire.Advert
	if m.faulty(a.Decode(p)) {
		return
	}
	if from.IsEverybody() || a.First > a.Tail {
		m.counts.Untrue++
		return
	}
	i, there := m.place(from, a.Service)
	switch {
	case there && p.Epoch != 0 && p.Epoch < m.servers[i].epoch:
		m.counts.WrongEpoch++
		return
	case !there && len(m.servers) >= m.config.ServersMax:
		m.counts.Unwanted++
		return
	case !there:
		m.servers = slices.Insert(m.servers, i, server{})
	}
	m.servers[i] = server{from, a.Service, p.Epoch, a.First, a.Tail, machine.Later(m.now, m.config.ExpireAfter)}
	m.epoch = max(m.epoch, p.Epoch)
	m.setDue()
}

// place is where a server is, or would be.
func (m *Machine) place(address machine.Address, service wire.Service) (i int, there bool) {
	for i, s := range m.servers {
		if order := cmp.Or(cmp.Compare(s.address, address), cmp.Compare(s.service, service)); order >= 0 {
			return i, order == 0
		}
	}
	return len(m.servers), false
}

// find answers a lookup. Whoever asks too often gets no answer.
func (m *Machine) find(from machine.Address, p *wire.Packet, out []machine.Output) []machine.Output {
	var l wire.Lookup
	if m.faulty(l.Decode(p)) {
		return out
	}
	m.list = m.list[:0]
	region := m.config.Self.Region()
	for _, s := range m.servers {
		told := wire.Server{Address: uint32(s.address), Service: s.service}
		if from.Region() == region && s.address.Region() == region {
			told.Hinted, told.First, told.Tail = true, s.first, s.tail
		}
		m.list = wire.AppendServer(m.list, told)
	}
	if m.clients.Take(uint64(from), m.now, len(m.list)+serve.Overhead) > 0 {
		m.counts.Unwanted++
		return out
	}
	h := wire.Header{Version: m.config.Version, Stream: m.stream, Epoch: m.epoch}
	m.buf = (&wire.Found{Servers: m.list}).Append(m.buf, h)
	return append(out, machine.Output{Kind: machine.Send, To: from, Data: m.buf})
}

// Clone is a copy of the machine, which shares nothing with it.
func (m *Machine) Clone() *Machine {
	c := *m
	c.servers, c.clients = slices.Clone(m.servers), m.clients.Clone()
	c.list, c.buf = nil, nil
	return &c
}
