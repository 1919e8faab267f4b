package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHowManyWorkers(t *testing.T) {
	for _, n := range []int{-1, workersMax + 1} {
		o := &options{workers: n, slice: time.Minute, poll: time.Second, bisect: 1}
		require.ErrorContains(t, o.check(nil), "want 0 to 1024 of them")
	}
}
