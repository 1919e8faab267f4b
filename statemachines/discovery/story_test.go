package discovery

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
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
	text := fmt.Sprintf("%d servers", s.machine.Len())
	if refused := s.machine.Counts().String(); refused != "" {
		text += " refused: " + refused
	}
	return text + "\n"
}

func (s *story) run(t *testing.T, d *datadriven.TestData) string {
	number := func(name string) uint64 { return machinetest.Number(t, d, name) }
	s.At(t, d)
	switch d.Cmd {
	case "new":
		s.Stream = "aria"
		s.config = Config{Stream: "aria", Self: machine.At(1, 9), ServersMax: int(number("servers")), Lookups: serve.Rate{PerSecond: number("rate"), Burst: number("burst")}}
		return s.set(New(s.config))
	case "state":
		return s.state()
	case "keep":
		s.kept = s.machine.Snapshot("test")
		return s.state()
	case "restore":
		return s.set(Restore(s.config, s.kept))
	}
	return s.Run(t, d)
}
