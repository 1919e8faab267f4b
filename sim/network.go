package sim

import (
	"fmt"
	"maps"
	"slices"

	"battle.test/battle/deepcopy"
	"battle.test/statemachines/machine"
)

// Config is what holds for a whole network.
type Config struct {
	Seed     uint64                              // of all dice
	Link     Link                                // of each pair of hosts that is not given another
	LinkOf   func(from, to machine.Address) Link // if set, instead of Link
	InboxMax int                                 // inputs that wait for a host which is slow or paused; 0 means 1024
	SyncTime Span                                // that a disk takes to make durable what was written
	Log      int                                 // events that are kept, the last ones; 0 means none
}

const inboxMaxDefault = 1024

// An ID names a host of a network: they are numbered from 0, in the order of [Network.Add].
type ID int

// A Network is hosts, the links between them, and what is under way. Make it with [New].
type Network struct {
	config    Config
	now       int64
	queue     queue
	packets   packets
	numbers   uint64 // packets that were sent: one a receiver
	hosts     []host
	addresses map[machine.Address]ID          // shared with clones: Add makes a new one
	stride    int                             // of links, natures and effects: room for so many hosts
	links     []link                          // from*stride + to
	natures   []Link                          // of links, as SetLink gave them
	effects   []Link                          // natures with all rules
	shared    struct{ natures, effects bool } // those are a clone's, too
	rules     []Rule
	handles   Handle // of rules, that were given
	held      []heldPacket
	out       []machine.Output
	log       *Log
	watch     func(Event)
	watched   uint64 // the kinds that it is called with, a bit each
	steps     uint64
	copier    *deepcopy.Copier[machine.Machine] // shared with clones
}

// New makes a network without hosts, at time 0.
func New(config Config) *Network {
	if config.InboxMax == 0 {
		config.InboxMax = inboxMaxDefault
	}
	copier, err := deepcopy.Of[machine.Machine]()
	if err != nil {
		panic("sim: machines can't be copied: " + err.Error())
	}
	n := &Network{config: config, addresses: map[machine.Address]ID{}, copier: copier}
	if config.Log > 0 {
		n.log = newLog(config.Log)
	}
	return n
}

// Add adds a host, and starts it. It panics if its address is taken or if it can't start:
// one that is to join later is added with Down set, and started by [Network.Start].
func (n *Network) Add(h Host) ID {
	if _, taken := n.addresses[h.Address]; taken || h.Address.IsEverybody() {
		panic(fmt.Sprintf("sim: host %s can't have the address %s: give it a free one of a host", h.Name, h.Address))
	}
	id := ID(len(n.hosts))
	n.hosts = append(n.hosts, host{
		Host: h, disk: newDisk(diceOf(n.config.Seed, diskDice, int(id)), n.config.SyncTime),
		clock: clock{local: h.Clock},
	})
	n.addresses = maps.Clone(n.addresses)
	n.addresses[h.Address] = id
	n.addLinks(id)
	if n.log != nil {
		n.log.names = append(slices.Clip(n.log.names), h)
	}
	if !h.Down {
		if err := n.Start(id); err != nil {
			panic(err.Error())
		}
	}
	return id
}

// addLinks makes the links of one more host.
func (n *Network) addLinks(id ID) {
	if int(id) >= n.stride {
		n.growLinks()
	}
	n.ownNatures()
	n.ownEffects()
	for other := range id + 1 {
		n.addLink(id, other)
		n.addLink(other, id)
	}
}

// ownNatures makes what links are like without rules this network's alone.
func (n *Network) ownNatures() {
	if n.shared.natures {
		n.natures, n.shared.natures = slices.Clone(n.natures), false
	}
}

// ownEffects makes what they are like with them so.
func (n *Network) ownEffects() {
	if n.shared.effects {
		n.effects, n.shared.effects = slices.Clone(n.effects), false
	}
}

func (n *Network) addLink(from, to ID) {
	i := n.link(from, to)
	n.links[i] = link{dice: diceOf(n.config.Seed, linkDice+int(from), int(to))}
	n.natures[i] = n.config.Link
	if n.config.LinkOf != nil {
		n.natures[i] = n.config.LinkOf(n.hosts[from].Address, n.hosts[to].Address)
	}
	n.effects[i] = n.effect(from, to)
}

// strideMin is for how many hosts a network has room from the beginning.
const strideMin = 16

// growLinks makes room for twice as many hosts.
func (n *Network) growLinks() {
	old := n.stride
	n.stride = max(strideMin, 2*old)
	links, natures, effects := n.links, n.natures, n.effects
	n.links, n.natures, n.effects = make([]link, n.stride*n.stride), make([]Link, n.stride*n.stride), make([]Link, n.stride*n.stride)
	for from := range old {
		copy(n.links[from*n.stride:], links[from*old:(from+1)*old])
		copy(n.natures[from*n.stride:], natures[from*old:(from+1)*old])
		copy(n.effects[from*n.stride:], effects[from*old:(from+1)*old])
	}
}

// The parts of a network that have dice.
const (
	diskDice = 0
	linkDice = 1 // and those after it
)

// Reseed makes all dice anew.
func (n *Network) Reseed(seed uint64) {
	n.config.Seed = seed
	for i := range n.links {
		n.links[i].dice = diceOf(seed, linkDice+i/n.stride, i%n.stride)
	}
	for i := range n.hosts {
		n.hosts[i].disk.dice = diceOf(seed, diskDice, i)
	}
}

// Now is the virtual time in ns.
func (n *Network) Now() int64 { return n.now }

// Hosts is how many hosts there are.
func (n *Network) Hosts() int { return len(n.hosts) }

// At is the host with an address.
func (n *Network) At(a machine.Address) (id ID, there bool) {
	id, there = n.addresses[a]
	return id, there
}

// Name is a host's name.
func (n *Network) Name(id ID) string { return n.hosts[id].Name }

// Address is a host's address.
func (n *Network) Address(id ID) machine.Address { return n.hosts[id].Address }

// Machine is a host's machine as it is now, for looking at; it is nil while the host is
// down. Whoever steps it breaks copies of the network.
func (n *Network) Machine(id ID) machine.Machine { return n.hosts[id].machine }

// Events is how many events have happened.
func (n *Network) Events() uint64 { return n.steps }

// Watch has f called with each event of the log from now on, whether there is a log or
// not, or with those of some kinds: others then cost nothing. An event's data is valid
// during the call, in which the network is not to be changed, but for its log, by Note and
// Fail. A clone is not watched. Nil ends it.
func (n *Network) Watch(f func(Event), kinds ...EventKind) {
	n.watch, n.watched = f, 0
	if f != nil && len(kinds) == 0 {
		n.watched = 1<<eventKinds - 1
	}
	for _, k := range kinds {
		n.watched |= 1 << k
	}
}

// Log is the log of events; nil if there is none.
func (n *Network) Log() *Log { return n.log }

// Note writes a line of whoever uses the network into the log, such as what is about to
// be done to it.
func (n *Network) Note(text string) { n.tell(Event{Kind: Noted, Host: -1, Peer: -1, Text: text}) }

// Fail writes into the log what went wrong, and on which host; -1 is none.
func (n *Network) Fail(id ID, text string) {
	n.tell(Event{Kind: Failed, Host: id, Peer: -1, Text: text})
}

// wants tells whether anybody wants to know of events of a kind. Most are spared the making
// of them.
func (n *Network) wants(k EventKind) bool { return n.watched>>k&1 == 1 || n.log != nil }

func (n *Network) note(e Event) {
	e.At = n.now
	if n.log != nil {
		n.log.add(e)
	}
	if n.watch != nil && n.watched>>e.Kind&1 == 1 {
		n.watch(e)
	}
}
