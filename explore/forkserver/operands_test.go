//go:build linux && (amd64 || arm64)

package forkserver

import (
	"encoding/binary"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// site is what AFL reads of one in the map of operands.
func site(memory []byte, number int) (hits, typ, size int, log []byte) {
	head := binary.NativeEndian.Uint64(memory[8*number:])
	return int(head & 0xffffff), int(head >> 53 & 3), int(head>>48&31) + 1, memory[8<<16+1024*number:][:1024]
}

func TestWhatARunComparesIsInTheMapOfOperands(t *testing.T) {
	id, memory := segment(t, operandsSize)
	p := start(t, envOperands+"="+strconv.Itoa(id)).greet()
	word := func(log []byte, at int) uint64 { return binary.NativeEndian.Uint64(log[at:]) }
	for range 2 { // of the first run, which is run twice, too, it is there once
		p.run(tape(count(1), compares(5)))
		hits, typ, size, log := site(memory, 1)
		require.Equal(t, []int{2, 1, 4}, []int{hits, typ, size})
		require.Equal(t, []uint64{0x105, 0x600DF00D, 0, 0}, []uint64{word(log, 0), word(log, 8), word(log, 16), word(log, 24)})
		require.Equal(t, []uint64{7, 0x105}, []uint64{word(log, 32), word(log, 40)})
		hits, typ, size, log = site(memory, 2)
		require.Equal(t, []int{1, 1, 1}, []int{hits, typ, size})
		require.Equal(t, []uint64{5, 0xFD}, []uint64{word(log, 0), word(log, 8)}, "of one byte each")
		hits, typ, size, log = site(memory, 3)
		require.Equal(t, []int{1, 2, 31}, []int{hits, typ, size})
		require.Equal(t, "261"+strings.Repeat("\x00", 28)+"\x83"+"a word of more than thirty-one \x9f", string(log[:64]))
	}
	hits, _, _, _ := site(memory, 0)
	require.Zero(t, hits)

	p.run(tape(count(1)))
	hits, _, _, _ = site(memory, 1)
	require.Zero(t, hits, "the run before is forgotten")

	p.run(tape(strings.Repeat(compares(7), 50)))
	hits, _, _, _ = site(memory, 1)
	require.Equal(t, operandsOf, hits)
	hits, _, _, _ = site(memory, 3)
	require.Equal(t, textsOf, hits)
}

// What a server of another layout would write would be nonsense to the client.
func TestAMapOfOperandsOfAnotherSizeStaysEmpty(t *testing.T) {
	id, memory := segment(t, operandsSize/2)
	p := start(t, envOperands+"="+strconv.Itoa(id)).greet()
	_, status := p.run(tape(compares(5)))
	require.Zero(t, status)
	require.Equal(t, make([]byte, len(memory)), memory)
}

func TestASegmentOfOperandsThatIsNotThereIsRefused(t *testing.T) {
	p := start(t, envOperands+"=2147483647")
	require.Equal(t, uint32(optError|errorUnattached<<8), p.read())
	require.Error(t, p.server.Wait())
	require.Contains(t, p.said.String(), "battle: afl: __AFL_CMPLOG_SHM_ID=2147483647: invalid argument")
}
