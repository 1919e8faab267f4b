package tip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/snapshot"
)

// The stories in testdata/machine are the machine's behaviour as text: commands, and what it
// says. -rewrite rewrites what it says.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/machine", func(t *testing.T, path string) {
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
		s.config = Config{Stream: "aria", Region: 1, Capacity: int(args.number("capacity")), StepMax: int(args.number("step")), QueueMax: int(args.number("queue"))}
		s.config.Local = Limits{AnswerMax: uint32(args.number("answer")), Rate: args.number("rate"), Burst: args.number("burst"), WaitingMax: int(args.number("waiting"))}
		s.config.Remote = s.config.Local
		var err error
		s.machine, err = New(s.config, args.number("epoch"), args.number("base"))
		if err != nil {
			return err.Error() + "\n"
		}
		return s.state()
	case "stream":
		return s.step(Input{Kind: Stream, Epoch: args.number("epoch"), Start: args.number("start"), Offset: args.number("offset"), Data: []byte(args.text("data"))})
	case "ask":
		return s.step(Input{Kind: Request, Client: Client(args.number("client")), Region: uint16(args.number("region")), Epoch: args.number("epoch"), Offset: args.number("offset"), Length: uint32(args.number("length"))})
	case "tick":
		return s.step(Input{})
	case "next":
		next, waits := s.machine.Next()
		if !waits {
			return "nothing waits\n"
		}
		return fmt.Sprintln(time.Duration(next))
	case "keep":
		s.kept = s.machine.Snapshot("test", d.HasArg("ring"))
		return fmt.Sprintf("offset=%d epoch=%d, %s\n", s.kept.CoreStreamLength, s.kept.Epoch, sectionSizes(s.kept))
	case "restore":
		machine, err := Restore(s.config, s.kept)
		if err != nil {
			return err.Error() + "\n"
		}
		s.machine = machine
		return s.state()
	}
	t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
	return ""
}

func sectionSizes(s *snapshot.Snapshot) string {
	var sizes []string
	for _, section := range s.Sections {
		sizes = append(sizes, fmt.Sprintf("%s: %d bytes", section.Name, section.Length))
	}
	return strings.Join(sizes, ", ")
}

func (s *story) state() string {
	b := s.machine.Bounds()
	return fmt.Sprintf("epoch=%d [%d, %d)\n", s.machine.Epoch(), b.First, b.Tail)
}

// step prints what comes out, or the machine's bounds if nothing does.
func (s *story) step(in Input) string {
	out := s.machine.Step(int64(s.now), in, nil)
	if len(out) == 0 {
		return s.state()
	}
	var b strings.Builder
	for _, o := range out {
		fmt.Fprintf(&b, "%s to=%d offset=%d", o.Kind, o.Client, o.Offset)
		if o.Kind == Data {
			fmt.Fprintf(&b, " %q", o.Data)
		}
		if o.Kind == Busy {
			fmt.Fprintf(&b, " retry=%v", time.Duration(o.Retry))
		}
		fmt.Fprintf(&b, " epoch=%d [%d, %d)\n", o.Epoch, o.First, o.Tail)
	}
	return b.String()
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
	if a.d.HasArg(name) {
		a.d.ScanArgs(a.t, name, &text)
	}
	return text
}
