package oracle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A BusHost is what the model of the bus knows of one host: the epoch that it is in, as its packets
// say, and its journal, as it wrote it. Its disk may have less than that, and must have what
// others rely on: what is accepted by its word. Of what is on the disk for certain only a sum is kept,
// and of the stream only what is not accepted yet: a host that has much costs no more than another.
type BusHost struct {
	epoch   uint64
	durable int         // bytes of the journal that are on the disk for certain, to the end of a record
	sum     uint32      // of these
	written []byte      // of the journal, past them
	records []busStored // of the stream, that are in those
	base    uint64      // offset in the stream, at most relied
	stream  []byte      // from there on, as durable records have it
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
		h.records = append(h.records, busStored{h.durable + len(h.written), r.Offset, own})
	}
	return nil
}

// Start begins another life, with what it goes on from of its journal: nothing that it has not
// written, and all that others rely on.
func (h *BusHost) Start(journal []byte) error {
	if len(journal) < h.durable {
		return fmt.Errorf("it goes on from %d bytes of its journal, and %d were durable", len(journal), h.durable)
	}
	if crc32.Checksum(journal[:h.durable], busSums) != h.sum {
		return fmt.Errorf("the first %d bytes of its journal are not those that it wrote", h.durable)
	}
	rest := journal[h.durable:]
	if same := prefix(h.written, rest); same < len(rest) {
		return fmt.Errorf("it goes on from byte %d of its journal, %#02x, and has not written that", h.durable+same, rest[same])
	}
	keep := len(h.records)
	for keep > 0 && h.records[keep-1].end > len(journal) {
		keep--
	}
	h.written, h.records = slices.Clip(h.written[:len(rest)]), slices.Clip(h.records[:keep])
	h.epoch = 0
	return h.Hold(len(journal), h.relied, &BusText{})
}

// prefix is how many bytes are the same, from the first on.
func prefix(a, b []byte) int {
	n := min(len(a), len(b))
	if bytes.Equal(a[:n], b[:n]) {
		return n
	}
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// Tail is where the stream ends that is in its journal, which begins at 0.
func (h *BusHost) Tail() uint64 {
	if len(h.records) == 0 {
		return h.have()
	}
	last := h.records[len(h.records)-1]
	return last.offset + uint64(len(last.data))
}

// busSums is crc32c.
var busSums = crc32.MakeTable(crc32.Castagnoli)

// Hold judges that so many bytes of the stream are accepted on this host's word, by so many bytes of
// its journal as are durable.
func (h *BusHost) Hold(durable int, to uint64, accepted *BusText) error {
	for len(h.records) > 0 && h.records[0].end <= durable {
		if err := h.store(h.records[0]); err != nil {
			return err
		}
	}
	if have := h.have(); have < to {
		return fmt.Errorf("it has %d bytes of the stream on its disk, and %d are accepted on its word", have, to)
	}
	if to <= h.relied {
		return nil
	}
	fresh := h.stream[h.relied-h.base : to-h.base]
	if same := accepted.Same(h.relied, fresh); same < len(fresh) {
		at := h.relied + uint64(same)
		return fmt.Errorf("byte %d of the stream is %#02x on its disk, and %#02x is accepted on its word", at, fresh[same], accepted.byte(at))
	}
	h.relied = to
	h.forget()
	return nil
}

// have is how much of the stream its disk has.
func (h *BusHost) have() uint64 { return h.base + uint64(len(h.stream)) }

// store takes note that the first of the records is on the disk.
func (h *BusHost) store(r busStored) error {
	if r.offset > h.have() {
		return fmt.Errorf("the journal has byte %d of the stream behind byte %d", r.offset, h.have())
	}
	if r.offset < h.have() {
		h.stream = slices.Clip(h.stream[:r.offset-h.base])
	}
	h.stream = append(h.stream, r.data...)
	more := r.end - h.durable
	h.sum = crc32.Update(h.sum, busSums, h.written[:more])
	h.durable, h.written, h.records = r.end, h.written[more:], h.records[1:]
	return nil
}

// forget gives up what is accepted of the stream, but for what a record cuts off that is not on the
// disk yet.
func (h *BusHost) forget() {
	first := h.relied
	for _, r := range h.records {
		first = min(first, r.offset)
	}
	if first > h.base {
		h.stream, h.base = h.stream[first-h.base:], first
	}
}
