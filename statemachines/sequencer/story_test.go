package sequencer

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

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
	role, epoch := s.machine.Role()
	first, tail, committed := s.machine.Bounds()
	text := fmt.Sprintf("%s epoch=%d [%d, %d) committed=%d whole=%d journal=%d", role, epoch, first, tail, committed, s.machine.whole, s.machine.JournalLength())
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
		s.Stream, s.Deliver, s.Version = "aria", reportText, uint8(number("version"))
		s.config = Config{
			Stream: "aria", Self: machine.At(1, 1), Version: s.Version, HeartbeatEvery: second,
			Publisher:      serve.Rate{PerSecond: number("rate"), Burst: number("burst")},
			UncommittedMax: number("uncommitted"), RetainMin: number("retain"),
		}
		if d.HasArg("self") {
			s.config.Self = machinetest.Address(t, d, "self")
		}
		if d.HasArg("replicator") {
			s.config.Replicators = []machine.Address{machinetest.Address(t, d, "replicator")}
		}
		s.Disk, s.Synced = nil, 0
		return s.set(New(s.config))
	case "grant":
		g := Grant{Epoch: number("epoch"), After: number("after")}
		switch {
		case d.HasArg("paired"):
			g.Duty, g.Other = LeadPaired, machinetest.Address(t, d, "paired")
		case d.HasArg("standby"):
			g.Duty, g.Other = StandBy, machinetest.Address(t, d, "standby")
		default:
			g.Duty = LeadAlone
		}
		return s.Step(machine.Input{Kind: machine.Command, Data: g.Append(nil)})
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

func reportText(b []byte) string {
	var r Report
	if !r.Decode(b) {
		return fmt.Sprintf("% x", b)
	}
	return fmt.Sprintf("%s epoch=%d offset=%d whole=%d", r.What, r.Epoch, r.Offset, r.Whole)
}

func TestReportsAndGrantsAreDecodedAsTheyWereEncoded(t *testing.T) {
	for _, g := range []Grant{{LeadAlone, 0, 7, 6}, {LeadPaired, machine.At(1, 2), 7, 6}, {StandBy, machine.At(2, 1), 7, 0}} {
		var again Grant
		require.True(t, again.Decode(g.Append(nil)))
		require.Equal(t, g, again)
		for n := range len(g.Append(nil)) {
			require.False(t, again.Decode(g.Append(nil)[:n]))
		}
	}
	for _, g := range []Grant{{LeadAlone, 1, 7, 6}, {LeadAlone, 0, 7, 7}, {LeadPaired, machine.Everybody(1), 7, 6}, {StandBy, 1, 0, 0}, {0, 0, 7, 6}, {9, 0, 7, 6}} {
		require.False(t, new(Grant).Decode(g.Append(nil)), "%+v", g)
	}
	r, again := Report{IsWhole, 3, 2, 1}, Report{}
	require.True(t, again.Decode(r.Append(nil)))
	require.Equal(t, r, again)
	require.Equal(t, []string{"lead-alone", "duty 9", "refused-hole", "report 99"}, []string{LeadAlone.String(), Duty(9).String(), RefusedHole.String(), What(99).String()})
}
