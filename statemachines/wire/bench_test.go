package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// exchange writes and reads a packet of each kind that is sent all the time.
func exchange(buf []byte) ([]byte, Fault) {
	stream := Stream{Start: 1, Offset: 2, Committed: 3, Time: 4, Frames: payload[:]}
	buf = stream.Append(buf[:0], header(Version2))
	var p Packet
	fault := p.Open(buf, Version2, aria)
	if fault.Reason == None {
		fault = stream.Decode(&p)
	}
	return buf, fault
}

var payload [84]byte

func TestNothingIsAllocated(t *testing.T) {
	buf := make([]byte, 0, 1024)
	broken := (&Request{}).Append(nil, header(Version1))
	broken[40]++
	require.Zero(t, testing.AllocsPerRun(100, func() {
		exchange(buf)
		new(Packet).Open(broken, Version2, aria)
	}))
}

func BenchmarkAppend(b *testing.B) {
	b.ReportAllocs()
	buf := make([]byte, 0, 1024)
	stream := Stream{Start: 1, Offset: 2, Committed: 3, Time: 4, Frames: payload[:]}
	for b.Loop() {
		buf = stream.Append(buf[:0], header(Version2))
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	stream := Stream{Start: 1, Offset: 2, Committed: 3, Time: 4, Frames: payload[:]}
	buf := stream.Append(nil, header(Version2))
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		var p Packet
		fault := p.Open(buf, Version2, aria)
		if fault.Reason != None || stream.Decode(&p).Reason != None {
			b.Fatal("refused")
		}
	}
}

func BenchmarkNextFrame(b *testing.B) {
	b.ReportAllocs()
	frame := (&Frame{Publisher: 1, Sequence: 1, Payload: payload[:64]}).Append(nil)
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		if _, n, _ := NextFrame(frame); n != len(frame) {
			b.Fatal("not whole")
		}
	}
}
