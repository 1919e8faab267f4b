package replicator

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// The stories in testdata are the machine's behaviour as text: commands, and what it does.
// -rewrite rewrites what it does.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := &story{}
		datadriven.RunTest(t, path, s.run)
	})
}

type story struct {
	machinetest.Host
	config  Config
	machine *Machine
	kept    *snapshot.Snapshot
}

func (s *story) set(m *Machine, err error) string {
	if err != nil {
		return err.Error() + "\n"
	}
	s.machine, s.Machine = m, m
	return s.state()
}

func (s *story) state() string {
	first, tail, committed := s.machine.Bounds()
	text := fmt.Sprintf("epoch=%d [%d, %d) committed=%d journal=%d", s.machine.Epoch(), first, tail, committed, s.machine.JournalLength())
	if refused := s.machine.Counts().String(); refused != "" {
		text += " refused: " + refused
	}
	return text + "\n"
}

func (s *story) run(t *testing.T, d *datadriven.TestData) string {
	s.At(t, d)
	switch d.Cmd {
	case "new":
		s.Stream = "aria"
		s.config = Config{
			Stream: "aria", Self: machine.At(2, 5), Resend: d.HasArg("resend"), Base: machinetest.Number(t, d, "base"),
			Follow: follow.Config{Servers: []follow.Server{{Address: machine.At(1, 1), Service: wire.Replicator}}},
		}
		if d.HasArg("discovery") {
			s.config.Discovery = []machine.Address{machine.At(2, 8)}
		}
		s.Disk, s.Synced = nil, 0
		return s.set(New(s.config))
	case "state":
		return s.state()
	case "keep":
		s.kept = s.machine.Snapshot("test")
		return fmt.Sprintf("offset=%d epoch=%d\n", s.kept.CoreStreamLength, s.kept.Epoch)
	case "restore":
		return s.set(Restore(s.config, s.kept))
	case "restart":
		var kept *snapshot.Snapshot
		if d.HasArg("kept") {
			kept = s.kept
		}
		text := s.set(Restart(s.config, kept, s.Disk))
		s.Disk = s.Disk[:s.machine.JournalLength()]
		s.Synced = min(s.Synced, len(s.Disk))
		return text
	}
	return s.Run(t, d)
}
