package properties

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/sim"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/subscriber"
)

// Deliveries judge a bus by what applications see of it, and by nothing else: what they publish,
// what they are told is accepted, and what they are delivered. There is one stream, of which
// each subscriber gets the beginning; each message is in it once, and those of a publisher are in the order in
// which it published them; and what was accepted stays where it is.
type deliveries struct {
	stream []message
	at     map[sim.ID]int    // by subscriber: how many of them it has
	from   map[sim.ID]uint64 // by subscriber that is about to start: the offset of its snapshot
	apps   map[sim.ID]*app   // by publisher
}

// A message is one as it lies in the stream.
type message struct {
	offset, next uint64
	publisher    sim.ID
	sequence     uint64
	text         string
}

func (m message) String() string {
	return fmt.Sprintf("%q, message %d of %s, at bytes %d to %d", m.text, m.sequence, busNames[m.publisher], m.offset, m.next)
}

// An app publishes.
type app struct {
	life     int       // of its publisher
	said     []said    // what it published, in order
	waiting  []string  // of that, what it waits to hear of
	accepted []message // what it was told
}

// said is a text, and in which life of its publisher it was published. Those of one life are in the
// stream in their order; those of two may come in any, since packets of the first may be late.
type said struct {
	text string
	life int
}

const frameHead = 20 // of a message in the stream

func newDeliveries() *deliveries {
	return &deliveries{
		at: map[sim.ID]int{sub1: 0, sub2: 0}, from: map[sim.ID]uint64{},
		apps: map[sim.ID]*app{pub1: {}, pub2: {}},
	}
}

func (d *deliveries) saw(_ *bus, e sim.Event) error {
	a := d.apps[e.Host]
	_, subscribes := d.at[e.Host]
	switch {
	case e.Kind == sim.Commanded && a != nil:
		a.said = append(a.said, said{string(e.Data), a.life})
		a.waiting = append(a.waiting, string(e.Data))
	case e.Kind == sim.Delivered && a != nil:
		return d.notice(e.Host, a, e.Data)
	case e.Kind == sim.Started && a != nil:
		a.life, a.waiting = a.life+1, nil
	case e.Kind == sim.Delivered && subscribes:
		return d.deliver(e.Host, e.Data)
	case e.Kind == sim.Restored && subscribes:
		d.from[e.Host] = e.Number
	case e.Kind == sim.Started && subscribes:
		return d.start(e.Host)
	}
	return nil
}

// start puts a subscriber to where its snapshot was taken, or to the beginning.
func (d *deliveries) start(id sim.ID) error {
	from := d.from[id]
	delete(d.from, id)
	d.at[id] = len(d.stream)
	for i, m := range d.stream {
		if m.offset == from {
			d.at[id] = i
			return nil
		}
	}
	if from != d.end() {
		return fmt.Errorf("it starts from byte %d, where no message begins", from)
	}
	return nil
}

// end is where the stream ends, as far as anybody was delivered it.
func (d *deliveries) end() uint64 {
	if len(d.stream) == 0 {
		return 0
	}
	return d.stream[len(d.stream)-1].next
}

// notice judges what a publisher tells its application.
func (d *deliveries) notice(id sim.ID, a *app, data []byte) error {
	n, err := publisher.ReadNotice(data)
	if err != nil || n.Kind == publisher.Earlier {
		return err
	}
	if len(a.waiting) == 0 {
		return fmt.Errorf("%s of message %d, and the application waits for none", n.Kind, n.Sequence)
	}
	if n.Kind == publisher.Refused {
		a.said, a.waiting = a.said[:len(a.said)-1], a.waiting[:len(a.waiting)-1]
		return nil
	}
	m := message{n.Next - frameHead - uint64(len(a.waiting[0])), n.Next, id, n.Sequence, a.waiting[0]}
	a.waiting = a.waiting[1:]
	a.accepted = append(a.accepted, m)
	for _, one := range d.stream {
		if one != m && one.offset < m.next && m.offset < one.next {
			return fmt.Errorf("accepted is %s, and delivered was %s", m, one)
		}
	}
	return nil
}

// deliver judges a delivery: it is the next message of the stream. The first who gets it shows
// which one that is.
func (d *deliveries) deliver(id sim.ID, data []byte) error {
	delivery, err := subscriber.ReadDelivery(data)
	if err != nil {
		return err
	}
	f := delivery.Frame
	m := message{delivery.Next - frameHead - uint64(len(f.Payload)), delivery.Next, sim.ID(f.Publisher - publisherOf(0)), f.Sequence, string(f.Payload)}
	at := d.at[id]
	d.at[id]++
	if at < len(d.stream) {
		if m != d.stream[at] {
			return fmt.Errorf("delivered is %s, and another subscriber got %s", m, d.stream[at])
		}
		return nil
	}
	if m.offset != d.end() {
		return fmt.Errorf("delivered is %s, and the next begins at byte %d", m, d.end())
	}
	if err := d.follows(m); err != nil {
		return fmt.Errorf("delivered is %s, %w", m, err)
	}
	d.stream = append(d.stream, m)
	return nil
}

// number is which of all that the application published a text is; -1: none of it.
func (a *app) number(text string) int {
	return slices.IndexFunc(a.said, func(s said) bool { return s.text == text })
}

// follows judges a message by those that are in the stream.
func (d *deliveries) follows(m message) error {
	a := d.apps[m.publisher]
	if a == nil || a.number(m.text) < 0 {
		return fmt.Errorf("which nobody published")
	}
	sequence, number := uint64(1), a.number(m.text)
	for _, one := range d.stream {
		if one.publisher != m.publisher {
			continue
		}
		sequence = one.sequence + 1
		switch before := a.number(one.text); {
		case before == number:
			return fmt.Errorf("a second time: the first is message %d", one.sequence)
		case before > number && a.said[before].life == a.said[number].life:
			return fmt.Errorf("which was published before %q", one.text)
		}
	}
	if m.sequence != sequence {
		return fmt.Errorf("whose number should be %d", sequence)
	}
	for _, app := range d.apps {
		for _, one := range app.accepted {
			if one != m && one.offset < m.next && m.offset < one.next {
				return fmt.Errorf("and accepted was %s", one)
			}
		}
	}
	return nil
}

// behind says who has not caught up, and what was accepted and is not there.
func (d *deliveries) behind() (who []string) {
	for _, id := range []sim.ID{sub1, sub2} {
		if d.at[id] != len(d.stream) {
			who = append(who, fmt.Sprintf("%s has %d messages of %d", busNames[id], d.at[id], len(d.stream)))
		}
	}
	for _, id := range []sim.ID{pub1, pub2} {
		if n := len(d.apps[id].waiting); n > 0 {
			who = append(who, fmt.Sprintf("%s waits for %d messages to be accepted", busNames[id], n))
		}
		for _, m := range d.apps[id].accepted {
			if !slices.Contains(d.stream, m) {
				who = append(who, fmt.Sprintf("nobody was delivered %s, which was accepted", m))
			}
		}
	}
	return who
}

// The judge itself must be able to find something wrong.
func TestDeliveriesThatCannotBeAreFound(t *testing.T) {
	le := binary.LittleEndian
	says := func(by sim.ID, text string) sim.Event {
		return sim.Event{Kind: sim.Commanded, Host: by, Data: []byte(text)}
	}
	told := func(id sim.ID, kind publisher.NoticeKind, sequence, next uint64) sim.Event {
		return sim.Event{Kind: sim.Delivered, Host: id, Data: le.AppendUint64(le.AppendUint64([]byte{byte(kind), 0}, sequence), next)}
	}
	gets := func(id, by sim.ID, sequence uint64, text string, next uint64) sim.Event {
		head := le.AppendUint64([]byte{byte(subscriber.Message)}, next)
		return sim.Event{Kind: sim.Delivered, Host: id, Data: append(head, busFrame(publisherOf(by), sequence, text)...)}
	}
	starts := func(id sim.ID) sim.Event { return sim.Event{Kind: sim.Started, Host: id} }
	const size = frameHead + 1 // of a message of one letter
	before := []sim.Event{
		says(pub1, "a"), says(pub1, "b"), says(pub1, "c"), says(pub2, "x"), told(pub1, publisher.Accepted, 1, size), gets(sub1, pub1, 1, "a", size),
	}
	for wrong, later := range map[string][]sim.Event{
		"":                              {gets(sub1, pub1, 2, "b", 2*size), gets(sub2, pub1, 1, "a", size), starts(sub1), gets(sub1, pub1, 1, "a", size)},
		"another subscriber got":        {gets(sub1, pub1, 2, "b", 2*size), gets(sub2, pub2, 1, "x", size)},
		"begins at byte 21":             {gets(sub1, pub1, 2, "b", 3*size)},
		"which nobody published":        {gets(sub1, pub2, 1, "a", 2*size)},
		"a second time":                 {gets(sub1, pub1, 2, "a", 2*size)},
		"which was published before":    {gets(sub1, pub1, 2, "c", 2*size), gets(sub1, pub1, 3, "b", 3*size)},
		"whose number should be 2":      {gets(sub1, pub1, 3, "b", 2*size)},
		"and accepted was":              {told(pub1, publisher.Accepted, 2, 2*size), gets(sub1, pub2, 1, "x", 2*size)},
		"and delivered was":             {gets(sub1, pub2, 1, "x", 2*size), told(pub1, publisher.Accepted, 2, 2*size)},
		"the application waits for non": {starts(pub2), told(pub2, publisher.Accepted, 1, 2*size)},
		"where no message begins":       {{Kind: sim.Restored, Host: sub2, Number: 5}, starts(sub2)},
	} {
		t.Run(wrong, func(t *testing.T) {
			d := newDeliveries()
			var err error
			for _, e := range append(before[:len(before):len(before)], later...) {
				require.NoError(t, err, "too early")
				err = d.saw(nil, e)
			}
			if wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, wrong)
		})
	}
}

// What was accepted, and nobody is delivered, is missed in the end.
func TestDeliveriesMissWhatWasAccepted(t *testing.T) {
	d := newDeliveries()
	require.Empty(t, d.behind())
	d.apps[pub1].waiting = []string{"a"}
	require.Equal(t, []string{"pub-1 waits for 1 messages to be accepted"}, d.behind())
	d.apps[pub1].waiting, d.apps[pub1].accepted = nil, []message{{0, 21, pub1, 1, "a"}}
	require.Equal(t, []string{`nobody was delivered "a", message 1 of pub-1, at bytes 0 to 21, which was accepted`}, d.behind())
	d.stream = d.apps[pub1].accepted
	require.Equal(t, []string{"sub-1 has 0 messages of 1", "sub-2 has 0 messages of 1"}, d.behind())
}
