package oracle

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Bus is the model of the whole bus: what applications published, who was granted which
// epoch, what was accepted of what the leaders sent, and how far each subscriber is. It sees
// what goes over the network and what is delivered, and says what must not be.
type Bus struct {
	Apps      map[uint64]BusApp // by publisher
	Epochs    []BusEpoch        // that were granted
	Accepted  BusText           // the stream up to where it is accepted
	Messages  []BusMessage      // that are in it, as far as all bytes are known
	Delivered map[string]uint64 // by subscriber: the offset of its next message
	Ahead     uint64            // what a leader may have sent and not accepted, at most, in bytes
	Rate      float64           // what it may take of a publisher, in bytes a second, or 0
	Burst     float64           // and at once

	parsed uint64 // of Accepted
}

// A BusEpoch is a term of one sequencer.
type BusEpoch struct {
	Number uint64
	Leader string
	Begun  bool   // somebody has said where
	Start  uint64 // there

	accepted uint64 // what its leader has said is accepted

	text BusText // the stream in this epoch, from where it was accepted when that was granted

	taken uint64    // up to here it is judged what its leader takes
	owing []busDebt // of publishers
}

// A BusMessage is a message in the stream.
type BusMessage struct {
	Offset, Publisher, Sequence uint64
	Payload                     string
}

// end is where the next message begins.
func (m *BusMessage) end() uint64 { return m.Offset + 20 + uint64(len(m.Payload)) }

// NewBus is a bus on which nothing has happened.
func NewBus() *Bus {
	return &Bus{Apps: map[uint64]BusApp{}, Delivered: map[string]uint64{}, Ahead: math.MaxUint64}
}

// Clone copies the model.
func (b *Bus) Clone() *Bus {
	c := *b
	c.Apps, c.Delivered = maps.Clone(b.Apps), maps.Clone(b.Delivered)
	for publisher, app := range c.Apps {
		c.Apps[publisher] = app.clone()
	}
	c.Accepted, c.Messages, c.Epochs = b.Accepted.clone(), slices.Clip(b.Messages), slices.Clone(b.Epochs)
	for i := range c.Epochs {
		c.Epochs[i].text, c.Epochs[i].owing = b.Epochs[i].text.clone(), slices.Clone(b.Epochs[i].owing)
	}
	return &c
}

// Grant notes that an epoch was granted. Numbers only grow.
func (b *Bus) Grant(number uint64, leader string) {
	b.Epochs = append(b.Epochs, BusEpoch{Number: number, Leader: leader, text: BusText{base: b.Accepted.Len()}})
}

// Tail is the end of all that was sent of the stream, in whatever epoch.
func (b *Bus) Tail() uint64 {
	tail := b.Accepted.Len()
	for i := range b.Epochs {
		tail = max(tail, b.Epochs[i].text.Len())
	}
	return tail
}

func (b *Bus) epoch(number uint64) *BusEpoch {
	for i := len(b.Epochs) - 1; i >= 0; i-- { // mostly it is the last
		if b.Epochs[i].Number == number {
			return &b.Epochs[i]
		}
	}
	return nil
}

// Sent judges a packet that a host sent.
func (b *Bus) Sent(host string, p BusPacket) error {
	switch p.Kind {
	case "inject":
		return b.inject(p)
	case "stream", "answer", "refusal":
	default:
		return nil
	}
	if p.Epoch == 0 {
		return b.sentInNone(p)
	}
	e := b.epoch(p.Epoch)
	if e == nil {
		return fmt.Errorf("%s in epoch %d, which nobody was granted", p.Kind, p.Epoch)
	}
	if err := b.begin(e, p.Start); err != nil {
		return err
	}
	leads := p.Kind == "stream" && host == e.Leader
	if p.Kind != "refusal" {
		if err := b.show(e, p.Offset, p.Data, leads); err != nil {
			return fmt.Errorf("%s: %w", p.Kind, err)
		}
	}
	if leads {
		if err := b.takes(e, p); err != nil {
			return err
		}
		if err := b.accept(e, p.Committed); err != nil {
			return err
		}
	}
	if err := b.knows(p); err != nil || p.Kind == "stream" {
		return err
	}
	return p.checkBounds()
}

// knows judges what a packet says is accepted.
func (b *Bus) knows(p BusPacket) error {
	if p.Committed > b.Accepted.Len() {
		return fmt.Errorf("%s says that %d bytes are accepted, and the leader has said %d", p.Kind, p.Committed, b.Accepted.Len())
	}
	return nil
}

// sentInNone judges what a server says that has come back, and heard of no epoch yet: it may
// give out what is accepted, to those who know of none either.
func (b *Bus) sentInNone(p BusPacket) error {
	if err := b.agrees(p.Offset, p.Data); err != nil {
		return fmt.Errorf("%s: %w", p.Kind, err)
	}
	if end := b.Accepted.Len(); len(p.Data) > 0 && p.Offset+uint64(len(p.Data)) > end {
		return fmt.Errorf("%s: byte %d in no epoch, and %d are accepted", p.Kind, max(p.Offset, end), end)
	}
	return b.knows(p)
}

// agrees judges bytes of what is accepted.
func (b *Bus) agrees(offset uint64, data []byte) error {
	if same := b.Accepted.Same(offset, data); same < len(data) {
		at := offset + uint64(same)
		return fmt.Errorf("byte %d is %#02x, and was %#02x", at, data[same], b.Accepted.byte(at))
	}
	return nil
}

// checkBounds judges what a server says by the bounds that it says it has.
func (p *BusPacket) checkBounds() error {
	end := p.Offset + uint64(len(p.Data))
	inside := p.Offset >= p.First && p.Offset <= p.Tail
	wrong := ""
	switch {
	case p.First > p.Tail:
		wrong = "first is past tail"
	case p.Kind == "answer" && (!inside || end > p.Tail):
		wrong = "the answer is not within the bounds"
	case p.Kind == "answer" && len(p.Data) == 0 && p.Offset != p.Tail:
		wrong = "there is more, and the answer is empty"
	case p.Reason == "too old" && p.Offset >= p.First:
		wrong = "it is not too old"
	case p.Reason == "future" && p.Offset <= p.Tail:
		wrong = "it is not the future"
	case p.Reason == "uncommitted" && (p.Offset < p.Committed || p.Offset >= p.Tail):
		wrong = "it is accepted, or not there"
	}
	if wrong == "" {
		return nil
	}
	return fmt.Errorf("%s %s: %s: offset=%d length=%d first=%d tail=%d committed=%d",
		p.Kind, p.Reason, wrong, p.Offset, len(p.Data), p.First, p.Tail, p.Committed)
}

// begin notes where an epoch begins. It begins once, and nothing that was accepted is
// lost by it.
func (b *Bus) begin(e *BusEpoch, start uint64) error {
	if e.Begun {
		if start != e.Start {
			return fmt.Errorf("epoch %d begins at %d, and began at %d", e.Number, start, e.Start)
		}
		return nil
	}
	for _, older := range b.Epochs {
		if older.Number < e.Number && start < older.accepted {
			return fmt.Errorf("epoch %d begins at %d, and %d bytes were accepted in epoch %d: the rest is lost", e.Number, start, older.accepted, older.Number)
		}
	}
	e.Begun, e.Start = true, start
	return nil
}

// common is up to where the stream that is accepted is that of an epoch, too: what was
// accepted before it was granted, in it, and in older ones. A later one may have had
// something else accepted in the place of what this one sent.
func (b *Bus) common(e *BusEpoch) uint64 {
	to := e.text.base
	for i := range b.Epochs {
		if other := &b.Epochs[i]; other.Number <= e.Number {
			to = max(to, other.accepted)
		}
	}
	return to
}

// show judges bytes that somebody sent in an epoch: those of what is accepted, and those behind.
func (b *Bus) show(e *BusEpoch, offset uint64, data []byte, leads bool) error {
	border := max(offset, min(b.common(e), offset+uint64(len(data))))
	if err := e.show(&b.Accepted, offset, data[:border-offset], leads); err != nil {
		return err
	}
	if err := e.show(&e.text, border, data[border-offset:], leads); err != nil {
		return err
	}
	return b.parse()
}

// show judges bytes that are sent in the epoch, by the text that they are a part of. What its
// leader sends first is the stream. Between what was accepted and where the epoch begins lies
// what the leader had of older epochs: whoever sends that first shows it.
func (e *BusEpoch) show(t *BusText, offset uint64, data []byte, leads bool) error {
	if len(data) == 0 {
		return nil
	}
	end := offset + uint64(len(data))
	if begun := max(offset, e.Start); !leads && begun < end {
		if at := begun + t.shown(begun, end-begun); at < end && t.Same(offset, data[:at-offset]) == int(at-offset) {
			return fmt.Errorf("byte %d of epoch %d is %#02x, and the leader has not sent it", at, e.Number, data[at-offset])
		}
	}
	if same := t.Same(offset, data); same < len(data) {
		at := offset + uint64(same)
		return fmt.Errorf("byte %d of epoch %d is %#02x, and was %#02x", at, e.Number, data[same], t.byte(at))
	}
	t.show(offset, data)
	return nil
}

// Wrote judges bytes of an epoch that a host writes to its disk: where the epoch's stream is
// known, they are that.
func (b *Bus) Wrote(epoch, offset uint64, data []byte) error {
	e := b.epoch(epoch)
	if e == nil {
		return fmt.Errorf("it writes of epoch %d, which nobody was granted", epoch)
	}
	border := max(offset, min(b.common(e), offset+uint64(len(data))))
	for _, part := range []struct {
		text *BusText
		at   uint64
		data []byte
	}{{&b.Accepted, offset, data[:border-offset]}, {&e.text, border, data[border-offset:]}} {
		if len(part.data) == 0 {
			continue
		}
		if same := part.text.Same(part.at, part.data); same < len(part.data) {
			at := part.at + uint64(same)
			return fmt.Errorf("it writes %#02x as byte %d of epoch %d, which is %#02x", part.data[same], at, epoch, part.text.byte(at))
		}
	}
	return nil
}

// accept takes the stream of an epoch as accepted up to an offset: from then on it is
// that of all epochs.
func (b *Bus) accept(e *BusEpoch, to uint64) error {
	from := b.Accepted.Len()
	if to <= from { // a later epoch has accepted that already, maybe before anybody showed it
		known := b.common(e)
		if at := b.Accepted.take(&e.text, known, to); at < to {
			return fmt.Errorf("byte %d is accepted as %#02x in epoch %d, and was as %#02x", at, e.text.byte(at), e.Number, b.Accepted.byte(at))
		}
		e.accepted = max(e.accepted, to)
		return b.parse()
	}
	for i := range b.Epochs {
		later := &b.Epochs[i]
		if later.Number > e.Number && later.Begun && to > later.Start {
			return fmt.Errorf("epoch %d has accepted %d bytes, and epoch %d began at %d", e.Number, to, later.Number, later.Start)
		}
	}
	if begun := max(from, e.Start); begun < to {
		if at := begun + e.text.shown(begun, to-begun); at < to {
			return fmt.Errorf("epoch %d has accepted byte %d, and its leader has not sent it", e.Number, at)
		}
	}
	b.Accepted.take(&e.text, from, to)
	for i := range b.Epochs {
		later := &b.Epochs[i]
		if later.Number <= e.Number {
			continue
		}
		if at := b.Accepted.take(&later.text, from, to); at < to {
			return fmt.Errorf("byte %d is accepted as %#02x, and is %#02x in epoch %d", at, b.Accepted.byte(at), later.text.byte(at), later.Number)
		}
	}
	b.Accepted.hide(to)
	e.accepted = to
	return b.parse()
}

// parse reads the messages that are accepted: each is the next of its publisher, and what
// was published as that.
func (b *Bus) parse() error {
	for {
		head, known := b.Accepted.read(b.parsed, 20)
		if !known {
			return nil
		}
		le := binary.LittleEndian
		m := BusMessage{Offset: b.parsed, Publisher: le.Uint64(head[4:]), Sequence: le.Uint64(head[12:])}
		size := uint64(le.Uint32(head))
		if m.Publisher == 0 || size > 65_000 {
			return fmt.Errorf("byte %d begins a frame of publisher %d and %d bytes", m.Offset, m.Publisher, size)
		}
		payload, known := b.Accepted.read(b.parsed+20, size)
		if !known {
			return nil
		}
		m.Payload = string(payload)
		app := b.Apps[m.Publisher]
		if err := app.accept(m, len(b.Messages)); err != nil {
			return fmt.Errorf("byte %d: message %d of publisher %d (%q): %w", m.Offset, m.Sequence, m.Publisher, m.Payload, err)
		}
		b.Apps[m.Publisher] = app
		b.Messages = append(b.Messages, m)
		b.parsed += 20 + size
	}
}

// Deliver judges a delivery: it is the subscriber's next message.
func (b *Bus) Deliver(subscriber string, publisher, sequence uint64, payload []byte) error {
	next := b.Delivered[subscriber]
	if end := next + 20 + uint64(len(payload)); b.stalled(end) {
		b.Delivered[subscriber] = end
		return b.reveal(next, busFrame(publisher, sequence, string(payload)))
	}
	i, there := slices.BinarySearchFunc(b.Messages, next, func(m BusMessage, at uint64) int { return cmp.Compare(m.Offset, at) })
	if !there {
		return fmt.Errorf("%s delivers message %d of publisher %d at byte %d, and %d bytes are accepted", subscriber, sequence, publisher, next, b.Accepted.Len())
	}
	m := &b.Messages[i]
	if m.Publisher != publisher || m.Sequence != sequence || m.Payload != string(payload) {
		return fmt.Errorf("%s delivers message %d of publisher %d (%q), want message %d of publisher %d (%q), at byte %d",
			subscriber, sequence, publisher, payload, m.Sequence, m.Publisher, m.Payload, next)
	}
	b.Delivered[subscriber] = m.end()
	return nil
}

// stalled tells whether the stream is accepted up to an offset, and not parsed so far: before it
// are bytes that nobody has shown. A new leader says that what it has of older epochs is
// accepted, and whoever has got that by then need not see it again.
func (b *Bus) stalled(offset uint64) bool {
	return b.parsed < offset && offset <= b.Accepted.Len()
}

// reveal takes a message at an offset of what is accepted from somebody who has it, who shows its
// bytes by that.
func (b *Bus) reveal(offset uint64, frame []byte) error {
	if err := b.agrees(offset, frame); err != nil {
		return err
	}
	b.Accepted.show(offset, frame)
	return b.parse()
}

// busFrame is a message as it is in the stream, by the table of docs/bus.md.
func busFrame(publisher, sequence uint64, payload string) []byte {
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	frame = binary.LittleEndian.AppendUint64(frame, publisher)
	return append(binary.LittleEndian.AppendUint64(frame, sequence), payload...)
}

// Restore puts a subscriber to where it was when its state was saved.
func (b *Bus) Restore(subscriber string, offset uint64) { b.Delivered[subscriber] = offset }

// Behind says who has not delivered all that is accepted, and which publishers have not told
// their applications that all messages are. It is empty once everybody has caught up.
func (b *Bus) Behind() (who []string) {
	for _, subscriber := range slices.Sorted(maps.Keys(b.Delivered)) {
		if at := b.Delivered[subscriber]; at != b.Accepted.Len() {
			who = append(who, fmt.Sprintf("%s is at byte %d of %d", subscriber, at, b.Accepted.Len()))
		}
	}
	for _, publisher := range slices.Sorted(maps.Keys(b.Apps)) {
		if n := len(b.Apps[publisher].Waiting); n > 0 {
			who = append(who, fmt.Sprintf("publisher %d waits for %d messages to be accepted", publisher, n))
		}
	}
	return who
}
