package tip

import (
	"cmp"
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// ServerConfig is what an operator sets of a server. A field that is zero has its default.
type ServerConfig struct {
	Self    machine.Address // the host's own
	Version uint8           // of the packets and snapshots that it writes and reads; default wire.Latest

	// Stream, and the limits of its clients. The region is that of Self. AnswerMax is
	// 32 KiB by default, and at most wire.PayloadMax.
	Tip Config

	// How it follows the stream. Stream, Version and Address are those of the server.
	Follow follow.Config

	Discovery   []machine.Address // who is told what it has; default Follow.Discovery
	AdvertEvery int64             // ns; default 1 s
}

func (c ServerConfig) withDefaults() (ServerConfig, error) {
	c.Version = cmp.Or(c.Version, wire.Latest)
	c.AdvertEvery = cmp.Or(c.AdvertEvery, second)
	c.Tip.Region = c.Self.Region()
	c.Follow.Stream, c.Follow.Version, c.Follow.Address = c.Tip.Stream, c.Version, c.Self
	if c.Discovery == nil {
		c.Discovery = c.Follow.Discovery
	}
	for _, limits := range []*Limits{&c.Tip.Local, &c.Tip.Remote} {
		limits.AnswerMax = cmp.Or(limits.AnswerMax, 32<<10)
		if limits.AnswerMax > wire.PayloadMax {
			return c, fmt.Errorf("tip: AnswerMax is %d, want at most %d, which fits into a packet", limits.AnswerMax, wire.PayloadMax)
		}
	}
	if c.AdvertEvery < 0 {
		return c, fmt.Errorf("tip: AdvertEvery is %d, want at least 1, or 0 for the default", c.AdvertEvery)
	}
	return c, nil
}

// A Server is a [Machine] on the network: it follows the stream, fills holes in it by asking
// others, answers requests, and tells discovery what it has. It is for one goroutine at a
// time.
type Server struct {
	config   ServerConfig
	now      int64 // ns
	advert   int64 // ns: when the next is due
	machine  *Machine
	shared   bool // the machine's ring is a copy's, too
	follower follow.Follower
	commands uint64

	refused [wire.RefusalReasons]uint64 // requests, by reason

	said []Output // of the machine, in this step
	buf  []byte   // what the outputs of the last step hold
}

var _ machine.Machine = (*Server)(nil)

// NewServer makes a server with a ring that is empty at an offset where a frame begins. It
// learns the epoch from the stream.
func NewServer(config ServerConfig, offset uint64) (*Server, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	m, err := New(config.Tip, 0, offset)
	if err != nil {
		return nil, err
	}
	follower, err := follow.New(config.Follow, offset)
	if err != nil {
		return nil, err
	}
	return &Server{config: config, machine: m, follower: follower}, nil
}

// Machine is what answers requests; it is to be looked at only.
func (s *Server) Machine() *Machine { return s.machine }

// Committed is up to where the stream is known to be accepted.
func (s *Server) Committed() uint64 { return s.follower.Known() }

// Counts are how many inputs were refused, by reason, since the server was made.
func (s *Server) Counts() serve.Counts {
	return serve.Counts{Counts: *s.follower.Counts(), Commands: s.commands, Requests: s.refused}
}

// Step is that of package machine's Machine.
func (s *Server) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	s.now = max(s.now, now)
	s.buf, s.said = s.buf[:0], s.said[:0]
	tip := Input{} // time passes
	switch in.Kind {
	case machine.Packet:
		tip = s.packet(in)
	case machine.Command:
		s.commands++
	}
	s.said = s.machine.Step(s.now, tip, s.said)
	for i := range s.said {
		out = s.send(&s.said[i], out)
	}
	if s.now >= s.advert {
		out = s.advertise(out)
	}
	return s.follower.Ask(s.now, out)
}

// Next is that of package machine's Machine.
func (s *Server) Next() (now int64, ok bool) {
	next := s.advert
	if due, ok := s.follower.Next(); ok {
		next = min(next, due)
	}
	if due, ok := s.machine.Next(); ok {
		next = min(next, due)
	}
	return max(s.now, next), true
}

// packet takes a packet, and returns what it is to the machine.
func (s *Server) packet(in machine.Input) Input {
	var p wire.Packet
	if !s.follower.Open(&p, in.Data) {
		return Input{}
	}
	if p.Kind == wire.KindRequest {
		var r wire.Request
		if !s.follower.Fault(r.Decode(&p)) {
			return Input{}
		}
		return Input{Kind: Request, Client: Client(in.From), Region: in.From.Region(), Epoch: p.Epoch, Offset: r.Offset, Length: r.Length}
	}
	news := s.follower.Take(s.now, in.From, &p)
	epoch, start := s.follower.Epoch()
	if news.Epoch {
		s.shared = s.shared && news.Offset == s.machine.Bounds().Tail
		s.machine.enter(epoch, news.Offset)
	}
	if len(news.Frames) == 0 {
		return Input{}
	}
	if s.shared {
		s.machine.ownRing()
		s.shared = false
	}
	return Input{Kind: Stream, Epoch: epoch, Start: start, Offset: news.Offset, Data: news.Frames}
}

var refusals = [...]wire.RefusalReason{
	TooOld: wire.TooOld, Future: wire.Future, WrongEpoch: wire.WrongEpoch, Busy: wire.Busy, Malformed: wire.Malformed,
}

// send makes a packet of what the machine says. It never misses anything: whoever follows the
// stream hands it on in order.
func (s *Server) send(o *Output, out []machine.Output) []machine.Output {
	if o.Kind == Missing {
		return out
	}
	_, start := s.follower.Epoch()
	bounds := wire.Bounds{Start: start, First: o.First, Tail: o.Tail, Committed: s.follower.Known(), Time: s.follower.Time()}
	at := len(s.buf)
	if o.Kind == Data {
		s.buf = (&wire.Answer{Offset: o.Offset, Bounds: bounds, Data: o.Data}).Append(s.buf, s.follower.Header())
	} else {
		s.refused[refusals[o.Kind]]++
		s.buf = (&wire.Refusal{Offset: o.Offset, Bounds: bounds, Reason: refusals[o.Kind], Retry: uint64(o.Retry)}).Append(s.buf, s.follower.Header())
	}
	return append(out, machine.Output{Kind: machine.Send, To: machine.Address(o.Client), Data: s.buf[at:]})
}

// advertise tells discovery what it has.
func (s *Server) advertise(out []machine.Output) []machine.Output {
	s.advert = machine.Later(s.now, s.config.AdvertEvery)
	b := s.machine.Bounds()
	at := len(s.buf)
	s.buf = (&wire.Advert{Service: wire.Tip, First: b.First, Tail: b.Tail}).Append(s.buf, s.follower.Header())
	for _, to := range s.config.Discovery {
		out = append(out, machine.Output{Kind: machine.Send, To: to, Data: s.buf[at:]})
	}
	return out
}

// Clone is a copy of the server. It shares the ring with it until one of them writes to it:
// until then both are for one goroutine.
func (s *Server) Clone() *Server {
	s.shared = true
	c := *s
	c.machine = s.machine.clone()
	c.follower = s.follower.Clone()
	c.said, c.buf = nil, nil
	return &c
}
