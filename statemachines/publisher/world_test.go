package publisher

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

var (
	aria   = wire.StreamID("aria")
	self   = machine.At(1, 5)
	tip    = machine.At(1, 2)
	first  = machine.At(1, 1)
	other  = machine.At(1, 3)
	config = Config{
		Publisher: 7, Sequencers: []machine.Address{first, other},
		Follow: follow.Config{Stream: "aria", Address: self, Servers: []follow.Server{{Address: tip, Service: wire.Tip}}},
	}
)

// A leader is a sequencer in the world: naive, and right.
type leader struct {
	address machine.Address
	epoch   uint64
	start   int
	stream  []byte
	knows   int    // up to where it is accepted
	last    uint64 // number of the publisher's last message in its stream
}

// take does what a sequencer does with a message.
func (l *leader) take(p *wire.Packet, i *wire.Inject) wire.InjectedReason {
	switch {
	case p.Epoch != l.epoch:
		return wire.OtherEpoch
	case i.Sequence == l.last+1:
		l.stream = (&wire.Frame{Publisher: i.Publisher, Sequence: i.Sequence, Payload: i.Payload}).Append(l.stream)
		l.last++
		return wire.Taken
	case i.Sequence <= l.last:
		return wire.Taken
	}
	return wire.OutOfOrder
}

// A parcel is a packet under way.
type parcel struct {
	from, to machine.Address
	data     []byte
}

// A world has a publisher, sequencers of which one leads by right, a tip, and a network that
// loses, repeats and delays what it likes, across restarts.
type world struct {
	t         *rapid.T
	m         *Machine
	leads     *leader
	deposed   *leader // it does not know
	committed int
	network   []parcel
	now       int64

	sent  uint64   // commands so far, of all lives
	life  []uint64 // commands of this life, with those of the snapshot that it began with
	lives [][]uint64
	told  int // of them, those that were accepted

	kept     *snapshot.Snapshot
	keptLife []uint64
	keptTold int
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, leads: &leader{address: first, epoch: 1}}
	w.restart(nil)
	w.keep()
	return w
}

func (w *world) keep() {
	w.kept, w.keptLife, w.keptTold = w.m.Snapshot("test"), append([]uint64(nil), w.life...), w.told
}

// restart begins another life, from a snapshot or cold.
func (w *world) restart(from *snapshot.Snapshot) {
	w.lives = append(w.lives, w.life)
	var err error
	if from == nil {
		w.m, err = New(config)
		w.life, w.told = nil, 0
		require.NoError(w.t, err)
		return
	}
	w.m, err = Restore(config, from)
	require.NoError(w.t, err)
	require.Equal(w.t, from, w.m.Snapshot("test"))
	w.life, w.told = append([]uint64(nil), w.keptLife...), w.keptTold
}

// step steps the publisher, and holds what it tells its application to the truth.
func (w *world) step(in machine.Input) {
	for _, o := range w.m.Step(w.now, in, nil) {
		if o.Kind == machine.Send {
			w.network = append(w.network, parcel{self, o.To, bytes.Clone(o.Data)})
			continue
		}
		n, err := ReadNotice(o.Data)
		require.NoError(w.t, err)
		if n.Kind == Refused {
			require.Equal(w.t, NotReady, n.Reason)
			w.life = w.life[:len(w.life)-1]
			continue
		}
		require.LessOrEqual(w.t, n.Next, uint64(w.committed))
		frames := w.frames(int(n.Next))
		last := frames[len(frames)-1]
		require.Equal(w.t, n.Sequence, last.Sequence)
		if n.Kind == Accepted {
			require.Equal(w.t, w.life[w.told], binary.LittleEndian.Uint64(last.Payload), "the message that was accepted")
			w.told++
		}
	}
}

// frames are those of the stream up to an offset.
func (w *world) frames(to int) (all []wire.Frame) {
	for at := 0; at < to; {
		frame, size, _ := wire.NextFrame(w.leads.stream[at:])
		all = append(all, frame)
		at += size
	}
	return all
}

// command sends a message that no other is like.
func (w *world) command() {
	w.sent++
	w.life = append(w.life, w.sent)
	w.step(machine.Input{Kind: machine.Command, Data: binary.LittleEndian.AppendUint64(nil, w.sent)})
}

// say sends a packet of the stream from a leader to the publisher.
func (w *world) say(l *leader, from int) {
	s := wire.Stream{Start: uint64(l.start), Offset: uint64(from), Committed: uint64(l.knows), Frames: l.stream[from:]}
	w.network = append(w.network, parcel{l.address, self, s.Append(nil, wire.Header{Version: 2, Stream: aria, Epoch: l.epoch})})
}

func (w *world) heartbeat() { w.say(w.leads, len(w.leads.stream)) }

func (w *world) commit() {
	w.committed = len(w.leads.stream)
	w.leads.knows = w.committed
	w.heartbeat()
}

// fail makes the other sequencer the leader, which has some of what was not accepted.
func (w *world) fail(whole bool) {
	next := &leader{address: first, epoch: w.leads.epoch + 1, knows: w.committed, stream: bytes.Clone(w.leads.stream[:w.committed])}
	if w.leads.address == first {
		next.address = other
	}
	for rest := w.leads.stream[w.committed:]; whole && len(rest) > 0 && rapid.Bool().Draw(w.t, "seen"); {
		_, size, _ := wire.NextFrame(rest)
		next.stream = append(next.stream, rest[:size]...)
		rest = rest[size:]
	}
	next.start = len(next.stream)
	w.deposed, w.leads = w.leads, next
	for _, f := range w.frames(len(next.stream)) {
		next.last = f.Sequence
	}
	w.heartbeat()
}

// arrive hands a parcel over.
func (w *world) arrive(p parcel) {
	switch p.to {
	case self:
		w.step(machine.Input{Kind: machine.Packet, From: p.from, Data: p.data})
	case tip:
		w.serve(p)
	case w.leads.address:
		w.sequence(w.leads, p)
	default:
		if w.deposed != nil {
			w.sequence(w.deposed, p)
		}
	}
}

func (w *world) reply(from machine.Address, epoch uint64, b interface {
	Append([]byte, wire.Header) []byte
}) {
	w.network = append(w.network, parcel{from, self, b.Append(nil, wire.Header{Version: 2, Stream: aria, Epoch: epoch})})
}

func (w *world) sequence(l *leader, in parcel) {
	var p wire.Packet
	var i wire.Inject
	require.Equal(w.t, wire.None, p.Open(in.data, 2, aria).Reason)
	require.Equal(w.t, wire.None, i.Decode(&p).Reason)
	from := len(l.stream)
	reason := l.take(&p, &i)
	w.reply(l.address, l.epoch, &wire.Injected{Publisher: i.Publisher, Last: l.last, Tail: uint64(len(l.stream)), Committed: uint64(l.knows), Reason: reason})
	if len(l.stream) > from {
		w.say(l, from)
	}
}

func (w *world) serve(in parcel) {
	var p wire.Packet
	var r wire.Request
	require.Equal(w.t, wire.None, p.Open(in.data, 2, aria).Reason)
	require.Equal(w.t, wire.None, r.Decode(&p).Reason)
	l := w.leads
	bounds := wire.Bounds{Start: uint64(l.start), Tail: uint64(len(l.stream)), Committed: uint64(w.committed)}
	refusal := wire.Refusal{Offset: r.Offset, Bounds: bounds}
	switch {
	case p.Epoch != l.epoch:
		refusal.Reason = wire.WrongEpoch
	case r.Offset > bounds.Tail:
		refusal.Reason = wire.Future
	default:
		w.reply(tip, l.epoch, &wire.Answer{Offset: r.Offset, Bounds: bounds, Data: l.stream[r.Offset:min(bounds.Tail, r.Offset+uint64(r.Length))]})
		return
	}
	w.reply(tip, l.epoch, &refusal)
}

// check holds the stream to what was sent: each message at most once, in the order of each life.
func (w *world) check() {
	place := map[uint64]int{}
	for i, f := range w.frames(w.committed) {
		message := binary.LittleEndian.Uint64(f.Payload)
		if at, twice := place[message]; twice {
			w.t.Fatalf("message %d is in the stream twice, as %d and %d", message, at+1, f.Sequence)
		}
		place[message] = i
	}
	for _, life := range append(w.lives, w.life) {
		before := math.MinInt
		for _, message := range life {
			if at, there := place[message]; there {
				if at < before {
					w.t.Fatalf("message %d is out of order: it came with number %d", message, at+1)
				}
				before = at
			}
		}
	}
}

// deliver lets all arrive that is under way to some hosts, in order, and what comes of it for them.
func (w *world) deliver(to ...machine.Address) {
	for i := 0; i < len(w.network); {
		if p := w.network[i]; slices.Contains(to, p.to) {
			w.network = slices.Delete(w.network, i, i+1)
			w.arrive(p)
		} else {
			i++
		}
	}
}

// heal lets all that is under way arrive, in order and whole, until all is accepted.
func (w *world) heal() {
	for i := 0; w.told < len(w.life); i++ {
		if i == 10000 {
			w.t.Fatalf("of %d messages %d are accepted: %s", len(w.life), w.told, w.describe())
		}
		if len(w.network) > 0 {
			p := w.network[0]
			w.network = w.network[1:]
			w.arrive(p)
			continue
		}
		w.commit()
		next, _ := w.m.Next()
		w.now = max(w.now, next)
		w.step(machine.Input{})
	}
}

func (w *world) describe() string {
	return fmt.Sprintf("birth %+v, first %d, link %+v, seen %v, careful %v, leader %d with last %d in epoch %d",
		w.m.birth, w.m.first, w.m.link, w.m.seen, w.m.careful(), w.leads.address, w.leads.last, w.leads.epoch)
}
