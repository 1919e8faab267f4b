package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestAFindAfterTheBudgetIsNone(t *testing.T) {
	found := &battle.Finding{Updates: 7}
	require.Equal(t, try{true, 9, 2}, tried(found, 9, 2*time.Second, 2*time.Second))
	require.Equal(t, try{true, 7, 1}, tried(found, 5, time.Second, 2*time.Second), "what was reported last")
	require.Equal(t, try{false, 9, 3}, tried(found, 9, 3*time.Second, 2*time.Second))
	require.Equal(t, try{false, 9, 1}, tried(nil, 9, time.Second, 2*time.Second))
}

func TestOnlySeedsThatCannotChangeTheMedianAreLeftOut(t *testing.T) {
	for seeds := 1; seeds <= 6; seeds++ {
		for pattern := range 1 << seeds { // of finds
			var tries []try
			for i := range seeds {
				tries = append(tries, try{Found: pattern>>i&1 == 1, Seconds: float64(1 + i)})
			}
			_, found := trial{Each: tries}.middle()
			for n := range seeds {
				if settled(tries[:n+1], seeds) {
					require.False(t, found, "%d seeds, finds %b: settled after %d, and the median is a find", seeds, pattern, n+1)
					_, found := trial{Each: tries[:n+1]}.middle()
					require.False(t, found, "%d seeds, finds %b: what was tried of them has a find as its median", seeds, pattern)
				}
			}
			require.Equal(t, !found, settled(tries, seeds), "%d seeds, finds %b", seeds, pattern)
		}
	}
	miss, find := try{}, try{Found: true}
	for _, c := range []struct {
		tries []try
		want  bool
	}{
		{[]try{miss, miss}, false},
		{[]try{miss, miss, miss}, true},
		{[]try{find, find, find}, false},
		{[]try{miss, find, miss, find}, false},
		{[]try{miss, find, miss, miss}, true},
	} {
		require.Equal(t, c.want, settled(c.tries, 5), fmt.Sprint(c.tries))
	}
}
