package wire

// A Stream holds whole frames of the stream, or none as a heartbeat.
type Stream struct {
	Start     uint64 // offset at which the epoch began
	Offset    uint64 // of the first frame
	Committed uint64 // offset up to which the stream is accepted
	Time      int64  // stream time in ns since 1970; 0 where the packet has none
	Frames    []byte
}

// Append writes the packet behind dst.
func (p *Stream) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = appendWords(h.begin(dst, KindStream), p.Start, p.Offset, p.Committed)
	return end(h.time(dst, p.Time), at, p.Frames)
}

// Decode reads an opened packet. Frames are a part of it, and not checked.
func (p *Stream) Decode(from *Packet) Fault {
	if fault := from.fields(24); fault.Reason != None {
		return fault
	}
	frames, fault := from.bytes(from.number(8))
	if fault.Reason != None {
		return fault
	}
	*p = Stream{from.number(0), from.number(8), from.number(16), from.time(24), frames}
	return Fault{}
}

// A Stored tells the sequencer what its standby has on its disk.
type Stored struct {
	Tail uint64 // the stream up to here
}

// Append writes the packet behind dst.
func (p *Stored) Append(dst []byte, h Header) []byte {
	at := len(dst)
	return end(appendWords(h.begin(dst, KindStored), p.Tail), at, nil)
}

// Decode reads an opened packet.
func (p *Stored) Decode(from *Packet) Fault {
	if fault := from.only(8); fault.Reason != None {
		return fault
	}
	*p = Stored{from.number(0)}
	return Fault{}
}
