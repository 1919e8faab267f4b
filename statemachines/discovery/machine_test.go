package discovery

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

var (
	testConfig = Config{Stream: "aria", Self: machine.At(1, 9), ServersMax: 4, ExpireAfter: second}
	aria       = wire.StreamID("aria")
)

func fresh(t require.TestingT) *Machine {
	m, err := New(testConfig)
	require.NoError(t, err)
	return m
}

func packet(from machine.Address, data []byte) machine.Input {
	return machine.Input{Kind: machine.Packet, From: from, Data: data}
}

func header(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{Version: 9}, "discovery: Version is 9, want at most 2, or 0 for that"},
		{Config{ExpireAfter: -1}, "discovery: ExpireAfter is -1, want at least 1, or 0 for the default"},
		{Config{ServersMax: 2049}, "discovery: ServersMax is 2049, want at most 2048, or 0 for the default"},
		{Config{ClientsMax: -1}, "discovery: ClientsMax is -1, want at least 1, or 0 for the default"},
		{Config{Lookups: serve.Rate{Burst: 1 << 40}}, "serve: a burst of 1099511627776 bytes, want at most 4294967296"},
	} {
		_, err := New(c.config)
		require.EqualError(t, err, c.want)
	}
}

func TestWrongPacketsChangeNothing(t *testing.T) {
	m := fresh(t)
	advert := (&wire.Advert{Service: wire.Tip, Tail: 9}).Append(nil, header(2))
	m.Step(0, packet(machine.At(1, 3), advert), nil)
	machinetest.Refuses(t, m, 0, machine.At(1, 4), (&wire.Advert{Service: wire.Tip, Tail: 5}).Append(nil, header(2)), (&wire.Lookup{}).Append(nil, header(2)))
	before := m.Snapshot("test")
	for _, b := range [][]byte{
		advert, // replayed
		(&wire.Advert{Service: wire.Tip, Tail: 5}).Append(nil, header(1)),           // of an older epoch
		(&wire.Advert{Service: wire.Tip, First: 6, Tail: 5}).Append(nil, header(2)), // not true
		(&wire.Stream{}).Append(nil, header(3)),
		(&wire.Request{Length: 1}).Append(nil, header(3)),
		(&wire.Found{}).Append(nil, header(3)),
	} {
		require.Empty(t, m.Step(0, packet(machine.At(1, 3), b), nil))
		require.Equal(t, before, m.Snapshot("test"), "%v", wire.Kind(b[4]))
	}
	m.Step(0, machine.Input{Kind: machine.Command}, nil)
	require.Equal(t, uint64(1), m.Counts().Commands)
}

// All servers that there may be fit into a packet.
func TestAFoundFitsIntoAPacket(t *testing.T) {
	m, err := New(Config{Stream: "aria", Self: machine.At(1, 9), ServersMax: serversMax})
	require.NoError(t, err)
	advert := (&wire.Advert{Service: wire.Tip, Tail: 9}).Append(nil, header(2))
	for host := range serversMax {
		m.Step(0, packet(machine.At(1, uint16(host)), advert), nil)
	}
	require.Equal(t, serversMax, m.Len())
	out := m.Step(0, packet(machine.At(1, 7), (&wire.Lookup{}).Append(nil, header(2))), nil)
	require.Len(t, out, 1)
	require.LessOrEqual(t, len(out[0].Data), 65_507)
}

// draw draws what happens to a discovery.
func draw(t *rapid.T, now *int64) machine.Input {
	number := func(from, to uint64) uint64 { return rapid.Uint64Range(from, to).Draw(t, "number") }
	*now += int64(number(0, second/4))
	from := machine.At(uint16(number(1, 2)), uint16(number(1, 4)))
	switch number(0, 4) {
	case 0, 1, 2:
		return packet(from, (&wire.Advert{Service: wire.Service(number(1, 2)), First: number(0, 9), Tail: number(5, 20)}).Append(nil, header(number(0, 3))))
	case 3:
		return packet(from, (&wire.Lookup{}).Append(nil, header(1)))
	}
	return machine.Input{}
}

// Copies, and machines that are restored, go on as the first, which takes no notice.
func TestCopiesGoOnAsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, now := fresh(t), int64(0)
		for range rapid.IntRange(0, 30).Draw(t, "before") {
			machinetest.Alike(t, now, draw(t, &now), m)
		}
		again, err := Restore(testConfig, m.Snapshot("test"))
		require.NoError(t, err)
		twin := m.Clone()
		for range rapid.IntRange(1, 20).Draw(t, "after") {
			machinetest.Alike(t, now, draw(t, &now), m, twin, again)
		}
		other, before := m.Clone(), m.Snapshot("test")
		for range 10 {
			machinetest.Alike(t, now, draw(t, &now), other)
		}
		require.Equal(t, before, m.Snapshot("test"))
	})
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	server := snapshot.Words(5, 1, 0, 0, 0, 9)
	testConfig := testConfig
	testConfig.EpochMax = 1 << 40
	for _, c := range []struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		{func(s *snapshot.Snapshot) { s.Stream = "air" }, `discovery: got a snapshot of stream "air", want "aria"`},
		{func(s *snapshot.Snapshot) { s.Service = "tip" }, `discovery: got a snapshot of service "tip", want "discovery"`},
		{func(s *snapshot.Snapshot) { s.Epoch = 1<<40 + 1 }, `discovery: got a snapshot of epoch 1099511627777, want at most 1099511627776, the last that was granted`},
		{func(s *snapshot.Snapshot) {
			s.Sections[0] = snapshot.PlainSection(machineSection, snapshot.Words(1<<63))
		}, `discovery: section "machine" at byte 0: got -9223372036854775808, want a time of 0 or later`},
		{func(s *snapshot.Snapshot) {
			s.Sections[1] = snapshot.PlainSection(serversSection, append(server, server...))
		}, `discovery: section "servers" at byte 48: got tip of r0h5, want servers in order, each once`},
		{func(s *snapshot.Snapshot) {
			s.Sections[1] = snapshot.PlainSection(serversSection, snapshot.Words(1<<32, 1, 0, 0, 0, 9))
		}, `discovery: section "servers" at byte 0: got 0x100000000 with service 1, want an address and a service`},
		{func(s *snapshot.Snapshot) { s.Sections[1] = snapshot.PlainSection(serversSection, server[:20]) }, `discovery: section "servers" at byte 16: got 4 bytes, want at least 8`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[:2] }, `discovery: section "clients" at byte 0: got no such section, want one`},
	} {
		s := fresh(t).Snapshot("test")
		c.change(s)
		_, err := Restore(testConfig, s)
		require.EqualError(t, err, c.want)
	}
}

// busy is the life of a discovery of a dozen servers: an advert and a lookup, again and again.
func busy(tb testing.TB) *machinetest.Life[*Machine] {
	m, err := New(Config{Stream: "aria", Self: machine.At(1, 9), Lookups: serve.Rate{PerSecond: 1 << 60, Burst: 1 << 30}})
	require.NoError(tb, err)
	advert, lookup := (&wire.Advert{Service: wire.Tip, Tail: 9}).Append(nil, header(2)), (&wire.Lookup{}).Append(nil, header(2))
	life := machinetest.NewLife(m)
	for i := range int64(4096) {
		life.Step(i*1000, packet(machine.At(uint16(i%2), uint16(i%12)), advert))
		life.Step(i*1000, packet(machine.At(1, 77), lookup))
	}
	return life
}

func TestAStepAllocatesNothing(t *testing.T) { require.Zero(t, busy(t).Allocs()) }

func BenchmarkStep(b *testing.B) { busy(b).Bench(b) }

// Whatever is in its inputs, a machine takes them, and its state can be kept and brought back.
func TestNothingMakesItPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := fresh(t)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			machinetest.Alike(t, rapid.Int64().Draw(t, "now"), machinetest.Wild(t, aria, m.epoch), m, m.Clone())
			_, err := Restore(testConfig, m.Snapshot("test"))
			require.NoError(t, err)
		}
	})
}
