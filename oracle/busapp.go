package oracle

import (
	"fmt"
	"maps"
	"slices"
)

// A BusApp is an application that publishes. No two of its messages are equal, so that it
// shows which one was accepted.
type BusApp struct {
	Said    []BusSaid // all that its publisher took, in order
	Waiting []int     // of these, the ones that the application waits to hear of, in order

	life int         // of the publisher: how often it was made anew
	sent bool        // it has sent a message in this life
	last uint64      // sequence number of its last message that is accepted
	said int         // which message that was
	at   map[int]int // by life: which message of it was accepted last
}

// A BusSaid is a message of an application.
type BusSaid struct {
	Payload  string
	Life     int // of the publisher, in which it waits; an earlier one's is given up
	Accepted bool
	message  int // which one of the bus, once it is accepted
}

func (a BusApp) clone() BusApp {
	a.Said, a.Waiting, a.at = slices.Clone(a.Said), slices.Clone(a.Waiting), maps.Clone(a.at)
	return a
}

// Publish notes that an application gave its publisher a message.
func (b *Bus) Publish(publisher uint64, payload []byte) {
	a := b.Apps[publisher]
	a.Waiting = append(a.Waiting, len(a.Said))
	a.Said = append(a.Said, BusSaid{Payload: string(payload), Life: a.life})
	b.Apps[publisher] = a
}

// Refuse notes that the publisher did not take the last message.
func (b *Bus) Refuse(publisher uint64) {
	a := b.Apps[publisher]
	a.Said, a.Waiting = a.Said[:len(a.Said)-1], a.Waiting[:len(a.Waiting)-1]
	b.Apps[publisher] = a
}

// Kept is what an application keeps with its publisher's snapshot: what it waits for.
func (b *Bus) Kept(publisher uint64) []int { return slices.Clone(b.Apps[publisher].Waiting) }

// Revive begins another life of a publisher, with what its application kept. All else that
// it was waiting for it has forgotten: that may be accepted, or not.
func (b *Bus) Revive(publisher uint64, kept []int) {
	a := b.Apps[publisher]
	a.life++
	a.sent = false
	a.Waiting = slices.Clone(kept)
	for _, i := range kept {
		a.Said[i].Life = a.life
	}
	b.Apps[publisher] = a
}

// busInFlight is how many messages a publisher may have on the way.
const busInFlight = 64

// inject judges the number of a message that a publisher sends: the first of a life comes right
// after the last that is accepted, or is one of those again, and none is too far ahead. The last
// number there is asks for the last that was taken.
func (b *Bus) inject(p BusPacket) error {
	if p.Sequence == 1<<64-1 {
		return nil
	}
	a := b.Apps[p.Publisher]
	most := a.last + busInFlight
	if !a.sent {
		most = a.last + 1
	}
	if p.Sequence > most && !b.stalled(b.Accepted.Len()) { // else it may know of more than was shown
		return fmt.Errorf("message %d is sent, and the last that is accepted is %d: want at most %d", p.Sequence, a.last, most)
	}
	a.sent = true
	b.Apps[p.Publisher] = a
	return nil
}

// accept takes a message of the stream. Sequence numbers go up by one; a message is in the
// stream once; and those of one life are in it in their order. Those of two lives may
// come in any order: a packet of the first may be under way for long.
func (a *BusApp) accept(m BusMessage, number int) error {
	if m.Sequence != a.last+1 {
		return fmt.Errorf("its number is not %d, the next", a.last+1)
	}
	i := a.find(m.Payload)
	if i < 0 {
		return fmt.Errorf("nobody published it")
	}
	said := &a.Said[i]
	if said.Accepted {
		return fmt.Errorf("it is accepted a second time")
	}
	if last, some := a.at[said.Life]; some && i < last {
		return fmt.Errorf("it was published before the one that was accepted last, %q", a.Said[last].Payload)
	}
	if a.at == nil {
		a.at = make(map[int]int)
	}
	said.Accepted, said.message = true, number
	a.last, a.said, a.at[said.Life] = m.Sequence, i, i
	return nil
}

// find is which message the application said with a payload, or -1. Mostly it is the one after
// that which was accepted last.
func (a *BusApp) find(payload string) int {
	is := func(s BusSaid) bool { return s.Payload == payload }
	if i := slices.IndexFunc(a.Said[min(a.said, len(a.Said)):], is); i >= 0 {
		return a.said + i
	}
	return slices.IndexFunc(a.Said, is)
}

// Notice judges that a publisher tells its application that its next message is accepted.
func (b *Bus) Notice(publisher, sequence, next uint64) error {
	a := b.Apps[publisher]
	if len(a.Waiting) == 0 {
		return fmt.Errorf("message %d is said to be accepted, and the application waits for none", sequence)
	}
	if err := b.notice(a.Said[a.Waiting[0]], publisher, sequence, next); err != nil {
		return err
	}
	a = b.Apps[publisher] // another one, if the notice has shown messages
	a.Waiting = a.Waiting[1:]
	b.Apps[publisher] = a
	return nil
}

// notice judges that what an application said is accepted: as which message, and up to where.
func (b *Bus) notice(said BusSaid, publisher, sequence, next uint64) error {
	if said.Accepted {
		if m := &b.Messages[said.message]; m.Sequence != sequence || m.end() != next {
			return fmt.Errorf("message %d is said to be accepted up to byte %d, and it is message %d, up to %d", sequence, next, m.Sequence, m.end())
		}
		return nil
	}
	frame := busFrame(publisher, sequence, said.Payload)
	if next < uint64(len(frame)) || !b.stalled(next) {
		return fmt.Errorf("message %d (%q) is said to be accepted, and is not", sequence, said.Payload)
	}
	if err := b.reveal(next-uint64(len(frame)), frame); err != nil {
		return fmt.Errorf("message %d (%q) is said to be accepted up to byte %d: %w", sequence, said.Payload, next, err)
	}
	return nil
}

// NoticeEarlier judges that a publisher tells its application of a message of an earlier life.
func (b *Bus) NoticeEarlier(publisher, sequence uint64) error {
	if sequence >= 1 && sequence <= b.Apps[publisher].last {
		return nil
	}
	if b.stalled(b.Accepted.Len()) {
		return nil // it may be one that nobody has shown
	}
	return fmt.Errorf("message %d of an earlier life is said to be accepted, and is not", sequence)
}
