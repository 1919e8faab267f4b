package oracle

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A BusHost is what the model of the bus knows of one host: the epoch that it is in, as its packets
// say, and its journal, as it wrote it. Its disk may have less than that, and must have what
// others rely on: what is accepted by its word.
type BusHost struct {
	epoch   uint64
	written []byte      // the journal
	records []busStored // of the stream, that are in it
	durable int         // records that are on the disk for certain
	stream  []byte      // as those have it
	relied  uint64      // up to here the stream is accepted on this host's word
}

// A busStored is a part of the stream in a journal, which ends where that is so long.
type busStored struct {
	end    int
	offset uint64
	data   []byte
}

// A BusRecord is a record of a journal, as far as the model wants to know. It is read by the table in
// the doc of package journal, and by no code of the machines.
type BusRecord struct {
	Stream        bool // else it is a fact, and all below is none of the stream's
	Epoch, Offset uint64
	Data          []byte // the caller's
}

// ReadBusRecord reads what a machine wrote: a record, and before the first one the journal's
// header.
func ReadBusRecord(b []byte) (r BusRecord, err error) {
	le := binary.LittleEndian
	if len(b) >= 32 && string(b[:8]) == "ARIAJRNL" {
		b = b[32:]
	}
	if len(b) < 48 || uint64(len(b)) != 48+uint64(le.Uint32(b[4:])) {
		return r, fmt.Errorf("%d bytes are written as a record: % x", len(b), b[:min(len(b), 48)])
	}
	return BusRecord{Stream: le.Uint64(b[8:]) == 1, Epoch: le.Uint64(b[16:]), Offset: le.Uint64(b[32:]), Data: b[48:]}, nil
}

// Clone copies what is known. Both copies go on by themselves.
func (h *BusHost) Clone() BusHost {
	c := *h
	c.written, c.records, c.stream = slices.Clip(h.written), slices.Clip(h.records), slices.Clip(h.stream)
	return c
}

// Sent judges the epoch of a packet. A host goes from epoch to epoch, and never back. In epoch 0 asks
// who begins to follow anew, and knows of none; and a message is sent in the newest epoch that a
// sequencer spoke of, which its publisher may not have reached.
func (h *BusHost) Sent(p BusPacket) error {
	if p.Kind == "inject" || p.Epoch == 0 {
		return nil
	}
	if p.Epoch < h.epoch {
		return fmt.Errorf("a packet in epoch %d, after one in epoch %d", p.Epoch, h.epoch)
	}
	h.epoch = p.Epoch
	return nil
}

// Epoch is the epoch that it is in, as far as it has said so.
func (h *BusHost) Epoch() uint64 { return h.epoch }

// Wrote judges what a machine has written: it cuts off nothing that others rely on.
func (h *BusHost) Wrote(data []byte, r BusRecord) error {
	if r.Stream && r.Offset < h.relied {
		return fmt.Errorf("the journal cuts off the stream at byte %d, and %d bytes are accepted on its word", r.Offset, h.relied)
	}
	h.written = append(h.written, data...)
	if r.Stream {
		own := h.written[len(h.written)-len(r.Data):]
		h.records = append(h.records, busStored{len(h.written), r.Offset, own})
	}
	return nil
}

// Start begins another life, with what it goes on from of its journal: nothing that it has not
// written, and all that others rely on.
func (h *BusHost) Start(journal []byte) error {
	for i, got := range journal {
		if i >= len(h.written) || got != h.written[i] {
			return fmt.Errorf("it goes on from byte %d of its journal, %#02x, and has not written that", i, got)
		}
	}
	keep := len(h.records)
	for keep > 0 && h.records[keep-1].end > len(journal) {
		keep--
	}
	if keep < h.durable {
		return fmt.Errorf("it goes on from %d bytes of its journal, and %d were durable", len(journal), h.records[h.durable-1].end)
	}
	h.written, h.records = slices.Clip(h.written[:len(journal)]), slices.Clip(h.records[:keep])
	h.epoch = 0
	return h.Hold(len(journal), h.relied, &BusText{})
}

// Tail is where the stream ends that is in its journal, which begins at 0.
func (h *BusHost) Tail() uint64 {
	if len(h.records) == 0 {
		return 0
	}
	last := h.records[len(h.records)-1]
	return last.offset + uint64(len(last.data))
}

// Hold judges that so many bytes of the stream are accepted on this host's word, by so many bytes of
// its journal as are durable.
func (h *BusHost) Hold(durable int, to uint64, accepted *BusText) error {
	for ; h.durable < len(h.records) && h.records[h.durable].end <= durable; h.durable++ {
		r := h.records[h.durable]
		if r.offset > uint64(len(h.stream)) {
			return fmt.Errorf("the journal has byte %d of the stream behind byte %d", r.offset, len(h.stream))
		}
		if r.offset < uint64(len(h.stream)) {
			h.stream = slices.Clip(h.stream[:r.offset])
		}
		h.stream = append(h.stream, r.data...)
	}
	if have := uint64(len(h.stream)); have < to {
		return fmt.Errorf("it has %d bytes of the stream on its disk, and %d are accepted on its word", have, to)
	}
	if to <= h.relied {
		return nil
	}
	if same := accepted.Same(h.relied, h.stream[h.relied:to]); uint64(same) < to-h.relied {
		at := h.relied + uint64(same)
		return fmt.Errorf("byte %d of the stream is %#02x on its disk, and %#02x is accepted on its word", at, h.stream[at], accepted.byte(at))
	}
	h.relied = to
	return nil
}
