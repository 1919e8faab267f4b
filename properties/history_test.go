package properties

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"battle.test/oracle"
	"battle.test/sim"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/subscriber"
)

// A busHistory is what applications and clients of a bus asked for and were told, with the virtual
// times at which they did and were. It is a judge that finds nothing wrong while the run lasts.
type busHistory struct {
	all     []porcupine.Operation
	waiting map[sim.ID][]int         // by publisher: messages that its application waits to hear of, in all
	asked   map[asked]int            // requests that the asker waits for, likewise
	places  map[string]publishReturn // by text: where a subscriber found a message
	lives   [busHosts]int            // how often a host was started
	sentIn  map[uint64]int           // by packet: the life of the server that sent it to the asker
}

// asked is what tells a request from another: no two are equal.
type asked struct {
	server sim.ID
	offset uint64
}

type (
	// A publishCall publishes a message, which is accepted as a publishReturn says.
	publishCall struct {
		publisher sim.ID
		text      string
	}
	publishReturn struct{ sequence, next uint64 }

	// A readCall asks a server for bytes of the stream, in an epoch, or is what a subscriber has
	// got to. It returns the packet of the answer.
	readCall struct {
		server                sim.ID
		offset, length, epoch uint64
	}
	readReturn struct {
		oracle.BusPacket
		life int // of the server
	}
)

// never is when a call returns that nobody heard of.
const never = math.MaxInt64

func newBusHistory() *busHistory {
	return &busHistory{waiting: map[sim.ID][]int{}, asked: map[asked]int{}, places: map[string]publishReturn{}, sentIn: map[uint64]int{}}
}

func (h *busHistory) saw(_ *bus, e sim.Event) error {
	publishes, subscribes := e.Host == pub1 || e.Host == pub2, e.Host == sub1 || e.Host == sub2
	switch {
	case e.Kind == sim.Started:
		h.lives[e.Host]++
		delete(h.waiting, e.Host)
	case e.Kind == sim.Commanded && publishes:
		h.waiting[e.Host] = append(h.waiting[e.Host], h.call(publishCall{e.Host, string(e.Data)}, nil, e.At))
	case e.Kind == sim.Delivered && publishes:
		return h.notice(e)
	case e.Kind == sim.Delivered && subscribes:
		return h.deliver(e)
	case e.Kind == sim.Sent && e.Host == asker:
		return h.ask(e)
	case e.Kind == sim.Sent && e.Peer == asker:
		h.sentIn[e.Number] = h.lives[e.Host]
	case e.Kind == sim.Received && e.Host == asker:
		return h.answer(e)
	}
	return nil
}

// call notes a call, and returns its place.
func (h *busHistory) call(input, output any, at int64) int {
	h.all = append(h.all, porcupine.Operation{Input: input, Output: output, Call: at, Return: never})
	return len(h.all) - 1
}

// notice is the return of a publish. One that was refused has not been.
func (h *busHistory) notice(e sim.Event) error {
	n, err := publisher.ReadNotice(e.Data)
	if err != nil || n.Kind == publisher.Earlier {
		return err
	}
	waiting := h.waiting[e.Host]
	if len(waiting) == 0 {
		return fmt.Errorf("%s of message %d, and the application waits for none", n.Kind, n.Sequence)
	}
	if n.Kind == publisher.Refused {
		last := len(waiting) - 1
		h.all[waiting[last]].Input, h.waiting[e.Host] = nil, waiting[:last]
		return nil
	}
	one := &h.all[waiting[0]]
	one.Output, one.Return, h.waiting[e.Host] = publishReturn{n.Sequence, n.Next}, e.At, waiting[1:]
	return nil
}

// deliver is a read of a message, by a subscriber, which returns at once.
func (h *busHistory) deliver(e sim.Event) error {
	d, err := subscriber.ReadDelivery(e.Data)
	if err != nil {
		return err
	}
	if text := string(d.Frame.Payload); h.places[text] == (publishReturn{}) {
		h.places[text] = publishReturn{d.Frame.Sequence, d.Next}
	}
	data := busFrame(d.Frame.Publisher, d.Frame.Sequence, string(d.Frame.Payload))
	offset := d.Next - uint64(len(data))
	i := h.call(readCall{server: e.Host, offset: offset, length: uint64(len(data))}, readReturn{oracle.BusPacket{
		Kind: "answer", Offset: offset, Tail: d.Next, Committed: d.Next, Data: data,
	}, h.lives[e.Host]}, e.At)
	h.all[i].Return = e.At
	return nil
}

func (h *busHistory) ask(e sim.Event) error {
	p, err := oracle.ReadBusPacket(e.Data)
	h.asked[asked{e.Peer, p.Offset}] = h.call(readCall{e.Peer, p.Offset, p.Length, p.Epoch}, nil, e.At)
	return err
}

func (h *busHistory) answer(e sim.Event) error {
	p, err := oracle.ReadBusPacket(e.Data)
	if err != nil {
		return err
	}
	i, there := h.asked[asked{e.Peer, p.Offset}]
	if !there || h.all[i].Return != never {
		return fmt.Errorf("%s for byte %d from %s, which it was not asked for", p.Kind, p.Offset, busNames[e.Peer])
	}
	p.Data = slices.Clone(p.Data)
	h.all[i].Output, h.all[i].Return = readReturn{p, h.sentIn[e.Number]}, e.At
	return nil
}

// operations are the history as porcupine wants it. It leaves out messages that were refused, and
// requests that were not answered, since they change nothing; and messages that nobody ever heard of
// again: once all subscribers have all that is accepted, those are not. Where a message
// is of which only its publisher never heard, a subscriber has shown. So there is nothing to
// guess, and the search stays short: a log with a message at a wrong place would be found out
// at a read which may be far away.
//
// In a picture each row is a client, who does one thing at a time.
func (h *busHistory) operations() (all []porcupine.Operation) {
	var free []int64 // by row: from when on
	for _, one := range h.all {
		if c, ok := one.Input.(publishCall); ok && one.Output == nil && h.places[c.text] != (publishReturn{}) {
			one.Output = h.places[c.text]
		}
		if one.Input == nil || one.Output == nil {
			continue
		}
		one.ClientId = slices.IndexFunc(free, func(at int64) bool { return at < one.Call })
		if one.ClientId < 0 {
			one.ClientId, free = len(free), append(free, 0)
		}
		free[one.ClientId] = one.Return
		all = append(all, one)
	}
	return all
}

// busFrame is a message as it lies in the stream, by the table of docs/bus.md.
func busFrame(publisher, sequence uint64, text string) []byte {
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	frame = binary.LittleEndian.AppendUint64(frame, publisher)
	return append(binary.LittleEndian.AppendUint64(frame, sequence), text...)
}

// A busLog is all that a bus is, if it does one thing at a time: what is accepted, to which
// a publish appends, and of which a read returns a part. How much of it a server has by then is not for the
// log to say: see servedModel.
type busLog struct {
	bytes string
	last  [2]uint64 // number of each publisher's last message
}

// publish appends a message, and tells whether that explains what came back.
func (l busLog) publish(c publishCall, r publishReturn) (bool, busLog) {
	l.last[c.publisher-pub1]++
	sequence := l.last[c.publisher-pub1]
	l.bytes += string(busFrame(publisherOf(c.publisher), sequence, c.text))
	return r == publishReturn{sequence, uint64(len(l.bytes))}, l
}

// read tells whether this log explains what came back: what is said to be accepted is, and as
// it is here; a refusal is true, and an answer within its bounds.
func (l busLog) read(c readCall, r readReturn) bool {
	if r.Committed > uint64(len(l.bytes)) || r.Offset != c.offset {
		return false
	}
	switch r.Reason {
	case "":
	case "too old":
		return c.offset < r.First && r.First <= r.Tail
	case "future":
		return c.offset > r.Tail
	case "wrong epoch":
		return c.epoch != r.Epoch
	case "uncommitted":
		return r.Committed <= c.offset && c.offset < r.Tail
	case "busy":
		return true
	default:
		return false // there was nothing wrong with the request
	}
	n := uint64(len(r.Data))
	inside := r.First <= c.offset && c.offset <= r.Tail && n <= r.Tail-c.offset && n <= c.length && (n > 0 || c.offset == r.Tail)
	if !inside || c.epoch != r.Epoch {
		return false
	}
	accepted := r.Data[:min(n, max(r.Committed, c.offset)-c.offset)]
	return strings.HasPrefix(l.bytes[min(c.offset, uint64(len(l.bytes))):], string(accepted))
}

// logModel is the log for porcupine.
var logModel = porcupine.Model{
	Init: func() any { return busLog{} },
	Step: func(state, input, output any) (bool, any) {
		l := state.(busLog)
		if c, ok := input.(publishCall); ok {
			return l.publish(c, output.(publishReturn))
		}
		return l.read(input.(readCall), output.(readReturn)), l
	},
	DescribeOperation: describeOperation,
	DescribeState:     func(state any) string { return fmt.Sprintf("%d bytes", len(state.(busLog).bytes)) },
}

// servedModel is a server, from a start to its end, and is each of them by itself: what it said to be
// accepted it does not take back.
var servedModel = porcupine.Model{
	Partition: func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
		type life struct {
			server sim.ID
			life   int
		}
		place := map[life]int{}
		for _, one := range all {
			c, ok := one.Input.(readCall)
			if !ok {
				continue
			}
			of := life{c.server, one.Output.(readReturn).life}
			if _, there := place[of]; !there {
				place[of], parts = len(parts), append(parts, nil)
			}
			parts[place[of]] = append(parts[place[of]], one)
		}
		return parts
	},
	Init: func() any { return uint64(0) },
	Step: func(state, _, output any) (bool, any) {
		committed := output.(readReturn).Committed
		return committed >= state.(uint64), committed
	},
	DescribeOperation: describeOperation,
	DescribeState:     func(state any) string { return fmt.Sprintf("committed=%d", state) },
}

func describeOperation(input, output any) string {
	if c, ok := input.(publishCall); ok {
		r := output.(publishReturn)
		return fmt.Sprintf("%s publishes %q: message %d, up to byte %d", busNames[c.publisher], c.text, r.sequence, r.next)
	}
	c, r := input.(readCall), output.(readReturn)
	return fmt.Sprintf("%s, asked for %d bytes at %d in epoch %d: %s %s of epoch %d, %d bytes %q, first=%d tail=%d committed=%d",
		busNames[c.server], c.length, c.offset, c.epoch, r.Kind, r.Reason, r.Epoch, len(r.Data), r.Data, r.First, r.Tail, r.Committed)
}
