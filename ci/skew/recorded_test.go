package skew

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
	oldsnapshot "old.battle.test/statemachines/snapshot"
	oldwire "old.battle.test/statemachines/wire"
)

// record runs a bus of one program, in which everybody has a lot to say, and keeps what is sent.
func record(t *testing.T, p Program) (b *bus, packets [][]byte) {
	b = newBus(p, Tally{})
	seen := map[string]bool{}
	b.packet = func(_ Host, packet []byte) {
		if !seen[string(packet)] {
			seen[string(packet)] = true
			packets = append(packets, append([]byte(nil), packet...))
		}
	}
	(&Lose{Percent: 30}).Apply(nil, b)
	for i := range hosts {
		for by := range uint8(2) {
			(&Message{By: by, Count: 3, Length: 40}).Apply(nil, b)
			(&Run{Micros: 20_000}).Apply(nil, b)
		}
		require.NoError(t, b.roll(i, p, true))
		b.operator.tend(b)
		(&Run{Micros: 20_000}).Apply(nil, b)
	}
	require.NoError(t, b.wrong)
	require.NotEmpty(t, b.model.Messages)
	return b, packets
}

type newBody interface {
	Append(dst []byte, h wire.Header) []byte
	Decode(from *wire.Packet) wire.Fault
}

type oldBody interface {
	Append(dst []byte, h oldwire.Header) []byte
	Decode(from *oldwire.Packet) oldwire.Fault
}

// bodies are those of a kind of packet, of both releases.
func bodies(k wire.Kind) (newBody, oldBody) {
	both := map[wire.Kind]struct {
		new newBody
		old oldBody
	}{
		wire.KindInject:   {&wire.Inject{}, &oldwire.Inject{}},
		wire.KindInjected: {&wire.Injected{}, &oldwire.Injected{}},
		wire.KindStream:   {&wire.Stream{}, &oldwire.Stream{}},
		wire.KindRequest:  {&wire.Request{}, &oldwire.Request{}},
		wire.KindAnswer:   {&wire.Answer{}, &oldwire.Answer{}},
		wire.KindRefusal:  {&wire.Refusal{}, &oldwire.Refusal{}},
		wire.KindStored:   {&wire.Stored{}, &oldwire.Stored{}},
		wire.KindAdvert:   {&wire.Advert{}, &oldwire.Advert{}},
		wire.KindLookup:   {&wire.Lookup{}, &oldwire.Lookup{}},
		wire.KindFound:    {&wire.Found{}, &oldwire.Found{}},
	}[k]
	return both.new, both.old
}

// TestPacketsSayTheSameToBothReleases: what either release sent says the same to readers of both, of
// each version, and whoever knows all of it makes the same bytes of it again.
func TestPacketsSayTheSameToBothReleases(t *testing.T) {
	for p := range programs {
		t.Run(p.String(), func(t *testing.T) {
			_, packets := record(t, p)
			read := map[wire.Kind]int{}
			for _, packet := range packets {
				for reader := wire.Version1; reader <= oldwire.Latest; reader++ {
					read[requireSame(t, packet, reader)]++
				}
			}
			for kind := wire.KindInject; kind <= wire.KindFound; kind++ {
				require.GreaterOrEqual(t, read[kind], enough, "packets of kind %s that were compared", kind)
			}
		})
	}
}

func requireSame(t *testing.T, packet []byte, reader uint8) wire.Kind {
	var one wire.Packet
	var other oldwire.Packet
	id := wire.StreamID(stream)
	fault, oldFault := one.Open(packet, reader, id), other.Open(packet, reader, id)
	require.Equal(t, wire.None, fault.Reason, "this tree, reading as version %d % x: %v", reader, packet, fault)
	require.Equal(t, oldwire.None, oldFault.Reason, "the previous release, reading as version %d % x: %v", reader, packet, oldFault)
	require.Equal(t, other.Header, convert[oldwire.Header](one.Header))

	body, oldBody := bodies(one.Kind)
	fault, oldFault = body.Decode(&one), oldBody.Decode(&other)
	require.Equal(t, wire.None, fault.Reason, "this tree, reading as version %d % x: %v", reader, packet, fault)
	require.Equal(t, oldwire.None, oldFault.Reason, "the previous release, reading as version %d % x: %v", reader, packet, oldFault)
	asOld := reflect.New(reflect.TypeOf(oldBody).Elem())
	assign(asOld.Elem(), reflect.ValueOf(body).Elem())
	require.Equal(t, oldBody, asOld.Interface(), "this tree, reading as version %d % x", reader, packet)
	if reader >= one.Version {
		require.Equal(t, packet, body.Append(nil, one.Header), "written again by this tree")
		require.Equal(t, packet, oldBody.Append(nil, other.Header), "written again by the previous release")
	}
	return one.Kind
}

// TestStatesAreTheSameToBothReleases: of a snapshot that either release wrote both make a machine
// in the same state, and of a journal both take the same.
func TestStatesAreTheSameToBothReleases(t *testing.T) {
	for _, p := range []Program{Old1, Old2, New1} {
		t.Run(p.String(), func(t *testing.T) {
			b, _ := record(t, p)
			journals := 0
			for h := range hosts {
				kept := b.net.Machine(h.id()).Snapshot("skew")
				require.Equal(t, asFile(t, restored(t, h, New1, kept)), asFile(t, restored(t, h, Old1, kept)), "state of %s", h)
				journal, _ := b.net.Journal(h.id())
				if len(journal) == 0 {
					continue
				}
				journals++
				for _, by := range []Program{New1, Old1} {
					m, err := h.start(by, nil, journal)
					require.NoError(t, err)
					require.Equal(t, len(journal), int(m.(machine.Keeper).JournalLength()), "what %s takes of the journal of %s", by, h)
				}
			}
			require.Equal(t, 4, journals)
		})
	}
}

// TestWhatIsLaterThanThePreviousReleaseIsRefusedByItsNumber: it says so, and does not take it for damaged.
func TestWhatIsLaterThanThePreviousReleaseIsRefusedByItsNumber(t *testing.T) {
	b, _ := record(t, New2)
	for h := range hosts {
		kept := b.net.Machine(h.id()).Snapshot("skew")
		_, err := readOld(kept)
		require.ErrorIs(t, err, oldsnapshot.BadVersion, "snapshot of %s", h)
		kept.Version = snapshot.Version1
		require.Equal(t, asFile(t, restored(t, h, New1, kept)), asFile(t, restored(t, h, Old1, kept)), "state of %s, written as version 1", h)
	}
}

// restored is the machine that a program makes of a snapshot.
func restored(t *testing.T, h Host, p Program, kept *snapshot.Snapshot) machine.Machine {
	if !p.isOld() {
		m, err := h.restoreNew(p, kept)
		require.NoError(t, err)
		return m
	}
	s, err := readOld(kept)
	require.NoError(t, err)
	m, err := h.restoreOld(p, s)
	require.NoError(t, err)
	return m
}

func asFile(t *testing.T, m machine.Machine) string {
	file, err := snapshot.Encode(m.Snapshot("skew"))
	require.NoError(t, err)
	return fmt.Sprintf("%q", file)
}
