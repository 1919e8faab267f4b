package sequencer

import (
	"encoding/binary"

	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// A history is the stream as a sequencer has it, whole frames, with the numbers of its
// publishers. What lies below settled is accepted and on its own disk: nothing cuts it off.
type history struct {
	log        *serve.Log
	settled    uint64
	publishers publishers
}

func newHistory(base uint64) history { return history{log: serve.NewLog(base), settled: base} }

func (h *history) tail() uint64 { return h.log.Tail() }

// append appends frames that are the next of their publishers. At the first that is not, it
// appends none of them and is false: no sequencer put them into this stream.
func (h *history) append(frames []byte) bool {
	before := h.tail()
	for rest := frames; len(rest) > 0; {
		f, size, _ := wire.NextFrame(rest)
		if size == 0 || h.publishers.last(f.Publisher)+1 != f.Sequence {
			h.cut(before)
			return false
		}
		h.publishers.take(f.Publisher, f.Sequence)
		h.log.Append(rest[:size])
		rest = rest[size:]
	}
	return true
}

// frame reads the numbers of the frame that begins at an offset below tail.
func (h *history) frame(offset uint64) (publisher, sequence, size uint64) {
	le := binary.LittleEndian
	var head [wire.FrameHeaderSize]byte
	h.log.Copy(head[:], offset)
	return le.Uint64(head[4:]), le.Uint64(head[12:]), wire.FrameHeaderSize + uint64(le.Uint32(head[:]))
}

// settle notes that the stream up to an offset is accepted and on disk. Of a frame that
// reaches past it nothing is.
func (h *history) settle(limit uint64) {
	for h.settled < limit {
		publisher, sequence, size := h.frame(h.settled)
		if size > limit-h.settled {
			return
		}
		h.publishers.settle(publisher, sequence)
		h.settled += size
	}
}

// cut takes off the frame that an offset lies in, and all that follow. It must not lie below
// settled.
func (h *history) cut(offset uint64) {
	h.publishers.rewind()
	at := h.settled
	for at < offset {
		publisher, sequence, size := h.frame(at)
		if size > offset-at {
			break
		}
		h.publishers.take(publisher, sequence)
		at += size
	}
	h.log.Cut(at)
}

// forget gives up the memory of all but the last bytes, as far as they are settled.
func (h *history) forget(retain uint64) {
	if h.tail()-h.log.First() > retain {
		h.log.Forget(min(h.settled, h.tail()-retain))
	}
}

func (h *history) clone() history {
	return history{h.log.Clone(), h.settled, append(publishers(nil), h.publishers...)}
}
