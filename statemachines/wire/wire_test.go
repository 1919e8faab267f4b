package wire

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var aria = StreamID("aria")

// A body is what every kind of packet is.
type body interface {
	Append(dst []byte, h Header) []byte
	Decode(from *Packet) Fault
}

// examples are one of each kind, by kind.
func examples() map[Kind]body {
	bounds := Bounds{Start: 300000, First: 313000, Tail: 315567, Committed: 315500, Time: 1_700_000_000_000_000_000}
	servers := AppendServer(nil, Server{Address: 0x10007, Service: Tip, Hinted: true, First: 313000, Tail: 315567})
	servers = AppendServer(servers, Server{Address: 0x20001, Service: Replicator})
	frame := Frame{Publisher: 5, Sequence: 1, Payload: []byte("hello")}
	return map[Kind]body{
		KindInject:   &Inject{Publisher: 5, Sequence: 1, Payload: []byte("hello")},
		KindInjected: &Injected{Publisher: 5, Last: 1, Tail: 315567, Committed: 315500, Reason: TooFast, Retry: 1000},
		KindStream:   &Stream{Start: 300000, Offset: 315567, Committed: 315500, Time: bounds.Time, Frames: frame.Append(nil)},
		KindRequest:  &Request{Offset: 313425, Length: 1400},
		KindAnswer:   &Answer{Offset: 315560, Bounds: bounds, Data: []byte("abcdefg")},
		KindRefusal:  &Refusal{Offset: 313425, Bounds: bounds, Reason: TooOld, Retry: 1000},
		KindStored:   &Stored{Tail: 315567},
		KindAdvert:   &Advert{Service: Tip, First: 313000, Tail: 315567},
		KindLookup:   &Lookup{},
		KindFound:    &Found{Servers: servers},
	}
}

func header(version uint8) Header { return Header{Version: version, Stream: aria, Epoch: 7} }

// open reads a packet as a host of a version does.
func open(b []byte, version uint8) (Packet, body, Fault) {
	var p Packet
	fault := p.Open(b, version, aria)
	if fault.Reason != None {
		return p, nil, fault
	}
	into := reflect.New(reflect.TypeOf(examples()[p.Kind]).Elem()).Interface().(body)
	return p, into, into.Decode(&p)
}

// The bytes of each kind, in both versions, are the specification's: they may not change.
// -rewrite rewrites them.
func TestPacketsAreTheSpecifications(t *testing.T) {
	datadriven.RunTest(t, "testdata/packets.txt", func(t *testing.T, d *datadriven.TestData) string {
		var version uint64
		d.ScanArgs(t, "version", &version)
		for kind, example := range examples() {
			if kind.String() == d.Cmd {
				return dump(example.Append(nil, header(uint8(version))))
			}
		}
		t.Fatalf("%s: unknown kind %q", d.Pos, d.Cmd)
		return ""
	})
}

// dump shows a packet 8 bytes a line, as it is told in docs/bus.md.
func dump(b []byte) string {
	var text strings.Builder
	for at := 0; at < len(b); at += 8 {
		fmt.Fprintf(&text, "%3d  % x\n", at, b[at:min(at+8, len(b))])
	}
	return text.String()
}

func TestEveryKindComesBack(t *testing.T) {
	require.Len(t, examples(), int(kindLast))
	for kind, example := range examples() {
		b := example.Append([]byte("before"), header(Version2))
		p, got, fault := open(b[len("before"):], Version2)
		require.Equal(t, Fault{}, fault, kind)
		require.Equal(t, Header{Version2, 1, kind, aria, 7}, p.Header)
		require.Equal(t, example, got)
	}
}

// Any host may run either version: one of version 1 sees no time, and nobody else's bytes.
func TestVersionsReadEachOther(t *testing.T) {
	for kind, example := range examples() {
		for _, writer := range []uint8{Version1, Version2} {
			for _, reader := range []uint8{Version1, Version2} {
				p, got, fault := open(example.Append(nil, header(writer)), reader)
				require.Equal(t, Fault{}, fault, "%v from %d to %d", kind, writer, reader)
				require.Equal(t, writer, p.Version)
				want := example
				if min(writer, reader) < Version2 {
					want = withoutTime(example)
				}
				require.Equal(t, want, got, "%v from %d to %d", kind, writer, reader)
			}
		}
	}
}

func withoutTime(example body) body {
	copied := reflect.New(reflect.TypeOf(example).Elem())
	copied.Elem().Set(reflect.ValueOf(example).Elem())
	if time := copied.Elem().FieldByName("Time"); time.IsValid() {
		time.SetInt(0)
	}
	return copied.Interface().(body)
}

// A later version has fields that we don't know, behind those that we do.
func TestFieldsOfLaterVersionsArePassedOver(t *testing.T) {
	for kind, example := range examples() {
		b := later(example.Append(nil, header(Version2)))
		p, got, fault := open(b, Version2)
		require.Equal(t, Fault{}, fault, kind)
		require.Equal(t, uint8(3), p.Version)
		require.Equal(t, example, got)
	}
}

// later is a packet as version 3 might write it, with 9 bytes more in its fixed part.
func later(b []byte) []byte {
	b = bytes.Clone(b)
	b[versionAt] = 3
	fixed := int(b[fixedAt]) // all are shorter than 256
	b[fixedAt] += 9
	data := bytes.Clone(b[fixedAt+fixed:])
	b = append(b[:fixedAt+fixed], "new field"...)
	return sealed(append(b, data...))
}

// sealed makes length and checksum agree with the rest.
func sealed(b []byte) []byte {
	b[lengthAt], b[lengthAt+1] = byte(len(b)), byte(len(b)>>8)
	sum := checksum(b)
	for i := range 4 {
		b[sumAt+i] = byte(sum >> (8 * i))
	}
	return b
}

// No bit of any packet can flip, and no byte can be cut off or added, without being seen.
func TestDamageIsRefused(t *testing.T) {
	for kind, example := range examples() {
		b := example.Append(nil, header(Version2))
		for bit := range 8 * len(b) {
			b[bit/8] ^= 1 << (bit % 8)
			fault := new(Packet).Open(b, Version2, aria)
			require.NotEqual(t, None, fault.Reason, "%v with bit %d flipped", kind, bit)
			b[bit/8] ^= 1 << (bit % 8)
		}
		for size := range b {
			fault := new(Packet).Open(b[:size], Version2, aria)
			require.NotEqual(t, None, fault.Reason, "%v cut to %d bytes", kind, size)
		}
		fault := new(Packet).Open(append(b, 0), Version2, aria)
		require.NotEqual(t, None, fault.Reason, "%v with a byte more", kind)
	}
}

// Whatever is cut off or changed by somebody who makes the checksum agree, nobody panics, and
// what is taken comes back as it was.
func TestForgeriesArePacketsOrRefused(t *testing.T) {
	for kind, example := range examples() {
		whole := example.Append(nil, header(Version2))
		for size := HeaderSize; size < len(whole); size++ {
			checkForgery(t, sealed(bytes.Clone(whole[:size])), fmt.Sprintf("%v cut to %d bytes", kind, size))
		}
		for bit := range 8 * len(whole) {
			b := bytes.Clone(whole)
			b[bit/8] ^= 1 << (bit % 8)
			checkForgery(t, sealed(b), fmt.Sprintf("%v with bit %d flipped", kind, bit))
		}
	}
}

func checkForgery(t *testing.T, b []byte, what string) {
	p, got, fault := open(b, Version2)
	if fault.Reason != None {
		return
	}
	_, again, fault := open(got.Append(nil, Header{Version: Version2, Stream: p.Stream, Epoch: p.Epoch}), Version2)
	require.Equal(t, Fault{}, fault, what)
	require.Equal(t, got, again, what)
}

func TestFaultsNameTheFirstThingThatIsWrong(t *testing.T) {
	request := (&Request{Offset: 1, Length: 2}).Append(nil, header(Version1))
	found := examples()[KindFound].Append(nil, header(Version1))
	stream := examples()[KindStream].Append(nil, header(Version1))
	for _, c := range []struct {
		packet []byte
		change func([]byte) []byte
		want   string
	}{
		{request, func(b []byte) []byte { return b[:31] }, "wire: short: at byte 0: got 31, want at least 32"},
		{request, set(0, 'B'), "wire: bad-magic: at byte 0: got 0x5242, want exactly 0x5241"},
		{request, set(sinceAt, 0), "wire: too-new: at byte 3: got 0, want at least 1"},
		{request, set(sinceAt, 2), "wire: too-new: at byte 3: got 2, want at most 1"},
		{request, set(40, 1), "wire: bad-checksum: at byte 8: got 0xbc18bbc8, want exactly 0x5328d0d1"},
		{request, reseal(func(b []byte) []byte { b[lengthAt] = 49; return b }), "wire: bad-length: at byte 12: got 49, want exactly 46"},
		{stream, resize(PacketMax + 1), "wire: bad-length: at byte 12: got 65508, want at most 65507"},
		{request, reseal(set(streamAt, 0)), "wire: other-stream: at byte 16: got 0x64cf3d0fad3c8000, want exactly 0x64cf3d0fad3c8048"},
		{request, reseal(set(kindAt, 0)), "wire: unknown-kind: at byte 4: got 0, want from 1 to 10"},
		{request, reseal(set(kindAt, 11)), "wire: unknown-kind: at byte 4: got 11, want from 1 to 10"},
		{request, resize(HeaderSize + 1), "wire: bad-body: at byte 32: got 1, want a body of at least 2"},
		{request, reseal(set(fixedAt, 1)), "wire: bad-body: at byte 32: got 1, want a fixed part of at least 2"},
		{request, reseal(set(fixedAt, 15)), "wire: bad-body: at byte 32: got 15, want a fixed part of at most 14"},
		{request, reseal(set(fixedAt, 13)), "wire: bad-body: at byte 32: got 13, want a fixed part of at least 14"},
		{request, resize(47), "wire: bad-body: at byte 46: got 1, want data of exactly 0"},
		{found, resize(34 + 43), "wire: bad-body: at byte 34: got 43, want a multiple of 22"},
		{found, reseal(set(34+22+5, 2)), "wire: bad-body: at byte 61: got 2, want at most 1"},
		{stream, reseal(func(b []byte) []byte { copy(b[42:], "\xe7\xff\xff\xff\xff\xff\xff\xff"); return b }),
			"wire: bad-body: at byte 58: got 25, want up to the last offset at most 24"},
	} {
		_, _, fault := open(c.change(bytes.Clone(c.packet)), Version1)
		require.EqualError(t, fault, c.want)
	}
}

func TestThePacketsOfTheLongestFrameFit(t *testing.T) {
	frame := (&Frame{Publisher: 1, Sequence: 1, Payload: make([]byte, PayloadMax)}).Append(nil)
	packet := (&Stream{Frames: frame}).Append(nil, header(Latest))
	require.LessOrEqual(t, len(packet), PacketMax)
	packet = resize(PacketMax)(packet)
	_, _, fault := open(packet, Latest)
	require.Equal(t, Fault{}, fault)
}

func set(at int, to byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = to; return b }
}

// reseal makes the checksum agree with a change, and nothing else.
func reseal(change func([]byte) []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		b = change(b)
		length := bytes.Clone(b[lengthAt:streamAt])
		b = sealed(b)
		copy(b[lengthAt:], length)
		sum := checksum(b)
		for i := range 4 {
			b[sumAt+i] = byte(sum >> (8 * i))
		}
		return b
	}
}

func resize(size int) func([]byte) []byte {
	return func(b []byte) []byte {
		return sealed(append(b, make([]byte, size)...)[:size])
	}
}

func TestNamesOfWhatThereIsNot(t *testing.T) {
	require.Equal(t, []string{"kind 0", "kind 11", "reason 7", "reason 0", "reason 6", "reason 99", "service 3"}, []string{
		Kind(0).String(), Kind(11).String(), RefusalReason(7).String(), RefusalReason(0).String(),
		InjectedReason(6).String(), Reason(99).String(), Service(3).String(),
	})
	require.EqualError(t, Fault{}, "wire: no fault")
}

// Whatever a packet says, it says after a round trip, in either version.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u64, blob := rapid.Uint64(), rapid.SliceOfN(rapid.Byte(), 0, 100)
		bounds := Bounds{u64.Draw(t, "start"), u64.Draw(t, "first"), u64.Draw(t, "tail"), u64.Draw(t, "committed"), rapid.Int64().Draw(t, "time")}
		offset := rapid.Uint64Max(1<<64-101).Draw(t, "offset")
		var servers []byte
		for range rapid.IntRange(0, 3).Draw(t, "servers") {
			servers = AppendServer(servers, Server{rapid.Uint32().Draw(t, "address"), Service(rapid.Byte().Draw(t, "service")),
				rapid.Bool().Draw(t, "hinted"), u64.Draw(t, "first"), u64.Draw(t, "tail")})
		}
		sent := rapid.SampledFrom([]body{
			&Inject{u64.Draw(t, "publisher"), u64.Draw(t, "sequence"), blob.Draw(t, "payload")},
			&Injected{u64.Draw(t, "publisher"), u64.Draw(t, "last"), bounds.Tail, bounds.Committed, InjectedReason(rapid.Byte().Draw(t, "reason")), u64.Draw(t, "retry")},
			&Stream{bounds.Start, offset, bounds.Committed, bounds.Time, blob.Draw(t, "frames")},
			&Request{u64.Draw(t, "any offset"), rapid.Uint32().Draw(t, "length")},
			&Answer{offset, bounds, blob.Draw(t, "data")},
			&Refusal{u64.Draw(t, "any offset"), bounds, RefusalReason(rapid.Byte().Draw(t, "reason")), u64.Draw(t, "retry")},
			&Stored{bounds.Tail}, &Advert{Service(rapid.Byte().Draw(t, "service")), bounds.First, bounds.Tail},
			&Lookup{}, &Found{servers},
		}).Draw(t, "packet")
		h := Header{Version: rapid.SampledFrom([]uint8{Version1, Version2}).Draw(t, "version"), Stream: aria, Epoch: u64.Draw(t, "epoch")}
		b := sent.Append(nil, h)
		p, got, fault := open(b, Latest)
		require.Equal(t, Fault{}, fault)
		require.Equal(t, h.Epoch, p.Epoch)
		require.Equal(t, b, got.Append(nil, h), "what is read is written again as it was")
	})
}
