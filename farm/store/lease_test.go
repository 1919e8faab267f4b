package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/farm/store"
)

func TestAFarmHasOneCoordinator(t *testing.T) {
	s, stop := start(t, t.TempDir())
	defer stop()
	ada, bob := store.Holder{ID: "a", Host: "ada", Since: time.Now()}, store.Holder{ID: "b", Host: "bob", Since: time.Now()}
	lease, err := s.Lead(t.Context(), ada)
	require.NoError(t, err)
	_, err = s.Lead(t.Context(), bob)
	require.ErrorIs(t, err, store.ErrLed)
	require.ErrorContains(t, err, ": ada, since ")

	again, err := s.Lead(t.Context(), ada)
	require.NoError(t, err, "it was killed, and is back in its folder")
	again.Leave(t.Context())
	other, err := s.Lead(t.Context(), bob)
	require.NoError(t, err)
	require.ErrorIs(t, lease.Keep(t.Context()), store.ErrLost, "it is another's by now")
	lease.Leave(t.Context())
	_, err = s.Lead(t.Context(), ada)
	require.ErrorIs(t, err, store.ErrLed, "what was lost can't be given back")
	other.Leave(t.Context())
}

func TestALeaseRunsOut(t *testing.T) {
	js, _ := connect(t, t.TempDir())
	s, err := store.Open(t.Context(), js, store.Options{LeaseTTL: time.Second})
	require.NoError(t, err)
	_, err = s.Lead(t.Context(), store.Holder{ID: "killed"})
	require.NoError(t, err)
	for err = store.ErrLed; err != nil; { // as long as the test may take, if it never does
		require.ErrorIs(t, err, store.ErrLed)
		_, err = s.Lead(t.Context(), store.Holder{ID: "waiting"})
	}
}
