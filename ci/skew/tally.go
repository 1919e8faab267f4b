package skew

import (
	"fmt"

	"battle.test/statemachines/wire"
)

// A Tally counts what machines of one release got from those of the other.
type Tally map[Exchange]int

// An Exchange is a way from one release to the other.
type Exchange struct {
	What  string // as in "packet stream of version 2", or "snapshot of tip"
	ToOld bool   // the previous release gets it from this tree; else the other way round
}

// enough is how much of each there must be: less would say little.
const enough = 3

// laterSnapshot is one of a version that the previous release does not know, and refuses. This tree knows
// all of its versions.
const laterSnapshot = "snapshot of a later version"

// count counts what one program got from another, if they are of two releases.
func (t Tally) count(what string, from, to Program) {
	if from.isOld() != to.isOld() {
		t[Exchange{what, to.isOld()}]++
	}
}

func packetName(k wire.Kind, version uint8) string {
	return fmt.Sprintf("packet %s of version %d", k, version)
}

// packet counts a packet, which nobody has damaged, by its kind and version.
func (t Tally) packet(from, to Program, packet []byte) {
	if from.isOld() != to.isOld() {
		const version, kind = 2, 4 // in its header
		t.count(packetName(wire.Kind(packet[kind]), packet[version]), from, to)
	}
}

// service is what the host's snapshots and journals are of.
func (h Host) service() string {
	return [hosts]string{
		SeqA: "sequencer", SeqB: "sequencer", Tip1: "tip", Tip2: "tip", Rep1: "replicator", Rep2: "replicator",
		Disc1: "discovery", Disc2: "discovery", Pub1: "publisher", Pub2: "publisher", Sub1: "subscriber", Sub2: "subscriber",
	}[h]
}

// missing says of what there was not enough: a run in which nothing was exchanged proves nothing.
func (t Tally) missing() (all []string) {
	want := []string{"journal of sequencer", "journal of replicator"}
	for h := SeqB; h <= Sub1; h++ {
		want = append(want, "snapshot of "+h.service())
	}
	for kind := wire.KindInject; kind <= wire.KindFound; kind++ {
		want = append(want, packetName(kind, wire.Version1), packetName(kind, wire.Version2))
	}
	for _, what := range want {
		for _, toOld := range []bool{false, true} {
			if n := t[Exchange{what, toOld}]; n < enough {
				way := map[bool]string{false: "from the previous release to this tree", true: "from this tree to the previous release"}[toOld]
				all = append(all, fmt.Sprintf("%s: %d %s, want at least %d", what, n, way, enough))
			}
		}
	}
	if n := t[Exchange{laterSnapshot, true}]; n < enough {
		all = append(all, fmt.Sprintf("%s: %d from this tree to the previous release, want at least %d", laterSnapshot, n, enough))
	}
	return all
}
