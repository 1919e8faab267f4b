package skew

import (
	"battle.test/sim"
	"battle.test/statemachines/discovery"
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
	olddiscovery "old.battle.test/statemachines/discovery"
	oldpublisher "old.battle.test/statemachines/publisher"
	oldreplicator "old.battle.test/statemachines/replicator"
	oldsequencer "old.battle.test/statemachines/sequencer"
	oldsnapshot "old.battle.test/statemachines/snapshot"
	oldsubscriber "old.battle.test/statemachines/subscriber"
	oldtip "old.battle.test/statemachines/tip"
)

// Host is a host of the bus.
type Host uint8

// The hosts: those of the first region, and those of the second.
const (
	SeqA Host = iota
	SeqB
	Tip1
	Rep1
	Disc1
	Pub1
	Sub1
	Tip2
	Rep2
	Disc2
	Pub2
	Sub2
	hosts
)

var hostNames = [hosts]string{
	"seq-a", "seq-b", "tip-1", "rep-1", "disc-1", "pub-1", "sub-1", "tip-2", "rep-2", "disc-2", "pub-2", "sub-2",
}

// String is the host's name, as in "tip-1".
func (h Host) String() string { return hostNames[h%hosts] }

func (h Host) id() sim.ID { return sim.ID(h) }

func (h Host) region() uint16 {
	if h >= Tip2 {
		return 2
	}
	return 1
}

func (h Host) address() machine.Address { return machine.At(h.region(), uint16(h)+1) }

func (h Host) isPublisher() bool { return h == Pub1 || h == Pub2 }

// publisher is a publisher's number.
func (h Host) publisher() uint64 { return 100 + uint64(h) }

func (h Host) isSubscriber() bool { return h == Sub1 || h == Sub2 }

func (h Host) isSequencer() bool { return h == SeqA || h == SeqB }

// stream is the stream's name.
const stream = "aria"

// following is how a host follows the stream. Times are so short that much happens within a few
// updates.
func (h Host) following(p Program) follow.Config {
	config := follow.Config{
		Stream: stream, Version: p.version(), Address: h.address(),
		AskMax: 400, AskEvery: 20 * sim.Millisecond, LookupEvery: 50 * sim.Millisecond, QuietMax: 50 * sim.Millisecond,
		Discovery: []machine.Address{Disc1.address(), Disc2.address()},
	}
	if h.region() == Disc2.region() {
		config.Discovery = []machine.Address{Disc2.address(), Disc1.address()}
	}
	for _, knows := range [...]struct{ who, server Host }{
		{Rep1, SeqA}, {Rep1, SeqB}, {Rep1, Rep2}, {Rep2, SeqA}, {Rep2, SeqB}, {Rep2, Rep1}, {Tip1, Rep1}, {Tip2, Rep2},
	} {
		if knows.who == h {
			config.Servers = append(config.Servers, follow.Server{Address: knows.server.address(), Service: wire.Replicator})
		}
	}
	return config
}

func (h Host) sequencer(p Program) sequencer.Config {
	return sequencer.Config{
		Stream: stream, Self: h.address(), Version: p.version(), Replicators: []machine.Address{Rep2.address()},
		HeartbeatEvery: 5 * sim.Millisecond, RetainMin: 1 << 16, Requests: serve.Limits{AnswerMax: 300}, Follow: h.following(p),
	}
}

func (h Host) tip(p Program) tip.ServerConfig {
	limits := tip.Limits{AnswerMax: 300}
	return tip.ServerConfig{
		Self: h.address(), Version: p.version(),
		Tip:    tip.Config{Stream: stream, Region: h.region(), Capacity: 1 << 9, Local: limits, Remote: limits},
		Follow: h.following(p), AdvertEvery: 20 * sim.Millisecond,
	}
}

func (h Host) replicator(p Program) replicator.Config {
	return replicator.Config{
		Stream: stream, Self: h.address(), Version: p.version(), Resend: h.region() == Rep2.region(),
		Follow: h.following(p), Requests: serve.Limits{AnswerMax: 300}, AdvertEvery: 20 * sim.Millisecond,
	}
}

func (h Host) discovery(p Program) discovery.Config {
	return discovery.Config{Stream: stream, Self: h.address(), Version: p.version(), ExpireAfter: 100 * sim.Millisecond}
}

func (h Host) publish(p Program) publisher.Config {
	return publisher.Config{
		Follow: h.following(p), Publisher: h.publisher(), Sequencers: []machine.Address{SeqA.address(), SeqB.address()},
	}
}

func (h Host) subscribe(p Program) subscriber.Config {
	return subscriber.Config{Follow: h.following(p)}
}

// start starts a program on the host, of what its disk has.
func (h Host) start(p Program, kept *snapshot.Snapshot, journal []byte) (machine.Machine, error) {
	if !p.isOld() {
		return h.startNew(p, kept, journal)
	}
	if kept == nil {
		return h.startOld(p, nil, journal)
	}
	s, err := readOld(kept)
	if err != nil {
		return nil, err
	}
	return h.startOld(p, s, journal)
}

func (h Host) startNew(p Program, kept *snapshot.Snapshot, journal []byte) (machine.Machine, error) {
	switch h {
	case SeqA, SeqB:
		return sequencer.Restart(h.sequencer(p), kept, journal)
	case Tip1, Tip2:
		return tip.RestartServer(h.tip(p), kept)
	case Rep1, Rep2:
		return replicator.Restart(h.replicator(p), kept, journal)
	}
	if kept != nil {
		return h.restoreNew(p, kept)
	}
	switch h {
	case Disc1, Disc2:
		return discovery.New(h.discovery(p))
	case Pub1, Pub2:
		return publisher.New(h.publish(p))
	}
	return subscriber.New(h.subscribe(p), 0)
}

// restoreNew makes the machine that a snapshot is of.
func (h Host) restoreNew(p Program, kept *snapshot.Snapshot) (machine.Machine, error) {
	switch h {
	case SeqA, SeqB:
		return sequencer.Restore(h.sequencer(p), kept)
	case Tip1, Tip2:
		return tip.RestoreServer(h.tip(p), kept)
	case Rep1, Rep2:
		return replicator.Restore(h.replicator(p), kept)
	case Disc1, Disc2:
		return discovery.Restore(h.discovery(p), kept)
	case Pub1, Pub2:
		return publisher.Restore(h.publish(p), kept)
	}
	return subscriber.Restore(h.subscribe(p), kept)
}

// startOld is startNew by the previous release.
func (h Host) startOld(p Program, kept *oldsnapshot.Snapshot, journal []byte) (machine.Machine, error) {
	switch h {
	case SeqA, SeqB:
		return asNew(oldsequencer.Restart(convert[oldsequencer.Config](h.sequencer(p)), kept, journal))
	case Tip1, Tip2:
		return asNew(oldtip.RestartServer(convert[oldtip.ServerConfig](h.tip(p)), kept))
	case Rep1, Rep2:
		return asNew(oldreplicator.Restart(convert[oldreplicator.Config](h.replicator(p)), kept, journal))
	}
	if kept != nil {
		return h.restoreOld(p, kept)
	}
	switch h {
	case Disc1, Disc2:
		return asNew(olddiscovery.New(convert[olddiscovery.Config](h.discovery(p))))
	case Pub1, Pub2:
		return asNew(oldpublisher.New(convert[oldpublisher.Config](h.publish(p))))
	}
	return asNew(oldsubscriber.New(convert[oldsubscriber.Config](h.subscribe(p)), 0))
}

// restoreOld is restoreNew by the previous release.
func (h Host) restoreOld(p Program, kept *oldsnapshot.Snapshot) (machine.Machine, error) {
	switch h {
	case SeqA, SeqB:
		return asNew(oldsequencer.Restore(convert[oldsequencer.Config](h.sequencer(p)), kept))
	case Tip1, Tip2:
		return asNew(oldtip.RestoreServer(convert[oldtip.ServerConfig](h.tip(p)), kept))
	case Rep1, Rep2:
		return asNew(oldreplicator.Restore(convert[oldreplicator.Config](h.replicator(p)), kept))
	case Disc1, Disc2:
		return asNew(olddiscovery.Restore(convert[olddiscovery.Config](h.discovery(p)), kept))
	case Pub1, Pub2:
		return asNew(oldpublisher.Restore(convert[oldpublisher.Config](h.publish(p)), kept))
	}
	return asNew(oldsubscriber.Restore(convert[oldsubscriber.Config](h.subscribe(p)), kept))
}
