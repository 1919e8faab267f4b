package publisher

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/snapshot"
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
	machinetest.Host
	machine *Machine
	kept    *snapshot.Snapshot
}

func (s *story) run(t *testing.T, d *datadriven.TestData) string {
	s.At(t, d)
	switch d.Cmd {
	case "new":
		m, err := New(config)
		require.NoError(t, err)
		s.machine, s.Machine = m, m
		s.Stream, s.Deliver = "aria", noticeText
		return s.Step(machine.Input{})
	case "send":
		text := ""
		for _, arg := range d.CmdArgs {
			if arg.Key != "at" {
				text += s.Step(machine.Input{Kind: machine.Command, Data: []byte(arg.Key)})
			}
		}
		return text
	case "careless": // as after InFlightMax messages
		s.machine.beCareless()
		return s.state()
	case "state":
		return s.state()
	case "keep":
		s.kept = s.machine.Snapshot("test")
		return s.state()
	case "restore":
		m, err := Restore(config, s.kept)
		require.NoError(t, err)
		s.machine, s.Machine = m, m
		return s.Step(machine.Input{})
	}
	return s.Run(t, d)
}

func (s *story) state() string {
	c := s.machine.Counts()
	careful := "no"
	if b := s.machine.birth; b.asking() {
		careful = "asking"
	} else if s.machine.careful() {
		careful = fmt.Sprintf("%d,to-%d", s.machine.left, b.old)
	}
	return fmt.Sprintf("waiting=%d careful=%s refused=%v conflicts=%d untrue=%d\n", s.machine.Waiting(), careful, c.Refused, c.Conflicts, c.Untrue)
}

func noticeText(b []byte) string {
	n, err := ReadNotice(b)
	if err != nil {
		return err.Error()
	}
	if n.Kind == Refused {
		return fmt.Sprintf("%s: %s", n.Kind, n.Reason)
	}
	return fmt.Sprintf("%s: number %d, ends at %d", n.Kind, n.Sequence, n.Next)
}
