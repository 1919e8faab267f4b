package sequencer

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// A pair is two sequencers, their disks, a network that loses, repeats and reorders, and an
// operator who keeps to the rule of docs/bus.md. It knows what was accepted: whatever a leader
// ever counted as such.
type pair struct {
	t        *rapid.T
	now      int64
	hosts    [2]pairHost
	network  []pairPacket
	epoch    uint64
	grants   []pairGrant
	accepted []byte
	seen     map[string]int // what happened, for the test of this test
}

type pairHost struct {
	config  Config
	machine *Machine
	disk    []byte
	synced  int
	kept    *snapshot.Snapshot
}

type pairPacket struct {
	from, to machine.Address
	data     []byte
}

// A pairGrant is an epoch that was granted: to which host, and whether the other was paired
// with it.
type pairGrant struct {
	epoch  uint64
	leader int
	paired bool
	grant  Grant
	known  bool // the operator knows what became of it
}

func newPair(t *rapid.T) *pair {
	p := &pair{t: t, seen: map[string]int{}}
	for i := range p.hosts {
		p.hosts[i].config = Config{
			Stream: "aria", Self: machine.At(1, uint16(1+i)), HeartbeatEvery: second / 100,
			Requests: serve.Limits{Rate: 1 << 60, Burst: 1 << 30, AnswerMax: 50},
		}
		m, err := New(p.hosts[i].config)
		require.NoError(t, err)
		p.hosts[i].machine = m
	}
	return p
}

func (p *pair) number(from, to int) int { return rapid.IntRange(from, to).Draw(p.t, "n") }

// step gives a host's machine an input, does what it says, and looks.
func (p *pair) step(i int, in machine.Input) {
	h := &p.hosts[i]
	out := h.machine.Step(p.now, in, nil)
	for _, o := range out {
		data := bytes.Clone(o.Data)
		switch o.Kind {
		case machine.Write:
			h.disk = append(h.disk, data...)
		case machine.Send:
			for k := range p.hosts {
				if self := p.hosts[k].config.Self; k != i && (o.To == self || o.To.IsEverybody()) {
					p.network = append(p.network, pairPacket{h.config.Self, self, data})
				}
			}
		case machine.Deliver:
			var r Report
			require.True(p.t, r.Decode(data))
			p.seen[r.What.String()]++
		}
	}
	require.Equal(p.t, uint64(len(h.disk)), h.machine.JournalLength())
	p.check(i)
	for _, o := range out {
		if o.Kind == machine.Send {
			p.checkPacket(o.Data)
		}
	}
}

// checkPacket checks that what a packet gives out as accepted is what was.
func (p *pair) checkPacket(data []byte) {
	var packet wire.Packet
	require.Equal(p.t, wire.Fault{}, packet.Open(data, wire.Latest, aria))
	var s wire.Stream
	var a wire.Answer
	switch packet.Kind {
	case wire.KindStream:
		require.Equal(p.t, wire.Fault{}, s.Decode(&packet))
	case wire.KindAnswer:
		require.Equal(p.t, wire.Fault{}, a.Decode(&packet))
		s.Offset, s.Committed, s.Frames = a.Offset, a.Committed, a.Data
	default:
		return
	}
	require.LessOrEqual(p.t, s.Committed, uint64(len(p.accepted)), "more than was accepted")
	end := min(s.Offset+uint64(len(s.Frames)), s.Committed)
	if end > s.Offset {
		require.True(p.t, bytes.Equal(p.accepted[s.Offset:end], s.Frames[:end-s.Offset]), "a %s gives out something else as accepted", packet.Kind)
	}
}

// check checks that what a host counts as accepted is what was accepted before, and more if it
// leads; and that a leader has all of it.
func (p *pair) check(i int) {
	m := p.hosts[i].machine
	have := m.history.log.Bytes(0)
	known := min(m.committed, uint64(len(have)))
	if m.role != Leading {
		known = min(known, m.follower.Tail()) // the rest it gives to nobody
	}
	both := min(known, uint64(len(p.accepted)))
	require.True(p.t, bytes.Equal(p.accepted[:both], have[:both]), "host %d: what is accepted differs", i)
	if m.role == Leading && m.committed > uint64(len(p.accepted)) {
		p.accepted = bytes.Clone(have[:m.committed])
	}
	if n := len(p.grants); m.role == Leading && n > 0 && m.epoch == p.grants[n-1].epoch {
		require.GreaterOrEqual(p.t, len(have), len(p.accepted), "host %d leads, and lacks what was accepted", i)
		require.True(p.t, bytes.Equal(p.accepted, have[:len(p.accepted)]), "host %d leads another stream", i)
	}
}

// deliver hands a packet over, or loses it.
func (p *pair) deliver(k int, twice, lost bool) {
	one := p.network[k]
	if !twice {
		p.network = slices.Delete(p.network, k, k+1)
	}
	for i := range p.hosts {
		if p.hosts[i].config.Self == one.to && !lost {
			p.step(i, packet(one.from, one.data))
		}
	}
}

// grant is the operator's: the next epoch goes to a sequencer that was in the last one, leading
// or paired. If it is not whole in that, nothing was accepted in it that it lacks, and the grant
// may come after the one before, if it was in that, too. Commands come at once, or not at all; then
// they are repeated before there is another.
func (p *pair) grant(leader int, paired, lost bool) {
	p.tell(false)
	p.epoch++
	g := Grant{Duty: LeadAlone, Epoch: p.epoch}
	if paired {
		g.Duty, g.Other = LeadPaired, p.hosts[1-leader].config.Self
	}
	for k := len(p.grants); k > 0; k-- {
		before := p.grants[k-1]
		if before.leader != leader && !before.paired {
			return // it was not in that one
		}
		if before.epoch <= p.hosts[leader].machine.whole || lost && k < len(p.grants) {
			g.After = before.epoch
			break
		}
	}
	p.grants = append(p.grants, pairGrant{p.epoch, leader, paired, g, false})
	p.tell(lost)
}

// tell tells the last leader its grant, until the operator knows that it came. What is refused
// was never granted.
func (p *pair) tell(lost bool) {
	n := len(p.grants)
	if n == 0 || p.grants[n-1].known || lost {
		return
	}
	last := &p.grants[n-1]
	last.known = true
	refused := p.seen[RefusedHole.String()] + p.seen[RefusedOld.String()]
	p.step(last.leader, machine.Input{Kind: machine.Command, Data: last.grant.Append(nil)})
	if refused != p.seen[RefusedHole.String()]+p.seen[RefusedOld.String()] {
		p.grants = p.grants[:n-1]
	}
}

// standBy tells the other half of the pair.
func (p *pair) standBy() {
	if n := len(p.grants); n > 0 && p.grants[n-1].paired {
		last := p.grants[n-1]
		g := Grant{Duty: StandBy, Other: p.hosts[last.leader].config.Self, Epoch: last.epoch}
		p.step(1-last.leader, machine.Input{Kind: machine.Command, Data: g.Append(nil)})
	}
}

// crash ends a host's machine and makes it anew of what its disk has: all that was synced, and
// maybe more.
func (p *pair) crash(i int) {
	h := &p.hosts[i]
	h.disk = h.disk[:p.number(h.synced, len(h.disk))]
	kept := h.kept
	if p.number(0, 2) == 0 {
		kept = nil
	}
	m, err := Restart(h.config, kept, h.disk)
	require.NoError(p.t, err)
	h.machine = m
	h.disk = h.disk[:m.JournalLength()]
	h.synced = min(h.synced, len(h.disk))
	p.seen["crash"]++
	p.check(i)
}

// sync makes some of a host's journal durable, or all of it.
func (p *pair) sync(i, n int) {
	h := &p.hosts[i]
	h.synced = n
	p.step(i, machine.Input{Kind: machine.Synced, Length: uint64(n)})
}

// publish gives a host the next message of a publisher, as far as that host knows, or one that
// it has.
func (p *pair) publish(i, id, back int) {
	m := p.hosts[i].machine
	sequence := m.history.publishers.last(uint64(id)) + 1
	sequence -= min(sequence-1, uint64(back))
	payload := []byte{byte(p.number(0, 255)), byte(i)}
	in := wire.Inject{Publisher: uint64(id), Sequence: sequence, Payload: payload[:p.number(0, 2)]}
	p.step(i, packet(publisher1, in.Append(nil, header(m.epoch))))
}

// ask asks a host for bytes in its own epoch.
func (p *pair) ask(i int) {
	m := p.hosts[i].machine
	r := wire.Request{Offset: uint64(p.number(0, int(m.history.tail()))), Length: 50}
	p.step(i, packet(publisher1, r.Append(nil, header(m.epoch))))
}

// act does one thing that may happen.
func (p *pair) act() {
	p.now += int64(p.number(0, second/100))
	i := p.number(0, 1)
	h := &p.hosts[i]
	switch what := p.number(0, 30); {
	case what < 8:
		p.publish(i, p.number(1, 3), p.number(0, 1))
	case what < 13:
		p.sync(i, p.number(h.synced, len(h.disk)))
	case what < 23 && len(p.network) > 0:
		k := 0
		if p.number(0, 3) == 0 {
			k = p.number(0, len(p.network)-1)
		}
		p.deliver(k, p.number(0, 9) == 0, p.number(0, 5) == 0)
	case what == 23:
		p.grant(i, p.number(0, 3) > 0, p.number(0, 4) == 0)
	case what == 24, what == 25:
		p.standBy()
	case what == 26:
		p.crash(i)
	case what == 27:
		h.kept = h.machine.Snapshot("test")
	case what == 28:
		p.network = nil // a while during which nothing comes through
	case what == 29:
		p.ask(i)
	default:
		p.step(i, machine.Input{})
	}
}

// settle ends all faults: somebody is granted an epoch, and everything goes through.
func (p *pair) settle() {
	p.network = nil
	p.tell(false)
	leader := 0
	if n := len(p.grants); n > 0 {
		leader = p.grants[n-1].leader
	}
	before := len(p.grants)
	p.grant(leader, true, false)
	require.Greater(p.t, len(p.grants), before, "who had the last epoch may have the next")
	p.standBy()
	for range 400 {
		p.now += second / 200
		for i := range p.hosts {
			p.sync(i, len(p.hosts[i].disk))
			p.step(i, machine.Input{})
		}
		for len(p.network) > 0 {
			p.deliver(0, false, false)
		}
	}
	a, b := p.hosts[leader].machine, p.hosts[1-leader].machine
	require.Equal(p.t, Leading, a.role)
	require.Equal(p.t, Standing, b.role)
	require.Equal(p.t, a.history.tail(), a.committed, "all is accepted")
	require.Equal(p.t, a.committed, b.committed)
	require.Equal(p.t, a.epoch, b.whole)
	require.Equal(p.t, a.history.log.Bytes(0), b.history.log.Bytes(0))
	require.True(p.t, slices.Equal(a.history.publishers, b.history.publishers), "the numbers of publishers")
}

// Whatever is lost, comes twice or late, crashes and is granted by an operator who keeps to the
// rule: nothing that was accepted is lost or comes to stand elsewhere; each publisher's messages are
// there once and in order; and when faults stop, two sequencers agree.
func TestWhatIsAcceptedStaysAccepted(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := newPair(t)
		p.grant(0, true, false)
		p.standBy()
		for range rapid.SampledFrom([]int{10, 50, 100, 200, 400}).Draw(t, "steps") {
			p.act()
		}
		p.settle()
		last := map[uint64]uint64{}
		for rest := p.accepted; len(rest) > 0; {
			f, size, fault := wire.NextFrame(rest)
			require.Equal(t, wire.None, fault.Reason)
			require.Equal(t, last[f.Publisher]+1, f.Sequence)
			last[f.Publisher] = f.Sequence
			rest = rest[size:]
		}
		for what, n := range p.seen {
			seen[what] += n
		}
		seen["accepted bytes"] += len(p.accepted)
	})
	for _, what := range []string{"crash", "accepted bytes", "leads", "is-whole"} { // hundreds of each
		require.NotZero(t, seen[what], "%s: the test has seen %v", what, seen)
	}
}
