package probe

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlySomePauseAndOnlyWhereTheyAreTold(t *testing.T) {
	defer func() { Pauses, PauseAt = 0, 0 }()
	Pauses, PauseAt = 16, 1<<3
	require.True(t, pauses(3, 15))
	require.True(t, pauses(35, 1<<16|15))
	require.False(t, pauses(3, 16))
	require.False(t, pauses(4, 0))
	require.Equal(t, "a value", Shared(3, "a value"))
}
