package tip

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// The stories in testdata/server are those of the machine on the network.
func TestServerStories(t *testing.T) {
	datadriven.Walk(t, "testdata/server", func(t *testing.T, path string) {
		s := &serverStory{}
		datadriven.RunTest(t, path, s.run)
	})
}

type serverStory struct {
	machinetest.Host
	config ServerConfig
	server *Server
	kept   *snapshot.Snapshot
}

func (s *serverStory) set(server *Server, err error) string {
	if err != nil {
		return err.Error() + "\n"
	}
	s.server, s.Machine = server, server
	return s.state()
}

// onDisk is a snapshot as a file has it.
func onDisk(t *testing.T, s *snapshot.Snapshot) *snapshot.Snapshot {
	file, err := snapshot.Encode(s)
	require.NoError(t, err)
	kept, err := snapshot.Inspect(snapshot.Name(s.CoreStreamLength), file)
	require.NoError(t, err)
	return kept
}

func (s *serverStory) state() string {
	b := s.server.Machine().Bounds()
	text := fmt.Sprintf("epoch=%d [%d, %d) committed=%d", s.server.Machine().Epoch(), b.First, b.Tail, s.server.Committed())
	if refused := s.server.Counts().String(); refused != "" {
		text += " refused: " + refused
	}
	return text + "\n"
}

func (s *serverStory) run(t *testing.T, d *datadriven.TestData) string {
	number := func(name string) uint64 { return machinetest.Number(t, d, name) }
	s.At(t, d)
	switch d.Cmd {
	case "new":
		s.Stream, s.Version = "aria", uint8(number("version"))
		limits := Limits{Rate: number("rate"), Burst: number("burst"), AnswerMax: uint32(number("answer"))}
		s.config = ServerConfig{
			Self: machine.At(1, 3), Version: s.Version,
			Tip:    Config{Stream: "aria", Capacity: int(number("capacity")), Local: limits, Remote: limits},
			Follow: follow.Config{Servers: []follow.Server{{Address: machine.At(1, 1), Service: wire.Replicator}}},
		}
		if d.HasArg("discovery") {
			s.config.Discovery = []machine.Address{machine.At(1, 8), machine.At(2, 8)}
		}
		return s.set(NewServer(s.config, number("offset")))
	case "state":
		return s.state()
	case "keep":
		s.kept = onDisk(t, s.server.Snapshot("test"))
		return fmt.Sprintf("offset=%d epoch=%d\n", s.kept.CoreStreamLength, s.kept.Epoch)
	case "upgrade", "downgrade":
		s.Version = map[string]uint8{"upgrade": wire.Version2, "downgrade": wire.Version1}[d.Cmd]
		s.config.Version = s.Version
		return fmt.Sprintf("version=%d\n", s.Version)
	case "restore":
		return s.set(RestoreServer(s.config, s.kept))
	case "restart":
		return s.set(RestartServer(s.config, s.kept))
	}
	return s.Run(t, d)
}
