package skew

import (
	"encoding/binary"
	"errors"
	"fmt"

	"battle.test/oracle"
	"battle.test/sim"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/subscriber"
)

// A bus is hosts on a simulated network, and its model, which judges them.
type bus struct {
	net      *sim.Network
	model    *oracle.Bus
	operator operator
	wrong    error // the first thing that must not be
	said     int   // messages, of all applications

	running  [hosts]Program
	sent     map[uint64]Program // by number of the packet: whose it is
	saved    map[file]saved
	journals [hosts]Program // who last wrote the host's journal
	restored *file          // of which a host is being started

	tally  Tally
	packet func(from Host, packet []byte) // if set, gets each that is sent
}

// A file is a snapshot on a host's disk, by its offset.
type file struct {
	host   Host
	offset uint64
}

// saved is what is known of one.
type saved struct {
	by      Program
	waiting []int // what a publisher's application keeps with it: the messages that it waits for
}

// newBus makes a bus whose hosts all run one program.
func newBus(p Program, tally Tally) *bus {
	b := &bus{model: oracle.NewBus(), tally: tally, sent: map[uint64]Program{}, saved: map[file]saved{}}
	b.net = sim.New(sim.Config{LinkOf: link, SyncTime: sim.Even(100*sim.Microsecond, 500*sim.Microsecond)})
	for h := range hosts {
		b.net.Add(sim.Host{Name: h.String(), Address: h.address(), Down: true, Start: b.start})
		b.net.SetVersion(h.id(), int(p))
		if h.isSubscriber() {
			b.model.Delivered[h.String()] = 0
		}
	}
	b.net.Watch(b.saw)
	for h := range hosts {
		if err := b.net.Start(h.id()); err != nil {
			panic(err.Error())
		}
	}
	b.operator.begin(b)
	return b
}

// link is one within a region, or a slow one between the two.
func link(from, to machine.Address) sim.Link {
	if from.Region() == to.Region() {
		return sim.Link{Latency: sim.Even(50*sim.Microsecond, 400*sim.Microsecond)}
	}
	return sim.Link{Latency: sim.Even(5*sim.Millisecond, 8*sim.Millisecond)}
}

func (b *bus) start(boot sim.Boot) (machine.Machine, error) {
	h, p := Host(boot.Host), Program(boot.Version)
	m, err := h.start(p, boot.Snapshot, boot.Journal)
	if err == nil {
		b.running[h] = p
	}
	return m, err
}

// saw judges an event of the network.
func (b *bus) saw(e sim.Event) {
	if b.wrong != nil || e.Host < 0 {
		return
	}
	h := Host(e.Host)
	if err := b.judge(h, e); err != nil {
		b.wrong = fmt.Errorf("at %d.%09d s, %s of %s: %w", e.At/sim.Second, e.At%sim.Second, h, b.running[h], err)
	}
}

func (b *bus) judge(h Host, e sim.Event) error {
	switch e.Kind {
	case sim.Sent:
		b.sent[e.Number] = b.running[h]
		return b.judgePacket(h, e.Data)
	case sim.Received:
		b.tally.packet(b.sent[e.Number], b.running[h], e.Data)
	case sim.Wrote:
		b.journals[h] = b.running[h]
	case sim.Commanded:
		if h.isPublisher() {
			b.model.Publish(h.publisher(), e.Data)
		}
	case sim.Delivered:
		return b.judgeDelivery(h, e.Data)
	case sim.SnapshotTaken:
		if e.Text != "" {
			return fmt.Errorf("its snapshot can't be written: %s", e.Text)
		}
		b.saved[file{h, e.Number}] = saved{b.running[h], b.model.Kept(h.publisher())}
	case sim.SnapshotRefused:
		return b.judgeRefusal(h, e)
	case sim.Restored:
		b.restored = &file{h, e.Number}
	case sim.Started:
		b.began(h, e.Number)
	}
	return nil
}

func (b *bus) judgePacket(h Host, packet []byte) error {
	if b.packet != nil {
		b.packet(h, packet)
	}
	p, err := oracle.ReadBusPacket(packet)
	if err != nil {
		return err
	}
	return b.model.Sent(h.String(), p)
}

func (b *bus) judgeDelivery(h Host, data []byte) error {
	switch {
	case h.isSubscriber():
		d, err := subscriber.ReadDelivery(data)
		if err != nil {
			return err
		}
		if d.Kind == subscriber.CutOff {
			return errors.New("an application that takes all at once is cut off")
		}
		return b.model.Deliver(h.String(), d.Frame.Publisher, d.Frame.Sequence, d.Frame.Payload)
	case h.isSequencer():
		return b.operator.hear(h, data)
	}
	n, err := publisher.ReadNotice(data)
	switch {
	case err != nil:
		return err
	case n.Kind == publisher.Refused:
		b.model.Refuse(h.publisher())
		return nil
	case n.Kind == publisher.Earlier:
		return b.model.NoticeEarlier(h.publisher(), n.Sequence)
	}
	return b.model.Notice(h.publisher(), n.Sequence, n.Next)
}

// judgeRefusal judges that a program does not start from a snapshot: only what this tree wrote as
// version 2 is later than another program reads.
func (b *bus) judgeRefusal(h Host, e sim.Event) error {
	p, by := Program(b.net.Version(h.id())), b.saved[file{h, e.Number}].by
	if by == New2 && p != New2 {
		b.tally.count(laterSnapshot, by, p)
		return nil
	}
	return fmt.Errorf("%s refuses the snapshot at %d, which %s wrote: %s", p, e.Number, by, e.Text)
}

// began notes of what a machine was made.
func (b *bus) began(h Host, journal uint64) {
	from := b.restored
	b.restored = nil
	if journal > 0 {
		b.tally.count("journal of "+h.service(), b.journals[h], b.running[h])
	}
	var offset uint64
	var waiting []int
	if from != nil {
		one := b.saved[*from]
		b.tally.count("snapshot of "+h.service(), one.by, b.running[h])
		offset, waiting = from.offset, one.waiting
	}
	switch {
	case h.isPublisher():
		b.model.Revive(h.publisher(), waiting)
	case h.isSubscriber():
		b.model.Restore(h.String(), offset)
	}
}

// say has an application publish its next message.
func (b *bus) say(by Host, length int) {
	b.said++
	payload := binary.LittleEndian.AppendUint64(nil, uint64(b.said))
	for len(payload) < length {
		payload = append(payload, byte(len(payload)*b.said))
	}
	b.net.Command(by.id(), payload)
}
