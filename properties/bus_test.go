package properties

import (
	"encoding/binary"
	"fmt"

	"battle.test/oracle"
	"battle.test/sim"
	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/replicator"
	"battle.test/statemachines/sequencer"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/tip"
	"battle.test/statemachines/wire"
)

// The hosts of a small bus: all in one region, but for a client of another one that asks
// servers for what it is told to, whatever discovery would say.
const (
	seqA sim.ID = iota
	seqB
	tip1
	rep1
	pub1
	pub2
	sub1
	sub2
	asker
	busHosts
)

var busNames = [busHosts]string{"seq-a", "seq-b", "tip-1", "rep-1", "pub-1", "pub-2", "sub-1", "sub-2", "asker"}

const busStream = "aria"

func busAddress(id sim.ID) machine.Address {
	if id == asker {
		return machine.At(2, 1)
	}
	return machine.At(1, uint16(id)+1)
}

// A bus is a small one, in which everything takes as long as ever: a packet 100 µs (1 ms from one
// region to the other), a disk 300 µs. So what happens when is told by what was put off, alone.
type bus struct {
	net      *sim.Network
	operator operator
	judges   []judge
	said     int   // messages, of all applications
	wrong    error // what the first judge said that found something wrong
}

// A judge looks at the events of a bus, and says what must not be.
type judge interface {
	saw(b *bus, e sim.Event) error
}

// newBus makes a bus with a log, in which seq-a leads, paired with seq-b.
func newBus(judges ...judge) *bus { return busOf(busStarts, judges...) }

// busOf makes a bus of other machines.
func busOf(starts [busHosts]func(sim.Boot) (machine.Machine, error), judges ...judge) *bus {
	b := &bus{judges: judges}
	b.net = sim.New(sim.Config{
		Log: 1 << 16, SyncTime: sim.Even(300*sim.Microsecond, 300*sim.Microsecond),
		LinkOf: func(from, to machine.Address) sim.Link {
			latency := 100 * sim.Microsecond
			if from.Region() != to.Region() {
				latency = sim.Millisecond
			}
			return sim.Link{Latency: sim.Even(latency, latency)}
		},
	})
	b.net.Log().Describe = describe
	for id := range busHosts {
		b.net.Add(sim.Host{Name: busNames[id], Address: busAddress(id), Start: starts[id]})
	}
	b.net.Watch(b.saw)
	b.operator = operator{leader: seqA, standby: seqB}
	b.grant(false, false)
	b.net.RunFor(2 * sim.Millisecond)
	return b
}

func (b *bus) saw(e sim.Event) {
	if e.Kind == sim.Delivered && (e.Host == seqA || e.Host == seqB) {
		b.operator.hear(e.Host, e.Data)
	}
	for _, j := range b.judges {
		if b.wrong != nil {
			return
		}
		if err := j.saw(b, e); err != nil {
			b.wrong = fmt.Errorf("at %d µs, %s: %w", e.At/sim.Microsecond, busNames[e.Host], err)
		}
	}
}

// busStarts make the machines, by host.
var busStarts = [busHosts]func(sim.Boot) (machine.Machine, error){
	startSequencer, startSequencer, startTip, startReplicator,
	startPublisher, startPublisher, startSubscriber, startSubscriber,
	func(sim.Boot) (machine.Machine, error) { return &client{}, nil },
}

// following is how a host follows the stream: it knows its servers from its configuration.
func following(id sim.ID) follow.Config {
	config := follow.Config{
		Stream: busStream, Address: busAddress(id), AskMax: 400,
		AskEvery: 20 * sim.Millisecond, LookupEvery: 50 * sim.Millisecond, QuietMax: 50 * sim.Millisecond,
	}
	if id != tip1 {
		config.Servers = append(config.Servers, follow.Server{Address: busAddress(tip1), Service: wire.Tip})
	}
	if id != rep1 {
		config.Servers = append(config.Servers, follow.Server{Address: busAddress(rep1), Service: wire.Replicator})
	}
	if id == rep1 { // it may have to get what nobody else has
		config.Servers = []follow.Server{{Address: busAddress(seqA), Service: wire.Replicator}, {Address: busAddress(seqB), Service: wire.Replicator}}
	}
	return config
}

func startSequencer(b sim.Boot) (machine.Machine, error) {
	return sequencer.Restart(sequencer.Config{
		Stream: busStream, Self: busAddress(b.Host), HeartbeatEvery: 5 * sim.Millisecond, RetainMin: 1 << 16,
		Requests: serve.Limits{AnswerMax: 300}, Follow: following(b.Host),
	}, b.Snapshot, b.Journal)
}

// startTip makes a tip whose ring has room for a dozen messages.
func startTip(b sim.Boot) (machine.Machine, error) {
	limits := tip.Limits{AnswerMax: 300}
	return tip.RestartServer(tip.ServerConfig{
		Self:   busAddress(b.Host),
		Tip:    tip.Config{Stream: busStream, Region: 1, Capacity: 1 << 9, Local: limits, Remote: limits},
		Follow: following(b.Host),
	}, b.Snapshot)
}

func startReplicator(b sim.Boot) (machine.Machine, error) {
	return replicator.Restart(replicator.Config{
		Stream: busStream, Self: busAddress(b.Host), Follow: following(b.Host), Requests: serve.Limits{AnswerMax: 300},
	}, b.Snapshot, b.Journal)
}

// publisherOf is the number of the publisher on a host.
func publisherOf(id sim.ID) uint64 { return 100 + uint64(id) }

// startPublisher makes a publisher that knows nothing of an earlier life.
func startPublisher(b sim.Boot) (machine.Machine, error) {
	return publisher.New(publisher.Config{
		Follow: following(b.Host), Publisher: publisherOf(b.Host),
		Sequencers: []machine.Address{busAddress(seqA), busAddress(seqB)},
	})
}

func startSubscriber(b sim.Boot) (machine.Machine, error) {
	config := subscriber.Config{Follow: following(b.Host)}
	if b.Snapshot != nil {
		return subscriber.Restore(config, b.Snapshot)
	}
	return subscriber.New(config, 0)
}

// A client sends what it is told to: a command is an address, and a packet for it.
type client struct{ packet []byte }

// Step sends the packet of a command.
func (c *client) Step(_ int64, in machine.Input, out []machine.Output) []machine.Output {
	if in.Kind != machine.Command {
		return out
	}
	c.packet = append(c.packet[:0], in.Data[4:]...)
	return append(out, machine.Output{Kind: machine.Send, To: machine.Address(binary.LittleEndian.Uint32(in.Data)), Data: c.packet})
}

// Next is never.
func (*client) Next() (int64, bool) { return 0, false }

// Snapshot is that of nothing.
func (*client) Snapshot(writer string) *snapshot.Snapshot {
	return &snapshot.Snapshot{Meta: snapshot.Meta{Stream: busStream, Service: "client", Writer: writer}}
}

// describe says what is in a packet, a command or a delivery, for the log.
func describe(e sim.Event) string {
	data := e.Data
	if e.Kind == sim.Sent || e.Kind == sim.Received {
		return describePacket(data)
	}
	var grant sequencer.Grant
	var report sequencer.Report
	if grant.Decode(data) {
		return fmt.Sprintf("%s epoch=%d after=%d", grant.Duty, grant.Epoch, grant.After)
	}
	if report.Decode(data) {
		return fmt.Sprintf("%s epoch=%d offset=%d", report.What, report.Epoch, report.Offset)
	}
	if n, err := publisher.ReadNotice(data); err == nil {
		return fmt.Sprintf("%s, message %d up to byte %d", n.Kind, n.Sequence, n.Next)
	}
	if d, err := subscriber.ReadDelivery(data); err == nil && d.Kind == subscriber.Message {
		return fmt.Sprintf("%q, message %d of publisher %d up to byte %d", d.Frame.Payload, d.Frame.Sequence, d.Frame.Publisher, d.Next)
	}
	if e.Host == asker && len(data) > 4 && string(data[4:6]) == "AR" {
		return describePacket(data[4:])
	}
	return fmt.Sprintf("%q", data)
}

// describePacket says as much of a packet as the oracle reads.
func describePacket(data []byte) string {
	var p wire.Packet
	if fault := p.Open(data, wire.Latest, wire.StreamID(busStream)); fault.Reason != wire.None {
		return fault.Error()
	}
	one, err := oracle.ReadBusPacket(data)
	said := fmt.Sprintf("%s epoch=%d", p.Kind, p.Epoch)
	switch {
	case err != nil:
		return err.Error()
	case one.Kind == "request":
		said += fmt.Sprintf(" offset=%d length=%d", one.Offset, one.Length)
	case one.Kind == "stream":
		said += fmt.Sprintf(" start=%d offset=%d, %d bytes, committed=%d", one.Start, one.Offset, len(one.Data), one.Committed)
	case one.Kind == "answer":
		said += fmt.Sprintf(" offset=%d, %d bytes %q, first=%d tail=%d committed=%d", one.Offset, len(one.Data), one.Data, one.First, one.Tail, one.Committed)
	case one.Kind == "refusal":
		said += fmt.Sprintf(" offset=%d: %s, first=%d tail=%d committed=%d", one.Offset, one.Reason, one.First, one.Tail, one.Committed)
	}
	return said
}
