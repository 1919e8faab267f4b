package fuzz

import (
	"encoding/binary"
	"math"
)

// streamWord is eight bytes of every test stream: a function of their place and of the
// incarnation of the stream, so that a byte from elsewhere or from before a restart shows.
// None is ever NUL, so that memory that was never written shows.
func streamWord(index, incarnation uint64) uint64 {
	mixed := (index + 1 + incarnation<<40) * 0x9E3779B97F4A7C15
	mixed = (mixed ^ mixed>>32) * 0xD6E8FEB86659FD93
	return mixed ^ mixed>>32 | 0x0101010101010101
}

// streamByte is the byte at an offset.
func streamByte(off, incarnation uint64) byte {
	return byte(streamWord(off/8, incarnation) >> (off % 8 * 8))
}

// fillStream writes the stream's bytes from off on into dst, a word at a time.
func fillStream(dst []byte, off, incarnation uint64) {
	for ; off%8 != 0 && len(dst) > 0; off++ {
		dst[0] = streamByte(off, incarnation)
		dst = dst[1:]
	}
	for ; len(dst) >= 8; off += 8 {
		binary.LittleEndian.PutUint64(dst, streamWord(off/8, incarnation))
		dst = dst[8:]
	}
	for i := range dst {
		dst[i] = streamByte(off+uint64(i), incarnation)
	}
}

// origin is where a stream is taken up: near its beginning, or, if high, near the last
// offset there is.
func origin(base uint32, high bool) uint64 {
	if high {
		return math.MaxUint64 - uint64(base)%4096
	}
	return uint64(base)
}

// A sequencer is the truth about a stream that had several of them: its bytes, and the
// epoch that they are published in.
type sequencer struct {
	epoch, start, tail uint64
	eras               []era
}

// An era is a part of the stream's history, up to the next one.
type era struct{ start, incarnation uint64 }

// begin starts a history that is base bytes long.
func (s *sequencer) begin(epoch, base uint64) {
	s.epoch, s.start, s.tail = epoch, base, base
	s.eras = append(s.eras[:0], era{0, epoch})
}

// publish makes the stream n bytes longer, if it does not pass the last offset.
func (s *sequencer) publish(n uint64) (ok bool) {
	if n > ^s.tail {
		return false
	}
	s.tail += n
	return true
}

// fail makes another the sequencer, who has not seen the last cut bytes.
func (s *sequencer) fail(cut uint64) {
	s.epoch++
	s.tail -= min(cut, s.tail)
	s.start = s.tail
	for len(s.eras) > 0 && s.eras[len(s.eras)-1].start >= s.start {
		s.eras = s.eras[:len(s.eras)-1]
	}
	s.eras = append(s.eras, era{s.start, s.epoch})
}

// at is the byte at an offset, as of now.
func (s *sequencer) at(off uint64) byte {
	i := len(s.eras) - 1
	for i > 0 && s.eras[i].start > off {
		i--
	}
	return streamByte(off, s.eras[i].incarnation)
}
