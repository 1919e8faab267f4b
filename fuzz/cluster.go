package fuzz

import (
	"fmt"
	"time"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/oracle"
	"battle.test/sim"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Cluster is the whole bus, on a simulated network of two regions, beside a model of what
// a bus may do: see oracle.Bus. Everything that happens to it is an update, and so is the end of
// faults, after which everybody must catch up.
//
// Its machines are copied by package deepcopy, to the last pointer: the explorer holds a copy to
// doing the same as its original in every branch of the code, so it must have the same memory, too.
var Cluster = battle.Target[*cluster]{
	Name: "cluster",
	New:  newCluster,
	Ops: battle.Ops(
		battle.Op[*Message](10),
		battle.Op[*Run](12),
		battle.Op[*RunEvents](4),
		battle.Op[*Kill](3),
		battle.Op[*Boot](4),
		battle.Op[*SaveState](3),
		battle.Op[*Sever](2),
		battle.Op[*SeverHost](1),
		battle.Op[*SeverRegions](1),
		battle.Op[*Disturb](2),
		battle.Op[*Clog](2),
		battle.Op[*Unclog](2),
		battle.Op[*Mend](3),
		battle.Op[*Freeze](1),
		battle.Op[*Thaw](1),
		battle.Op[*Drag](1),
		battle.Op[*SetClock](1),
		battle.Op[*SpoilDisk](2),
		battle.Op[*Elect](3),
		battle.Op[*AskServer](4),
		battle.Op[*Resend](2),
		battle.Op[*Upgrade](1),
		battle.Op[*Settle](2),
		battle.Op[*Mangle](2),
		battle.Op[*Misplace](1),
		battle.Op[*Bulk](1),
		battle.Op[*Doze](1),
		battle.Op[*Bounce](3),
		battle.Op[*FailOver](2),
	),
	Require: []battle.Requirement{
		battle.Require("settled", 0.2),
		battle.Require("answered", 0.2),
		battle.Require("too old", 0.1),
		battle.Require("wrong epoch", 0.4),
		battle.Require("another region was refused", 0.4),
		battle.Require("an epoch was granted", 0.4),
		battle.Require("a leader was killed", 0.2),
		battle.Require("a failover while messages are on the way", 0.04),
		battle.Require("a host went back to version 1 in mid-run", 0.05),
		battle.Require("a misplaced snapshot was refused", 0.08),
		battle.Require("a restarted tip was asked for what came before its snapshot", 0.01),
		battle.Require("refused what is of-an-old-epoch", 0.1),
		battle.Require("refused what is of-the-future", 0.1),
	},
	Check:  checkCluster,
	Clone:  (*cluster).clone,
	Corpus: corpus.FS,

	// The liveness phase takes long when nobody catches up.
	HangAfter: 60 * time.Second,
}

// A cluster is the bus with its network, its operator and its model.
type cluster struct {
	net      *sim.Network
	bus      *oracle.Bus
	requests oracle.BusRequests
	operator operator
	wrong    error // the first thing that must not be
	kept     appsKept
	restored *uint64      // the snapshot of which a host is being started
	running  [members]int // the version of each host's program, as sim counts them
	said     int          // messages, of all applications
	last     []byte       // the packet that was sent last, of those that were looked at
	labels   uint64       // of what was seen since the last update, a bit each

	hosts     [members]oracle.BusHost
	began     [members]uint64 // where servers went on from in the stream
	misplaced []misplaced
	apps      [len(subscribers)]taker
	bytes     uint64 // of what was said
}

// clusterSettles is the bound of the liveness phase: so long after faults stop, everybody has
// caught up.
const clusterSettles = 5 * sim.Second

// clusterEventsMax is how many events may happen meanwhile. Heartbeats are some 2,000 a second: so
// many more mean that machines ask each other without end.
const clusterEventsMax = 40_000

// clusterEventsEach is how many more may for each message there was: it may have to be sent again,
// and each subscriber to ask for it.
const clusterEventsEach = 50

func newCluster() *cluster { return clusterWithLog(0) }

// clusterWithLog makes a cluster whose network keeps a log of so many events.
func clusterWithLog(size int) *cluster {
	c := &cluster{bus: oracle.NewBus()}
	c.bus.Ahead, c.bus.Rate, c.bus.Burst = clusterAhead, float64(clusterRate.PerSecond), float64(clusterRate.Burst)
	c.net = sim.New(sim.Config{
		Log:      size,
		LinkOf:   clusterLink,
		SyncTime: sim.Tailed(100*sim.Microsecond, 2*sim.Millisecond),
		InboxMax: 200,
	})
	if size > 0 {
		c.net.Log().Describe, c.net.Log().Routine = describeCluster, isRoutine
	}
	for m := range members {
		c.net.Add(m.host())
	}
	for a := range members {
		if a.isSubscriber() {
			c.bus.Delivered[a.String()] = 0
		}
	}
	c.watch()
	c.operator.begin(c)
	return c
}

// clusterLink is a link within a region, or a slow one between the two.
func clusterLink(from, to machine.Address) sim.Link {
	if from.Region() == to.Region() {
		return sim.Link{Latency: sim.Tailed(50*sim.Microsecond, 400*sim.Microsecond)}
	}
	return sim.Link{Latency: sim.Tailed(5*sim.Millisecond, 8*sim.Millisecond)}
}

// clone copies the cluster. What the network shares is copied when it is changed.
func (c *cluster) clone() *cluster {
	another := *c
	another.net, another.bus, another.requests = c.net.Clone(), c.bus.Clone(), c.requests.Clone()
	another.last = append([]byte(nil), c.last...)
	for m := range another.hosts {
		another.hosts[m] = c.hosts[m].Clone()
	}
	another.watch()
	return &another
}

// watch has the cluster judge what its network does.
func (c *cluster) watch() {
	c.net.Watch(c.saw, sim.Sent, sim.Wrote, sim.Delivered, sim.Commanded, sim.SnapshotTaken, sim.SnapshotRefused, sim.Restored, sim.Started)
}

// saw judges an event of the network.
func (c *cluster) saw(e sim.Event) {
	if c.wrong != nil {
		return
	}
	switch e.Kind {
	case sim.Sent:
		if len(e.Data) > 4 && wire.Kind(e.Data[4]) == wire.KindRequest {
			c.sawRequest(&e)
		}
		if Member(e.Host) != Asker {
			c.wrong = c.sawPacket(&e)
		}
	case sim.Wrote:
		c.wrong = c.sawWrite(Member(e.Host), e.Data)
	default:
		c.wrong = c.sawApp(Member(e.Host), e)
	}
	if c.wrong != nil {
		c.wrong = fmt.Errorf("at %d.%09d s, %s: %w", e.At/sim.Second, e.At%sim.Second, Member(e.Host), c.wrong)
		c.net.Fail(e.Host, c.wrong.Error())
	}
}

// sawPacket judges a packet that a machine sent. One to many is judged once.
func (c *cluster) sawPacket(e *sim.Event) error {
	if len(e.Data) == len(c.last) && string(e.Data) == string(c.last) {
		return nil
	}
	c.last = append(c.last[:0], e.Data...)
	p, err := oracle.ReadBusPacket(e.Data)
	if err != nil {
		return err
	}
	m := Member(e.Host)
	c.see(p, m, Member(e.Peer))
	if err := c.hosts[m].Sent(p); err != nil {
		return err
	}
	if err := c.bus.Sent(m.String(), p); err != nil {
		return err
	}
	switch {
	case p.Kind == "stream" && m.isSequencer():
		return c.sawCommitted(m, p)
	case p.Kind == "found":
		return c.bus.Found(m.region(), Member(e.Peer).region(), p)
	case p.Kind == "answer" || p.Kind == "refusal":
		return c.sawAnswer(m, Member(e.Peer), p)
	}
	return nil
}

// sawRequest notes what a client asks for. One of the asker's need not be a packet.
func (c *cluster) sawRequest(e *sim.Event) {
	if p, err := oracle.ReadBusPacket(e.Data); err == nil {
		c.requests.Asked(int(e.Host), int(e.Peer), p)
	}
}

// sawAnswer judges an answer or a refusal by what was asked for, and by what the server has.
func (c *cluster) sawAnswer(server, client Member, p oracle.BusPacket) error {
	if first, tail := c.bounds(server); p.First > first || p.Tail > tail {
		return fmt.Errorf("%s %s: it says that it has bytes from %d to %d, and has those from %d to %d", p.Kind, p.Reason, p.First, p.Tail, first, tail)
	}
	return c.requests.Answered(int(server), int(client), p)
}

// The things that are seen on the network, and labelled.
var clusterSights = [...]string{
	"answered", "too old", "future", "wrong epoch", "busy", "uncommitted",
	sawMisplaced: "a misplaced snapshot was refused", sawCut: "a slow client was cut off",
	sawBelow: "a restarted tip was asked for what came before its snapshot", sawAcross: "another region was refused",
	sawDowngrade: "a host went back to version 1 in mid-run",
	sawLater:     "a later snapshot was refused",
	sawTooFast:   "a publisher was too fast",
}

// The sights that are no answers.
const (
	sawMisplaced = 6 + iota
	sawCut
	sawBelow
	sawAcross
	sawDowngrade
	sawLater
	sawTooFast
)

// see notes what a packet is.
func (c *cluster) see(p oracle.BusPacket, from, to Member) {
	switch {
	case p.Kind == "answer" && len(p.Data) > 0:
		c.labels |= 1
	case p.Kind == "injected" && p.Reason == "too fast":
		c.labels |= 1 << sawTooFast
	case p.Kind == "refusal":
		if from.region() != to.region() {
			c.labels |= 1 << sawAcross
		}
		if from.service() == "tip" && p.Reason == "too old" && p.First > 0 && p.First == c.began[from] {
			c.labels |= 1 << sawBelow
		}
		for i, name := range clusterSights {
			if p.Reason == name {
				c.labels |= 1 << i
			}
		}
	}
}

func checkCluster(t *battle.T, c *cluster) {
	for i, name := range clusterSights {
		if c.labels>>i&1 != 0 {
			t.Label(name)
		}
	}
	c.labels = 0
	if c.wrong != nil {
		t.Errorf("%v", c.wrong)
	}
}
