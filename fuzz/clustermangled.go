package fuzz

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"battle.test/battle"
	"battle.test/statemachines/discovery"
	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/replicator"
	seq "battle.test/statemachines/sequencer" // fuzz has a sequencer of its own, of the tip
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/tip"
	"battle.test/statemachines/wire"
)

// Mangle hands a copy of a host's machine a packet that it must refuse: the one that was sent last,
// with one thing wrong and all others right. That is as good as no packet: another copy, for which
// only time passes, does the same and is in the same state. And it is counted, once, for what is
// wrong.
type Mangle struct {
	To, From Member `draw:"0..12"`
	Wrong    Wrong  `draw:"0..9"`
	At       uint16
	By       uint8
}

// Wrong is what is wrong with a packet, in the order in which packets are checked.
type Wrong uint8

// What can be wrong.
const (
	CutShort     Wrong = iota // less than a header
	OfNoBus                   // another magic
	OfTheFuture               // a version that nobody can read yet
	Damaged                   // a bit is turned over
	Resized                   // cut, or with something behind it, and no longer as long as it says
	OfElsewhere               // of another stream
	OfNoKind                  // of a kind that there is not
	WithNoBody                // its fixed part is longer than it
	OfAnOldEpoch              // a packet of the stream in an epoch that its receiver has left
	Oversized                 // too long for a packet
)

var wrongNames = [...]string{"cut-short", "of-no-bus", "of-the-future", "damaged", "resized", "of-elsewhere", "of-no-kind", "with-no-body", "of-an-old-epoch", "oversized"}

func (w Wrong) String() string {
	if int(w) < len(wrongNames) {
		return wrongNames[w]
	}
	return fmt.Sprintf("wrong %d", uint8(w))
}

// wrongReasons are what is counted: of an old epoch it depends on the machine.
var wrongReasons = [...]wire.Reason{
	wire.Short, wire.BadMagic, wire.TooNew, wire.BadChecksum, wire.BadLength, wire.OtherStream, wire.UnknownKind, wire.BadBody, wire.None, wire.BadLength,
}

func (u *Mangle) Apply(t *battle.T, c *cluster) {
	there := c.net.Machine(u.To.id())
	if there == nil || len(c.last) == 0 {
		return
	}
	t.Label("refused what is " + u.Wrong.String())
	packet, nothing := u.mangle(c), machine.Input{Kind: machine.Tick}
	if u.Wrong == OfAnOldEpoch {
		// It is judged by what it says, and who looks at that may note the time: like one of no epoch.
		nothing = machine.Input{Kind: machine.Packet, From: u.From.address(), Data: u.stream(0)}
	}
	before := refusals(there)
	one, other := copyOf(there), copyOf(there)
	now := c.net.Clock(u.To.id())
	got := one.Step(now, machine.Input{Kind: machine.Packet, From: u.From.address(), Data: packet}, nil)
	want := other.Step(now, nothing, nil)
	battle.Equal(t, want, got, "what a machine does that was sent a packet to refuse")
	if name := differs(one.Snapshot(""), other.Snapshot("")); name != "" {
		t.Errorf("%s refuses a packet that is %s, and its %s is another", u.To, u.Wrong, name)
	}
	u.count(t, before, refusals(one), there)
}

// count judges what was counted.
func (u *Mangle) count(t *battle.T, before, after follow.Counts, m machine.Machine) {
	if reason := wrongReasons[u.Wrong]; reason != wire.None {
		before.Faults[reason]++
		battle.Equal(t, before, after, "what is counted")
		return
	}
	if s, ok := m.(*subscriber.Machine); ok && s.IsCutOff() {
		return // as good as lost
	}
	sum := func(c follow.Counts) uint64 { return c.WrongEpoch + c.Unwanted }
	battle.Equal(t, sum(before)+1, sum(after), "packets of another epoch, or for others")
}

// mangle makes the packet.
func (u *Mangle) mangle(c *cluster) []byte {
	le := binary.LittleEndian
	if u.Wrong == OfAnOldEpoch {
		return u.stream(max(1, c.hosts[u.To].Epoch()) - 1)
	}
	b := slices.Clone(c.last)
	switch by := max(1, u.By); u.Wrong {
	case CutShort:
		return b[:u.At%32]
	case OfNoBus:
		b[u.At%2] ^= by
	case OfTheFuture:
		b[2], b[3] = max(by, wire.Latest+1), max(by, wire.Latest+1)
	case Damaged:
		at := 4 + int(u.At)%(len(b)-4) // magic and versions are judged before
		b[at] ^= by
		return b
	case Resized:
		if u.At%2 == 0 {
			b = append(b, make([]byte, by)...)
		} else {
			b = b[:max(32, len(b)-int(by))]
		}
	case OfElsewhere:
		b[16+u.At%8] ^= by
	case OfNoKind:
		if b[4] = by; by <= uint8(wire.KindFound) {
			b[4] = 0
		}
	case Oversized:
		b = append(b, make([]byte, wire.PacketMax+1-len(b)+int(by))...)
		le.PutUint32(b[12:], uint32(len(b)))
	case WithNoBody:
		le.PutUint16(b[32:], uint16(len(b)-32)+uint16(by))
	}
	clear(b[8:12])
	le.PutUint32(b[8:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// copyOf copies a machine.
func copyOf(m machine.Machine) machine.Machine {
	switch m := m.(type) {
	case *seq.Machine:
		return m.Clone()
	case *tip.Server:
		return m.Clone()
	case *replicator.Machine:
		return m.Clone()
	case *discovery.Machine:
		return m.Clone()
	case *publisher.Machine:
		return m.Clone()
	}
	return m.(*subscriber.Machine).Clone()
}

// stream makes a packet of the stream in an epoch.
func (u *Mangle) stream(epoch uint64) []byte {
	s := wire.Stream{Offset: uint64(u.At), Committed: uint64(u.By)}
	return s.Append(nil, wire.Header{Version: wire.Latest, Stream: wire.StreamID(clusterStream), Epoch: epoch})
}

// refusals are what a machine has refused.
func refusals(m machine.Machine) follow.Counts {
	switch m := m.(type) {
	case *seq.Machine:
		return m.Counts().Counts
	case *tip.Server:
		return m.Counts().Counts
	case *replicator.Machine:
		return m.Counts().Counts
	case *discovery.Machine:
		return m.Counts().Counts
	case *publisher.Machine:
		return m.Counts().Counts
	}
	return m.(*subscriber.Machine).Counts().Counts
}

// differs names a part in which two states differ, or is empty.
func differs(one, other *snapshot.Snapshot) string {
	a, b := one.Meta, other.Meta
	if a != b {
		return "header"
	}
	for i, s := range one.Sections {
		got, _ := s.Contents()
		want, _ := other.Sections[i].Contents()
		if !bytes.Equal(got, want) {
			return fmt.Sprintf("section %q", s.Name)
		}
	}
	return ""
}
