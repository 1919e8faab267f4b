package oracle

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A request for 1400 bytes at 313425 of the stream "aria" in epoch 7, byte by byte.
const wireRequest = "41 52 01 01 04 00 00 00 71 1a 6d 3d 2e 00 00 00 48 80 3c ad 0f 3d cf 64 " +
	"07 00 00 00 00 00 00 00 0e 00 51 c8 04 00 00 00 00 00 78 05 00 00"

const wireAria = 0x64cf3d0fad3c8048

func TestWirePacketsAreLaidOutAsTheSpecificationSays(t *testing.T) {
	want, err := hex.DecodeString(strings.ReplaceAll(wireRequest, " ", ""))
	require.NoError(t, err)
	p := WirePacket{Version: 1, Since: 1, Kind: 4, Stream: wireAria, Epoch: 7, Numbers: []uint64{313425, 1400}}
	require.Equal(t, want, p.Bytes())
	got, refused := ReadWire(want, 2, wireAria)
	require.Empty(t, refused)
	p.Data = []byte{}
	require.Equal(t, p, got)
}

func TestWirePacketsThatAreRefused(t *testing.T) {
	p := WirePacket{Version: 2, Since: 1, Kind: 3, Stream: wireAria, Epoch: 7, Numbers: []uint64{1, 2, 3, 4}, Data: []byte("frames")}
	for _, c := range []struct {
		change func([]byte) []byte
		want   string
	}{
		{func(b []byte) []byte { return b }, ""},
		{func(b []byte) []byte { return b[:31] }, "short"},
		{func(b []byte) []byte { b[1] = 0; return b }, "bad-magic"},
		{func(b []byte) []byte { b[3] = 3; return b }, "too-new"},
		{func(b []byte) []byte { b[3] = 0; return b }, "too-new"},
		{func(b []byte) []byte { b[70]++; return b }, "bad-checksum"},
		{func(b []byte) []byte { b[12]++; MendWire(b); return b }, "bad-length"},
		{func(b []byte) []byte {
			b = append(b, make([]byte, 65_508-len(b))...)
			binary.LittleEndian.PutUint32(b[12:], uint32(len(b)))
			MendWire(b)
			return b
		}, "bad-length"},
		{func(b []byte) []byte { b[16]++; MendWire(b); return b }, "other-stream"},
		{func(b []byte) []byte { b[4] = 11; MendWire(b); return b }, "unknown-kind"},
		{func(b []byte) []byte { b[32] = 1; MendWire(b); return b }, "bad-body"},
		{func(b []byte) []byte { b[32] = 25; MendWire(b); return b }, "bad-body"},
		{func(b []byte) []byte { copy(b[42:50], "\xfa\xff\xff\xff\xff\xff\xff\xff"); MendWire(b); return b }, "bad-body"},
	} {
		_, refused := ReadWire(c.change(p.Bytes()), 2, wireAria)
		require.Equal(t, c.want, refused)
	}
}

func TestFramesAreReadUpToWhatIsNone(t *testing.T) {
	frame := "\x02\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00hi"
	frames, left, wrong := ReadFrames([]byte(frame + frame[:21]))
	require.Equal(t, []WireFrame{{5, 1, []byte("hi")}}, frames)
	require.Equal(t, 21, left)
	require.False(t, wrong)
	_, left, wrong = ReadFrames([]byte(frame + strings.Repeat("\x00", 12)))
	require.Equal(t, 12, left)
	require.True(t, wrong)
	_, _, wrong = ReadFrames([]byte("\xe9\xfd\x00\x00"))
	require.True(t, wrong, "65,001 bytes")
}
