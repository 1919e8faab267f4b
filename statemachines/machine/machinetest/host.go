package machinetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// A Host runs a machine, by the commands of a story.
type Host struct {
	Machine machine.Machine
	Stream  string
	Version uint8               // of the packets that it gets, and reads; wire.Latest if it is 0
	Deliver func([]byte) string // what is delivered, as text
	Now     time.Duration

	Disk   []byte // the journal
	Synced int    // how much of it would survive a crash
	out    []machine.Output
}

// At takes the time of a command.
func (h *Host) At(t *testing.T, d *datadriven.TestData) {
	if at := Text(t, d, "at"); at != "" {
		var err error
		h.Now, err = time.ParseDuration(at)
		require.NoError(t, err, d.Pos)
	}
}

// Run runs a command that is none of the machine's own.
func (h *Host) Run(t *testing.T, d *datadriven.TestData) string {
	h.At(t, d)
	switch d.Cmd {
	case "tick":
		return h.Step(machine.Input{})
	case "next":
		next, ok := h.Machine.Next()
		if !ok {
			return "nothing is due\n"
		}
		return fmt.Sprintln(time.Duration(next))
	case "sync": // all, or as many bytes as of= says
		n := len(h.Disk)
		if d.HasArg("of") {
			n = int(Number(t, d, "of"))
		}
		h.Synced = max(h.Synced, min(n, len(h.Disk)))
		return h.Step(machine.Input{Kind: machine.Synced, Length: uint64(n)})
	case "crash": // the disk keeps what was synced, and kept= more bytes
		h.Disk = h.Disk[:min(len(h.Disk), h.Synced+int(Number(t, d, "kept")))]
		h.Synced = len(h.Disk)
		return fmt.Sprintf("the disk has %d bytes\n", len(h.Disk))
	}
	packet := Packet(t, d, h.header(t, d))
	if d.HasArg("twice") {
		h.Step(machine.Input{Kind: machine.Packet, From: Address(t, d, "from"), Data: packet})
	}
	return h.Step(machine.Input{Kind: machine.Packet, From: Address(t, d, "from"), Data: packet})
}

func (h *Host) version() uint8 {
	if h.Version == 0 {
		return wire.Latest
	}
	return h.Version
}

func (h *Host) header(t *testing.T, d *datadriven.TestData) wire.Header {
	return wire.Header{Version: h.version(), Stream: wire.StreamID(h.Stream), Epoch: Number(t, d, "epoch")}
}

// Step gives the machine an input, and says what it does.
func (h *Host) Step(in machine.Input) string {
	h.out = h.Machine.Step(int64(h.Now), in, h.out[:0])
	return h.Tell(h.out)
}

// Tell does what is to be done with a disk, and says all that is to be done.
func (h *Host) Tell(out []machine.Output) string {
	var b strings.Builder
	for _, o := range out {
		switch o.Kind {
		case machine.Send:
			fmt.Fprintf(&b, "%s <- %s\n", o.To, Show(o.Data, h.version(), wire.StreamID(h.Stream)))
		case machine.Deliver:
			fmt.Fprintf(&b, "deliver %s\n", h.Deliver(o.Data))
		case machine.Write:
			h.Disk = append(h.Disk, o.Data...)
			fmt.Fprintf(&b, "write %d bytes\n", len(o.Data))
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

// oversized is a packet that is longer than one can be.
func oversized(p *wire.Packet) []byte {
	var frames []byte
	for i := range uint64(20) { // together longer than any record of a journal, too
		frames = (&wire.Frame{Publisher: 1, Sequence: 1 + i, Payload: make([]byte, 60_000)}).Append(frames)
	}
	var stream wire.Stream
	if p.Kind != wire.KindStream || stream.Decode(p).Reason != wire.None {
		return (&wire.Answer{Data: frames}).Append(nil, p.Header)
	}
	stream.Frames = append(bytes.Clone(stream.Frames), frames...)
	return stream.Append(nil, p.Header)
}

// Refuses checks that packets that are wrong change nothing of a machine but its counts, and
// that it says nothing to them: each of some packets that are right, cut off anywhere, with
// any bit flipped, of another stream, for readers of a later version, or longer than a packet can
// be; where it is of the stream, with frames that are right by themselves.
func Refuses(t *testing.T, m machine.Machine, now int64, from machine.Address, packets ...[]byte) {
	t.Helper()
	before := m.Snapshot("test")
	refuse := func(b []byte, what string, args ...any) {
		require.NotPanics(t, func() {
			out := m.Step(now, machine.Input{Kind: machine.Packet, From: from, Data: b}, nil)
			require.Empty(t, out, what, args)
		}, what, args)
	}
	for _, packet := range packets {
		var p wire.Packet
		require.Equal(t, wire.Fault{}, p.Open(packet, wire.Latest, streamOf(packet)), "a packet that is right by itself")
		for n := range packet {
			refuse(packet[:n], "cut to %d bytes", n)
		}
		for bit := range 8 * len(packet) {
			b := bytes.Clone(packet)
			b[bit/8] ^= 1 << (bit % 8)
			refuse(b, "bit %d flipped", bit)
		}
		refuse(append(bytes.Clone(packet), 0), "a byte more")
		refuse(Sealed(packet, func(b []byte) { b[2], b[3] = 9, 9 }), "for version 9")
		refuse(Sealed(packet, func(b []byte) { b[16] ^= 1 }), "of another stream")
		refuse(Sealed(packet, func(b []byte) { b[4] = 99 }), "of no kind")
		refuse(oversized(&p), "too long")
	}
	require.Equal(t, before, m.Snapshot("test"))
}
