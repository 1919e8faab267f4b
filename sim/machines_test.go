package sim

import (
	"encoding/binary"
	"fmt"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
)

// An echo sends each packet back to its sender, and each command on: "to r1h2: text". It
// delivers each packet that it gets, but sends no echo of an echo.
type echo struct{ said []byte }

func (e *echo) Step(_ int64, in machine.Input, out []machine.Output) []machine.Output {
	switch {
	case in.Kind == machine.Command:
		var region, host uint16
		var text string
		if _, err := fmt.Sscanf(string(in.Data), "%d/%d %s", &region, &host, &text); err != nil {
			return out
		}
		return append(out, machine.Output{Kind: machine.Send, To: machine.At(region, host), Data: []byte(text)})
	case in.Kind != machine.Packet:
		return out
	}
	out = append(out, machine.Output{Kind: machine.Deliver, Data: append([]byte(nil), in.Data...)})
	if len(in.Data) > 0 && in.Data[0] == '=' {
		return out
	}
	e.said = append(append(e.said[:0], '='), in.Data...)
	return append(out, machine.Output{Kind: machine.Send, To: in.From, Data: e.said})
}

func (*echo) Next() (int64, bool) { return 0, false }

func (*echo) Snapshot(writer string) *snapshot.Snapshot {
	return &snapshot.Snapshot{Meta: snapshot.Meta{Stream: "test", Service: "echo", Writer: writer}}
}

func startEcho(Boot) (machine.Machine, error) { return &echo{}, nil }

// A counter adds up its commands, a byte each. It writes each to its journal, and
// delivers the sum once that is durable. It does not read past a ! without a snapshot.
type counter struct {
	sum, written, durable uint64
	sums                  []uint64 // by byte of the journal that is not durable
	said                  []byte
}

func (c *counter) Step(_ int64, in machine.Input, out []machine.Output) []machine.Output {
	switch in.Kind {
	case machine.Command:
		for _, b := range in.Data {
			c.sum += uint64(b)
			c.written++
			c.sums = append(c.sums, c.sum)
		}
		c.said = append(c.said[:0], in.Data...)
		out = append(out, machine.Output{Kind: machine.Write, Data: c.said})
	case machine.Synced:
		for ; c.durable < in.Length && len(c.sums) > 0; c.durable++ {
			out = append(out, machine.Output{Kind: machine.Deliver, Data: fmt.Append(nil, c.sums[0])})
			c.sums = c.sums[1:]
		}
	}
	return out
}

func (c *counter) JournalLength() uint64 { return c.written }

func (*counter) Next() (int64, bool) { return 0, false }

func (c *counter) Snapshot(writer string) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Meta:     snapshot.Meta{Stream: "test", Service: "counter", CoreStreamLength: c.written, Writer: writer},
		Sections: []snapshot.Section{snapshot.PlainSection("sum", binary.LittleEndian.AppendUint64(nil, c.sum))},
	}
}

func startCounter(b Boot) (machine.Machine, error) {
	c := &counter{}
	if s := b.Snapshot; s != nil {
		if s.CoreStreamLength > uint64(len(b.Journal)) {
			return nil, fmt.Errorf("snapshot of offset %d, and %d bytes of journal", s.CoreStreamLength, len(b.Journal))
		}
		c.written = s.CoreStreamLength
		c.sum = binary.LittleEndian.Uint64(s.Sections[0].Stored)
	}
	for _, one := range b.Journal[c.written:] {
		if one == 0 || one == '!' && b.Snapshot == nil {
			break // the disk lost a sector
		}
		c.sum += uint64(one)
		c.written++
	}
	c.durable = c.written
	return c, nil
}

// A pulse sends its clock to everybody of its region every so often, and remembers what
// it heard, as much as 12 hosts with rings would.
type pulse struct {
	region uint16
	every  int64
	due    int64
	now    int64
	heard  uint64
	ring   []byte
	said   [64]byte
}

func (p *pulse) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	p.now = max(p.now, now)
	switch {
	case in.Kind == machine.Packet && len(in.Data) > 0:
		copy(p.ring[p.heard%uint64(len(p.ring)):], in.Data)
		p.heard += uint64(len(in.Data))
	case in.Kind == machine.Tick && p.now >= p.due:
		p.due = p.now + p.every
		binary.LittleEndian.PutUint64(p.said[:], uint64(p.now))
		out = append(out, machine.Output{Kind: machine.Send, To: machine.Everybody(p.region), Data: p.said[:]})
	}
	return out
}

func (p *pulse) Next() (int64, bool) { return p.due, true }

func (p *pulse) Snapshot(writer string) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Meta:     snapshot.Meta{Stream: "test", Service: "pulse", CoreStreamLength: p.heard, Writer: writer},
		Sections: []snapshot.Section{snapshot.PlainSection("ring", append([]byte(nil), p.ring...))},
	}
}

func startPulse(region uint16, every int64, ring int) func(Boot) (machine.Machine, error) {
	return func(b Boot) (machine.Machine, error) {
		p := &pulse{region: region, every: every, due: b.Now + every, now: b.Now, ring: make([]byte, ring)}
		if b.Snapshot != nil {
			copy(p.ring, b.Snapshot.Sections[0].Stored)
			p.heard = b.Snapshot.CoreStreamLength
		}
		return p, nil
	}
}
