package follow

import (
	"math"
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// A Follower follows a stream. It is for one goroutine at a time, and made by [New].
type Follower struct {
	config *Config
	stream uint64 // see wire.StreamID
	limit  uint64 // the owner has no room for what lies past it

	now   int64 // ns
	heard int64 // when the stream was heard of last, or asked for in a silence

	epoch, start uint64 // epoch 0: none is known yet
	base         uint64 // the owner has all below it, or wants none of it
	tail         uint64 // what was handed on ends here; between frames
	committed    uint64 // as packets of this epoch, or of earlier ones, have it
	time         int64  // stream time
	ahead        uint64 // the stream is said to go on up to here
	part         []byte // behind what was handed on of it last: the beginning of the frame at tail
	handed       int    // bytes of part that were

	asking asking
	counts Counts
	out    []byte // the packets of the last Ask
}

// Counts are what a follower did not take. They are no part of its state: a follower that is
// restored counts from 0.
type Counts struct {
	Faults     [wire.Reasons]uint64 // packets with a fault, by reason
	WrongEpoch uint64               // packets of an epoch that is over, or of none
	Untrue     uint64               // packets that can't be true
	Unwanted   uint64               // packets that nobody asked for, or of kinds for others
}

// News is what a packet brought.
type News struct {
	Stream    bool   // it was a packet of the stream, and believed
	Epoch     bool   // a new epoch began
	Truncated bool   // all past Offset that was handed on before is of a dead history
	Full      bool   // there was more, for which the owner has no room
	Offset    uint64 // where Frames begin
	Frames    []byte // whole frames, or none; valid as long as the packet, and until the next Take
}

// New makes a follower that begins at an offset, where a frame begins.
func New(config Config, offset uint64) (Follower, error) {
	config, err := config.withDefaults()
	if err != nil {
		return Follower{}, err
	}
	f := Follower{config: &config, stream: wire.StreamID(config.Stream), limit: math.MaxUint64, base: offset, tail: offset, ahead: offset}
	f.asking.probe = true
	f.asking.servers = staticServers(nil, config.Servers)
	return f, nil
}

// Resume goes on in an epoch that its owner was in before it was made anew, so that it takes no
// older one: what it has may have been accepted in this.
func (f *Follower) Resume(epoch, start uint64) { f.epoch, f.start = epoch, start }

// Keep goes on with what its owner has kept of the stream since then: frames up to tail, which are of the
// epoch that it resumes, and accepted up to committed as far as it knows. It is for a follower that
// has taken nothing yet.
func (f *Follower) Keep(tail, committed uint64) {
	f.tail, f.ahead, f.committed = tail, max(tail, committed), committed
}

// Clone is a follower in the same state, that shares no memory that changes.
func (f *Follower) Clone() Follower {
	c := *f
	c.part, c.handed = slices.Clone(f.partial()), 0
	c.asking.servers = slices.Clone(f.asking.servers)
	c.out = nil
	return c
}

// Epoch is the epoch that the follower follows, and where it began. It is 0 before the first.
func (f *Follower) Epoch() (epoch, start uint64) { return f.epoch, f.start }

// Tail is where the next frame will begin.
func (f *Follower) Tail() uint64 { return f.tail }

// Committed is up to where what was handed on is accepted.
func (f *Follower) Committed() uint64 { return min(f.committed, f.tail) }

// Known is what packets said of the whole stream: up to where it is accepted, be it here
// already or not.
func (f *Follower) Known() (committed uint64) { return f.committed }

// Time is the stream time that was heard last, or 0.
func (f *Follower) Time() int64 { return f.time }

// Counts are what the follower did not take since it was made.
func (f *Follower) Counts() *Counts { return &f.counts }

// Header is the header of packets that the owner sends.
func (f *Follower) Header() wire.Header {
	return wire.Header{Version: f.config.Version, Stream: f.stream, Epoch: f.epoch}
}

// SetLimit says that the owner has room for no frame that ends past an offset. It asks for
// nothing unless there is room for any frame.
func (f *Follower) SetLimit(limit uint64) { f.limit = limit }

// Rewind goes back, or on, to an offset where a frame begins, and asks for what comes there.
func (f *Follower) Rewind(offset uint64) {
	f.base, f.tail, f.ahead = offset, offset, max(offset, f.committed)
	f.drop()
	f.asking.begin()
	f.asking.probe = true
}

// partial is the beginning of the frame at tail, as far as it came.
func (f *Follower) partial() []byte { return f.part[f.handed:] }

// drop forgets it.
func (f *Follower) drop() { f.part, f.handed = f.part[:0], 0 }

// Open opens a packet, and counts it if it has a fault.
func (f *Follower) Open(p *wire.Packet, data []byte) bool {
	return f.Fault(p.Open(data, f.config.Version, f.stream))
}

// Fault counts a fault, and tells whether there is none.
func (f *Follower) Fault(fault wire.Fault) bool {
	if fault.Reason == wire.None {
		return true
	}
	f.counts.Faults[fault.Reason]++
	return false
}

// Take takes an opened packet. Kinds that are not for followers are counted as unwanted.
func (f *Follower) Take(now int64, from machine.Address, p *wire.Packet) News {
	f.now = max(f.now, now)
	f.part, f.handed = f.part[:copy(f.part, f.partial())], 0
	switch p.Kind {
	case wire.KindStream:
		return f.takeStream(p)
	case wire.KindAnswer:
		return f.takeAnswer(from, p)
	case wire.KindRefusal:
		return f.takeRefusal(from, p)
	case wire.KindFound:
		f.takeFound(from, p)
	default:
		f.counts.Unwanted++
	}
	return News{Offset: f.tail}
}
