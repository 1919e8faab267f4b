package subscriber

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

var (
	aria   = wire.StreamID("aria")
	leader = machine.At(1, 1)
	tip    = machine.At(1, 2)
)

// The stories in testdata/stories are the machine's behaviour as text: commands, and what it
// does. -rewrite rewrites what it does.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		s := &story{}
		datadriven.RunTest(t, path, s.run)
	})
}

type story struct {
	config  Config
	machine *Machine
	kept    *snapshot.Snapshot
	now     time.Duration
}

func (s *story) run(t *testing.T, d *datadriven.TestData) string {
	args := arguments{t, d}
	if at := args.text("at"); at != "" {
		var err error
		s.now, err = time.ParseDuration(at)
		require.NoError(t, err)
	}
	switch d.Cmd {
	case "new":
		s.config = Config{BufferMax: args.number("buffer"), WindowMax: args.number("window")}
		s.config.Follow = follow.Config{Stream: "aria", Address: machine.At(1, 5), Servers: []follow.Server{{Address: tip, Service: wire.Tip}}}
		var err error
		s.machine, err = New(s.config, args.number("offset"))
		require.NoError(t, err)
		return s.step(machine.Input{})
	case "stream":
		return s.packet(leader, args, &wire.Stream{Start: args.number("start"), Offset: args.number("offset"), Committed: args.number("committed"), Frames: frames(args)})
	case "answer":
		bounds := wire.Bounds{Start: args.number("start"), Tail: args.number("tail"), Committed: args.number("committed")}
		return s.packet(tip, args, &wire.Answer{Offset: args.number("offset"), Bounds: bounds, Data: frames(args)})
	case "taken":
		return s.step(machine.Input{Kind: machine.Command, Data: AppendTaken(nil, args.number("next"))})
	case "tick":
		return s.step(machine.Input{})
	case "keep":
		s.kept = s.machine.Snapshot("test")
		return fmt.Sprintf("offset=%d epoch=%d\n", s.kept.CoreStreamLength, s.kept.Epoch)
	case "restore":
		again, err := Restore(s.config, s.kept)
		require.NoError(t, err)
		s.machine = again
		return s.step(machine.Input{})
	}
	t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
	return ""
}

func (s *story) packet(from machine.Address, args arguments, b interface {
	Append([]byte, wire.Header) []byte
}) string {
	packet := b.Append(nil, wire.Header{Version: wire.Latest, Stream: aria, Epoch: args.number("epoch")})
	return s.step(machine.Input{Kind: machine.Packet, From: from, Data: packet})
}

// step prints what comes out, and how many bytes wait.
func (s *story) step(in machine.Input) string {
	var b strings.Builder
	for _, o := range s.machine.Step(int64(s.now), in, nil) {
		if o.Kind == machine.Send {
			var p wire.Packet
			var r wire.Request
			p.Open(o.Data, wire.Latest, aria)
			r.Decode(&p)
			fmt.Fprintf(&b, "%s to %s: %d bytes at %d, epoch %d\n", p.Kind, o.To, r.Length, r.Offset, p.Epoch)
			continue
		}
		d, err := ReadDelivery(o.Data)
		if err != nil {
			return err.Error() + "\n"
		}
		if fmt.Fprintf(&b, "%s, next=%d", d.Kind, d.Next); d.Kind == Message {
			payload := string(d.Frame.Payload)
			if len(payload) > 20 {
				payload = fmt.Sprintf("%d bytes", len(payload))
			}
			fmt.Fprintf(&b, ": %s", payload)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "offset=%d waiting=%d\n", s.machine.Offset(), s.machine.follower.Tail()-s.machine.given)
	return b.String()
}

// frames are those of words, such as (aa,bbb); a number is a payload of that many bytes.
func frames(args arguments) (b []byte) {
	for _, word := range strings.FieldsFunc(args.text("frames"), func(r rune) bool { return r == ',' }) {
		var n int
		if fmt.Sscanf(word, "%d", &n); n > 0 {
			word = strings.Repeat("x", n)
		}
		frame := wire.Frame{Publisher: 7, Sequence: 1, Payload: []byte(word)}
		b = frame.Append(b)
	}
	return b
}

// arguments are those of a command; one that is left out is 0 or "".
type arguments struct {
	t *testing.T
	d *datadriven.TestData
}

func (a arguments) number(name string) (n uint64) {
	if a.d.HasArg(name) {
		a.d.ScanArgs(a.t, name, &n)
	}
	return n
}

func (a arguments) text(name string) string {
	for _, arg := range a.d.CmdArgs {
		if arg.Key == name {
			return strings.Join(arg.Vals, ",")
		}
	}
	return ""
}
