package follow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// The stories in testdata/stories are a follower's behaviour as text: commands, and what it does.
// -rewrite rewrites what it does.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		s := &story{stream: "aria"}
		datadriven.RunTest(t, path, s.run)
	})
}

type story struct {
	config   Config
	follower Follower
	stream   string
	now      time.Duration
}

// The hosts of all stories: discovery, and the servers of two regions.
var (
	discovery = machine.At(1, 9)
	leader    = machine.At(1, 1)
)

func (s *story) run(t *testing.T, d *datadriven.TestData) string {
	args := arguments{t, d}
	if at := args.text("at"); at != "" {
		var err error
		s.now, err = time.ParseDuration(at)
		require.NoError(t, err)
	}
	switch d.Cmd {
	case "new":
		s.config = Config{Stream: s.stream, Address: machine.At(1, 5), AskMax: uint32(args.number("ask"))}
		if d.HasArg("discovery") {
			s.config.Discovery = []machine.Address{discovery}
		}
		for _, name := range strings.Fields(strings.ReplaceAll(args.text("servers"), ",", " ")) {
			s.config.Servers = append(s.config.Servers, Server{host(t, name), service(name)})
		}
		var err error
		s.follower, err = New(s.config, args.number("offset"))
		require.NoError(t, err)
		return s.act(News{Offset: s.follower.Tail()})
	case "stream":
		return s.packet(leader, args, &wire.Stream{Start: args.number("start"), Offset: args.number("offset"), Committed: args.number("committed"), Frames: frames(args)})
	case "answer":
		return s.packet(host(t, args.text("from")), args, &wire.Answer{Offset: args.number("offset"), Bounds: bounds(args), Data: cut(frames(args), args)})
	case "refuse":
		return s.packet(host(t, args.text("from")), args, &wire.Refusal{Offset: args.number("offset"), Bounds: bounds(args), Reason: refusal(args.text("reason")), Retry: args.number("retry")})
	case "found":
		var list []byte
		for line := range strings.Lines(d.Input) {
			var name string
			server := wire.Server{}
			n, _ := fmt.Sscanf(line, "%s [%d, %d)", &name, &server.First, &server.Tail)
			server.Address, server.Service, server.Hinted = uint32(host(t, name)), service(name), n == 3
			list = wire.AppendServer(list, server)
		}
		return s.packet(discovery, args, &wire.Found{Servers: list})
	case "limit":
		s.follower.SetLimit(args.number("to"))
		return s.act(News{Offset: s.follower.Tail()})
	case "rewind":
		s.follower.Rewind(args.number("to"))
		return s.act(News{Offset: s.follower.Tail()})
	case "tick":
		return s.act(News{Offset: s.follower.Tail()})
	case "next":
		next, _ := s.follower.Next()
		return fmt.Sprintln(time.Duration(next))
	case "restore":
		again, err := Restore(s.config, s.follower.Snapshot("story", "test", 0))
		require.NoError(t, err)
		again.SetLimit(s.follower.limit)
		s.follower = again
		return s.act(News{Offset: s.follower.Tail()})
	}
	t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
	return ""
}

type body interface {
	Append(dst []byte, h wire.Header) []byte
}

func (s *story) packet(from machine.Address, args arguments, b body) string {
	packet := b.Append(nil, wire.Header{Version: wire.Latest, Stream: wire.StreamID(s.stream), Epoch: args.number("epoch")})
	var p wire.Packet
	if !s.follower.Open(&p, packet) {
		return "not opened\n"
	}
	before := s.follower.counts
	text := s.act(s.follower.Take(int64(s.now), from, &p))
	after := s.follower.counts
	for reason, n := range after.Faults {
		if n > before.Faults[reason] {
			text += fmt.Sprintf("counted: %s\n", wire.Reason(reason))
		}
	}
	for _, count := range []struct {
		name          string
		before, after uint64
	}{{"wrong epoch", before.WrongEpoch, after.WrongEpoch}, {"untrue", before.Untrue, after.Untrue}, {"unwanted", before.Unwanted, after.Unwanted}} {
		if count.after > count.before {
			text += fmt.Sprintf("counted: %s\n", count.name)
		}
	}
	return text
}

// act prints what news there are, what is asked for, and the state.
func (s *story) act(news News) string {
	var b strings.Builder
	if news.Epoch {
		epoch, start := s.follower.Epoch()
		fmt.Fprintf(&b, "epoch %d from %d\n", epoch, start)
	}
	if news.Truncated {
		fmt.Fprintf(&b, "forget what is past %d\n", news.Offset)
	}
	for at := 0; at < len(news.Frames); {
		frame, n, _ := wire.NextFrame(news.Frames[at:])
		fmt.Fprintf(&b, "frame at %d: %s\n", news.Offset+uint64(at), shorten(frame.Payload))
		at += n
	}
	if news.Full {
		b.WriteString("full\n")
	}
	for _, o := range s.follower.Ask(int64(s.now), nil) {
		var p wire.Packet
		var request wire.Request
		p.Open(o.Data, wire.Latest, wire.StreamID(s.stream))
		if request.Decode(&p); p.Kind == wire.KindRequest {
			fmt.Fprintf(&b, "ask %s for %d bytes at %d, epoch %d\n", name(o.To), request.Length, request.Offset, p.Epoch)
		} else {
			fmt.Fprintf(&b, "%s to %s\n", p.Kind, name(o.To))
		}
	}
	fmt.Fprintf(&b, "tail=%d committed=%d\n", s.follower.Tail(), s.follower.Committed())
	return b.String()
}

func shorten(payload []byte) string {
	if len(payload) > 20 {
		return fmt.Sprintf("%q and so on, %d bytes", payload[:5], len(payload))
	}
	return fmt.Sprintf("%q", payload)
}

// Hosts are named by what they are: tip1 is the tip of region 1, replicator2 a replicator.
func host(t *testing.T, name string) machine.Address {
	switch {
	case strings.HasPrefix(name, "tip"):
		return machine.At(uint16(name[3]-'0'), 2)
	case strings.HasPrefix(name, "replicator"):
		return machine.At(uint16(name[10]-'0'), 3)
	}
	t.Fatalf("no host %q", name)
	return 0
}

func service(name string) wire.Service {
	if strings.HasPrefix(name, "tip") {
		return wire.Tip
	}
	return wire.Replicator
}

func name(a machine.Address) string {
	switch {
	case a == discovery:
		return "discovery"
	case a.Host() == 2:
		return fmt.Sprintf("tip%d", a.Region())
	}
	return fmt.Sprintf("replicator%d", a.Region())
}

// frames are those of words, such as aa,bbb; a word of digits is a payload of that many bytes.
func frames(args arguments) (b []byte) {
	for i, word := range strings.Fields(strings.ReplaceAll(args.text("frames"), ",", " ")) {
		frame := wire.Frame{Publisher: 7, Sequence: uint64(1 + i), Payload: []byte(word)}
		var n int
		if fmt.Sscanf(word, "%d", &n); n > 0 {
			frame.Payload = []byte(strings.Repeat("x", n))
		}
		b = frame.Append(b)
	}
	if wrong := args.number("zeros"); wrong > 0 {
		b = append(b, make([]byte, wrong)...)
	}
	return b
}

// cut takes bytes from..to of an answer.
func cut(b []byte, args arguments) []byte {
	if to := args.number("to"); to > 0 {
		b = b[:to]
	}
	return b[args.number("skip"):]
}

func bounds(args arguments) wire.Bounds {
	return wire.Bounds{Start: args.number("start"), First: args.number("first"), Tail: args.number("tail"), Committed: args.number("committed")}
}

func refusal(name string) wire.RefusalReason {
	for r := wire.TooOld; ; r++ {
		if r.String() == name {
			return r
		}
	}
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

func (a arguments) text(name string) (text string) {
	for _, arg := range a.d.CmdArgs {
		if arg.Key == name {
			return strings.Join(arg.Vals, ",")
		}
	}
	return ""
}
