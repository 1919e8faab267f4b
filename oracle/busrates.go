package oracle

import (
	"encoding/binary"
	"fmt"
)

// A busDebt is what a publisher sent lately, of which every second makes Rate bytes forgotten.
type busDebt struct {
	publisher uint64
	bytes     float64
	at        int64 // ns
}

// takes judges how much a leader puts into the stream: what is not accepted, and what is of one
// publisher. Leaders of version 1 don't tell the time.
func (b *Bus) takes(e *BusEpoch, p BusPacket) error {
	end := p.Offset + uint64(len(p.Data))
	if end <= e.taken || len(p.Data) == 0 {
		return nil
	}
	e.taken = end
	if end > p.Committed && end-p.Committed > b.Ahead {
		return fmt.Errorf("stream up to %d, and %d bytes are accepted: want at most %d more", end, p.Committed, b.Ahead)
	}
	if b.Rate == 0 || p.Time == 0 {
		return nil
	}
	for data := p.Data; len(data) >= 20; {
		size := min(len(data), 20+int(binary.LittleEndian.Uint32(data)))
		if err := b.owe(e, binary.LittleEndian.Uint64(data[4:]), float64(size), p.Time); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

// owe counts a message of a publisher. Who owes no more than a burst may send one, however long.
func (b *Bus) owe(e *BusEpoch, publisher uint64, size float64, now int64) error {
	var debt *busDebt
	for i := range e.owing {
		if e.owing[i].publisher == publisher {
			debt = &e.owing[i]
		}
	}
	if debt == nil {
		e.owing = append(e.owing, busDebt{publisher: publisher, at: now})
		debt = &e.owing[len(e.owing)-1]
	}
	debt.bytes = max(0, debt.bytes-float64(now-debt.at)*b.Rate/1e9)
	debt.at = now
	if debt.bytes > b.Burst+1 { // the machine counts in whole ns
		return fmt.Errorf("a message of publisher %d, which has sent %.0f bytes too fast, want at most %.0f", publisher, debt.bytes, b.Burst)
	}
	debt.bytes += size
	return nil
}
