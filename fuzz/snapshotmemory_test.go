package fuzz

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var kept []byte

func TestWhatAFunctionAllocatesIsCharged(t *testing.T) {
	took, over := overspends(func() { kept = make([]byte, 3<<20) }, 1<<20)
	require.True(t, over)
	require.Equal(t, uint64(3<<20), took)
	_, over = overspends(func() { kept = make([]byte, 3<<20) }, 4<<20)
	require.False(t, over)
}

// Another goroutine allocates far more than the limit while the function runs.
func TestWhatOthersAllocateIsNotCharged(t *testing.T) {
	var turns, done = make(chan bool), make(chan bool)
	var group sync.WaitGroup
	group.Go(func() {
		for range turns {
			kept = make([]byte, 10<<20)
			done <- true
		}
	})
	for range 5 {
		took, over := overspends(func() { turns <- true; <-done }, 1<<20)
		require.False(t, over, took)
		require.Less(t, took, uint64(1<<20))
	}
	close(turns)
	group.Wait()
}
