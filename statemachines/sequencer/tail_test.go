package sequencer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/wire"
)

// A publisher that begins with nothing asks for its last number with one that is never the next. It
// waits until all is accepted that is in the stream by then, so the answer says where it ends.
func TestAQueryForTheLastNumberSaysWhereTheStreamEnds(t *testing.T) {
	m := granted(t, Config{}, Grant{LeadAlone, 0, 1, 0})
	m.Step(0, packet(publisher1, inject(1, 1, "abc")), nil)
	out := m.Step(0, packet(publisher1, inject(1, 1<<64-1, "")), nil)
	require.Len(t, out, 1)
	var p wire.Packet
	var answer wire.Injected
	require.Equal(t, wire.Fault{}, p.Open(out[0].Data, wire.Latest, aria))
	require.Equal(t, wire.Fault{}, answer.Decode(&p))
	require.Equal(t, wire.Injected{Publisher: 1, Last: 1, Tail: 23, Reason: wire.OutOfOrder}, answer)
}
