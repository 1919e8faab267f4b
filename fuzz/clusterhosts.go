package fuzz

import (
	"encoding/binary"
	"fmt"

	"battle.test/sim"
	"battle.test/statemachines/discovery"
	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/replicator"
	seq "battle.test/statemachines/sequencer" // fuzz has a sequencer of its own, of the tip
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/tip"
	"battle.test/statemachines/wire"
)

// Member is a host of the cluster.
type Member uint8

// The members: those of the first region, those of the second, and at last a client of the
// second region which asks whatever it is told to.
const (
	SeqA Member = iota
	SeqB
	Tip1
	Rep1
	Disc1
	Pub1
	Sub1
	Sub2
	Tip2
	Rep2
	Disc2
	Pub2
	Sub3
	Asker // in the place of a host of a rule: everybody
	members
)

var memberNames = [members]string{
	"seq-a", "seq-b", "tip-1", "rep-1", "disc-1", "pub-1", "sub-1", "sub-2",
	"tip-2", "rep-2", "disc-2", "pub-2", "sub-3", "asker",
}

// String is the host's name.
func (m Member) String() string {
	if m < members {
		return memberNames[m]
	}
	return fmt.Sprintf("host %d", uint8(m))
}

func (m Member) id() sim.ID { return sim.ID(m) }

// ids are the hosts that a rule is for.
func (m Member) ids() []sim.ID {
	if m == Asker {
		return nil
	}
	return []sim.ID{m.id()}
}

func (m Member) region() uint16 {
	if m >= Tip2 {
		return farRegion
	}
	return homeRegion
}

func (m Member) address() machine.Address { return machine.At(m.region(), uint16(m)+1) }

// region are the hosts of a region.
func region(r uint16) (ids []sim.ID) {
	for m := range members {
		if m.region() == r {
			ids = append(ids, m.id())
		}
	}
	return ids
}

// clusterStream is the stream's name.
const clusterStream = "aria"

// host is the member's host.
func (m Member) host() sim.Host {
	return sim.Host{Name: m.String(), Address: m.address(), Down: m == Sub2, Start: m.start()} // Sub2 is the late one
}

// start makes the member's machine.
func (m Member) start() func(sim.Boot) (machine.Machine, error) {
	switch m {
	case SeqA, SeqB:
		return m.startSequencer
	case Tip1, Tip2:
		return m.startTip
	case Rep1, Rep2:
		return m.startReplicator
	case Pub1, Pub2:
		return m.startPublisher
	case Disc1, Disc2:
		return m.startDiscovery
	case Sub1, Sub2, Sub3:
		return m.startSubscriber
	}
	return startClient
}

func (m Member) isSequencer() bool { return m == SeqA || m == SeqB }

func (m Member) isPublisher() bool { return m == Pub1 || m == Pub2 }

// publisher is a publisher's number.
func (m Member) publisher() uint64 { return 100 + uint64(m) }

func (m Member) isSubscriber() bool { return m == Sub1 || m == Sub2 || m == Sub3 }

// clusterEpochMax is more epochs than any run has: snapshots of later ones are of another history.
const clusterEpochMax = 1 << 40

// What publishers may send at most: so much that is not accepted yet, of all of them, and so much a
// second, of each. Two long messages are too much for the one; after one, the next has to wait.
const clusterAhead = wire.FrameMax

var clusterRate = serve.Rate{PerSecond: 1_000_000, Burst: 20_000}

// version is that of the formats which a host's program writes and reads.
func version(b sim.Boot) uint8 { return wire.Latest - uint8(b.Version) }

// following is how a host follows the stream. Times are so short that much happens within
// a few updates.
func (m Member) following(b sim.Boot) follow.Config {
	return follow.Config{
		Stream: clusterStream, Version: version(b), Address: m.address(), EpochMax: clusterEpochMax,
		AskMax: 400, AskEvery: 20 * sim.Millisecond, LookupEvery: 50 * sim.Millisecond, QuietMax: 50 * sim.Millisecond,
		Discovery: m.discoveries(), Servers: m.servers(),
	}
}

// discoveries are those that a host asks and tells: that of its region, and for servers of
// whom nobody else there may know, the other one.
func (m Member) discoveries() []machine.Address {
	if m.region() == homeRegion {
		return []machine.Address{Disc1.address(), Disc2.address()}
	}
	return []machine.Address{Disc2.address(), Disc1.address()}
}

// servers are those that a host knows without discovery. Replicators know the
// sequencers: what a leader has of an older epoch and was not accepted everybody else has
// forgotten when the new epoch begins. Tips and replicators know those of the other region.
func (m Member) servers() (all []follow.Server) {
	services := map[Member]map[Member]wire.Service{
		Rep1: {SeqA: wire.Replicator, SeqB: wire.Replicator, Rep2: wire.Replicator},
		Rep2: {SeqA: wire.Replicator, SeqB: wire.Replicator, Rep1: wire.Replicator},
		Tip1: {Rep1: wire.Replicator}, Tip2: {Rep2: wire.Replicator},
	}[m]
	for one := range members {
		if service := services[one]; service != 0 {
			all = append(all, follow.Server{Address: one.address(), Service: service})
		}
	}
	return all
}

func (m Member) startSequencer(b sim.Boot) (machine.Machine, error) {
	return seq.Restart(seq.Config{
		Stream: clusterStream, Self: m.address(), Version: version(b), Replicators: []machine.Address{Rep2.address()},
		HeartbeatEvery: 5 * sim.Millisecond, RetainMin: clusterRetains, UncommittedMax: clusterAhead, Publisher: clusterRate,
		Requests: serve.Limits{AnswerMax: 300}, Follow: m.following(b),
	}, b.Snapshot, b.Journal)
}

func (m Member) startTip(b sim.Boot) (machine.Machine, error) {
	limits := tip.Limits{AnswerMax: 300}
	return tip.RestartServer(tip.ServerConfig{
		Self: m.address(), Version: version(b),
		Tip:    tip.Config{Stream: clusterStream, Region: m.region(), Capacity: 1 << 9, Local: limits, Remote: limits},
		Follow: m.following(b), AdvertEvery: 20 * sim.Millisecond,
	}, b.Snapshot)
}

func (m Member) startReplicator(b sim.Boot) (machine.Machine, error) {
	return replicator.Restart(replicator.Config{
		Stream: clusterStream, Self: m.address(), Version: version(b), Resend: m.region() != homeRegion,
		Follow: m.following(b), Requests: serve.Limits{AnswerMax: 300}, AdvertEvery: 20 * sim.Millisecond,
	}, b.Snapshot, b.Journal)
}

// startDiscovery ignores snapshots: a discovery keeps nothing across a crash.
func (m Member) startDiscovery(b sim.Boot) (machine.Machine, error) {
	return discovery.New(discovery.Config{
		Stream: clusterStream, Self: m.address(), Version: version(b), ExpireAfter: 100 * sim.Millisecond,
	})
}

func (m Member) startPublisher(b sim.Boot) (machine.Machine, error) {
	config := publisher.Config{
		Follow: m.following(b), Publisher: m.publisher(), Sequencers: []machine.Address{SeqA.address(), SeqB.address()},
	}
	if b.Snapshot != nil {
		return publisher.Restore(config, b.Snapshot)
	}
	return publisher.New(config)
}

func (m Member) startSubscriber(b sim.Boot) (machine.Machine, error) {
	config := subscriber.Config{Follow: m.following(b), WindowMax: clusterWindow, BufferMax: clusterBuffer}
	if b.Snapshot != nil {
		return subscriber.Restore(config, b.Snapshot)
	}
	return subscriber.New(config, 0)
}

// A client sends what it is told to, and takes note of nothing: a command is an address,
// and a packet for it.
type client struct{ packet []byte }

func startClient(sim.Boot) (machine.Machine, error) { return &client{}, nil }

// Step sends the packet of a command.
func (c *client) Step(_ int64, in machine.Input, out []machine.Output) []machine.Output {
	if in.Kind != machine.Command || len(in.Data) < 4 {
		return out
	}
	c.packet = append(c.packet[:0], in.Data[4:]...)
	return append(out, machine.Output{Kind: machine.Send, To: machine.Address(binary.LittleEndian.Uint32(in.Data)), Data: c.packet})
}

// Next is never.
func (*client) Next() (int64, bool) { return 0, false }

// Snapshot is that of nothing.
func (*client) Snapshot(writer string) *snapshot.Snapshot {
	return &snapshot.Snapshot{Meta: snapshot.Meta{Stream: clusterStream, Service: "client", Writer: writer}}
}

// throw has the asker send a packet to a host.
func (c *cluster) throw(to Member, packet []byte) {
	command := binary.LittleEndian.AppendUint32(nil, uint32(to.address()))
	c.net.Command(Asker.id(), append(command, packet...))
}

// bounds are what a server has.
func (c *cluster) bounds(m Member) (first, tail uint64) {
	switch one := c.net.Machine(m.id()).(type) {
	case *seq.Machine:
		first, tail, _ = one.Bounds()
	case *tip.Server:
		b := one.Machine().Bounds()
		return b.First, b.Tail
	case *replicator.Machine:
		first, tail, _ = one.Bounds()
	case *subscriber.Machine:
		return one.Offset(), one.Offset()
	}
	return first, tail
}

// leads tells whether a host that is up leads.
func (c *cluster) leads(m Member) bool {
	s, ok := c.net.Machine(m.id()).(*seq.Machine)
	if !ok {
		return false
	}
	role, _ := s.Role()
	return role == seq.Leading
}
