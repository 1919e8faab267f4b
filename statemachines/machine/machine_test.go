package machine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressKeepsRegionAndHost(t *testing.T) {
	cases := []struct {
		address Address
		region  uint16
		host    uint16
		all     bool
		text    string
	}{
		{At(0, 0), 0, 0, false, "r0h0"},
		{At(1, 7), 1, 7, false, "r1h7"},
		{At(0xFFFF, 1), 0xFFFF, 1, false, "r65535h1"},
		{Everybody(2), 2, 0xFFFF, true, "r2*"},
	}
	for _, c := range cases {
		require.Equal(t, c.region, c.address.Region(), c.text)
		require.Equal(t, c.host, c.address.Host(), c.text)
		require.Equal(t, c.all, c.address.IsEverybody(), c.text)
		require.Equal(t, c.text, c.address.String())
	}
}

func TestKindsHaveNames(t *testing.T) {
	require.Equal(t, []string{"tick", "packet", "command", "synced", "kind 9"},
		[]string{Tick.String(), Packet.String(), Command.String(), Synced.String(), InputKind(9).String()})
	require.Equal(t, []string{"send", "deliver", "write", "kind 9"},
		[]string{Send.String(), Deliver.String(), Write.String(), OutputKind(9).String()})
}

func TestLaterStaysWithinTheRange(t *testing.T) {
	require.Equal(t, int64(7), Later(5, 2))
	require.Equal(t, int64(-2), Later(5, -7))
	require.Equal(t, int64(math.MaxInt64), Later(math.MaxInt64-1, 2))
	require.Equal(t, int64(math.MinInt64), Later(math.MinInt64+1, -2))
}
