package properties

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/sim"
	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/replicator"
	"battle.test/statemachines/sequencer"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/wire"
)

// A bus of two regions that are alike: each has a sequencer, a replicator, a publisher and a
// subscriber. The one whose sequencer leads is followed by the other, whose replicator sends the
// stream on there; and a failover turns that around.
const (
	sequencerOf sim.ID = 2 * iota // of region 1, and the next is that of region 2
	replicatorOf
	publisherAt
	subscriberAt
	regionHosts
)

func regionAddress(id sim.ID) machine.Address { return machine.At(1+uint16(id%2), 1+uint16(id/2)) }

// regionStart makes a host's machine.
func regionStart(id sim.ID) func(sim.Boot) (machine.Machine, error) {
	own, far := id%2, 1-id%2
	config := follow.Config{
		Stream: busStream, Address: regionAddress(id), AskEvery: 20 * sim.Millisecond, QuietMax: 50 * sim.Millisecond,
		Servers: []follow.Server{{Address: regionAddress(replicatorOf + own), Service: wire.Replicator}},
	}
	if id-own == replicatorOf {
		config.Servers = []follow.Server{
			{Address: regionAddress(sequencerOf), Service: wire.Replicator}, {Address: regionAddress(sequencerOf + 1), Service: wire.Replicator},
		}
	}
	return func(b sim.Boot) (machine.Machine, error) {
		switch id - own {
		case sequencerOf:
			return sequencer.Restart(sequencer.Config{
				Stream: busStream, Self: config.Address, HeartbeatEvery: 5 * sim.Millisecond, RetainMin: 1 << 16,
				Replicators: []machine.Address{regionAddress(replicatorOf + far)}, Requests: serve.Limits{AnswerMax: 300}, Follow: config,
			}, b.Snapshot, b.Journal)
		case replicatorOf:
			return replicator.Restart(replicator.Config{
				Stream: busStream, Self: config.Address, Resend: true, Follow: config, Requests: serve.Limits{AnswerMax: 300},
			}, b.Snapshot, b.Journal)
		case publisherAt:
			return publisher.New(publisher.Config{
				Follow: config, Publisher: publisherOf(id),
				Sequencers: []machine.Address{regionAddress(sequencerOf), regionAddress(sequencerOf + 1)},
			})
		}
		return subscriber.New(subscriber.Config{Follow: config}, 0)
	}
}

// regions is such a bus, and what its subscribers were given.
type regions struct {
	net   *sim.Network
	given [2][]string
}

func newRegions(loss int) *regions {
	r := &regions{net: sim.New(sim.Config{
		SyncTime: sim.Even(300*sim.Microsecond, 300*sim.Microsecond),
		LinkOf: func(from, to machine.Address) sim.Link {
			latency := 100 * sim.Microsecond
			if from.Region() != to.Region() {
				latency = 5 * sim.Millisecond
			}
			return sim.Link{Latency: sim.Even(latency, latency), Faults: sim.Faults{Loss: sim.Percent(loss)}}
		},
	})}
	for id := range regionHosts {
		r.net.Add(sim.Host{Name: fmt.Sprint("host-", id), Address: regionAddress(id), Start: regionStart(id)})
	}
	r.net.Watch(func(e sim.Event) {
		if e.Host < subscriberAt {
			return
		}
		if d, err := subscriber.ReadDelivery(e.Data); err == nil && d.Kind == subscriber.Message {
			i := e.Host - subscriberAt
			r.given[i] = append(r.given[i], string(d.Frame.Payload))
			r.net.Command(e.Host, subscriber.AppendTaken(nil, d.Next))
		}
	}, sim.Delivered)
	return r
}

// grant has the sequencer of a region lead, and the other stand by.
func (r *regions) grant(epoch uint64, region sim.ID) {
	leader, standby := sequencerOf+region, sequencerOf+1-region
	r.net.Command(standby, (&sequencer.Grant{Duty: sequencer.StandBy, Epoch: epoch, Other: regionAddress(leader)}).Append(nil))
	r.net.Command(leader, (&sequencer.Grant{Duty: sequencer.LeadPaired, Epoch: epoch, After: epoch - 1, Other: regionAddress(standby)}).Append(nil))
	r.net.RunFor(100 * sim.Millisecond)
}

// publish has the publisher of each region send messages, and waits until all are everywhere.
func (r *regions) publish(t *testing.T, round int) {
	const messages = 20
	want := len(r.given[0]) + 2*messages
	for i := range messages {
		for region := range sim.ID(2) {
			r.net.Command(publisherAt+region, fmt.Appendf(nil, "%d of round %d, from region %d", i, round, 1+region))
		}
	}
	require.NoError(t, r.net.Settle(5*sim.Second, func() bool { return len(r.given[0]) >= want && len(r.given[1]) >= want }), "round %d", round)
	require.Len(t, r.given[0], want)
	require.Equal(t, r.given[0], r.given[1])
}

func TestRegionsFollowEachOther(t *testing.T) {
	r := newRegions(5)
	for round := range 6 {
		r.grant(uint64(1+round), sim.ID(round%2))
		r.publish(t, round)
	}
}

// The stream is sent on in either region, and nobody has to ask for it: a message is everywhere after
// the way to the standby and back, and once more to the other region.
func TestTheStreamIsSentOnInBothRegions(t *testing.T) {
	for home := range sim.ID(2) {
		r := newRegions(0)
		r.grant(1, home)
		r.publish(t, 0)
		r.net.Command(publisherAt+home, []byte("soon"))
		r.net.RunFor(20 * sim.Millisecond)
		for _, given := range r.given {
			require.Equal(t, "soon", given[len(given)-1])
		}
	}
}

// A region that was cut off follows as soon as it is not: what it missed it gets from the other.
func TestARegionThatWasCutOffFollowsAgain(t *testing.T) {
	for home := range sim.ID(2) {
		r := newRegions(5)
		r.grant(1, home)
		r.publish(t, 0)
		var here, there []sim.ID
		for id := range regionHosts {
			if id%2 == home {
				here = append(here, id)
			} else {
				there = append(there, id)
			}
		}
		alone := sequencer.Grant{Duty: sequencer.LeadAlone, Epoch: 2, After: 1}
		r.net.Command(sequencerOf+home, alone.Append(nil))
		cut := r.net.Impose(sim.Rule{From: here, To: there, Both: true, Faults: sim.Faults{Cut: true}})
		r.net.Command(publisherAt+home, []byte("while it is cut off"))
		r.net.RunFor(300 * sim.Millisecond)
		require.Equal(t, "while it is cut off", r.given[home][len(r.given[home])-1])
		require.NotContains(t, r.given[1-home], "while it is cut off")
		r.net.Lift(cut)
		r.net.RunFor(sim.Second)
		require.Equal(t, r.given[home], r.given[1-home])
	}
}
