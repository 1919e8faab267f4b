package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// takesTurns lets the ensemble's engines have turns until they have had so much CPU time, one
// lane, and returns when each began first, what each had, and the names in order.
func takesTurns(t *testing.T, e *ensemble, all time.Duration) (begun, had map[string]time.Duration, order []string) {
	t.Helper()
	begun, had = make(map[string]time.Duration), make(map[string]time.Duration)
	for spent := time.Duration(0); spent < all; {
		s, more := e.next()
		require.True(t, more)
		name := s.part.engine.name()
		if s.taken == 0 {
			begun[name] = spent
		}
		length := s.length(spent, all-spent)
		order = append(order, name)
		spent += length
		had[name] += length
		s.busy = false
		s.taken++
		s.spent += length
	}
	return begun, had, order
}

// Each engine has its share, the first turns come early, and the same hunt has the same turns.
func TestTurnsFollowShares(t *testing.T) {
	e := ensembleOf(t, &job{}, 1)
	begun, had, order := takesTurns(t, e, 100*time.Second)
	require.Zero(t, begun["explore"])
	require.Equal(t, turnLeast, begun["rapid"], "after one turn of the explorer")
	require.LessOrEqual(t, begun["native"], 300*time.Millisecond)
	require.InDelta(t, 57, had["explore"].Seconds(), 4, had)
	require.InDelta(t, 30, had["rapid"].Seconds(), 4, had)
	_, _, again := takesTurns(t, ensembleOf(t, &job{}, 1), 100*time.Second)
	require.Equal(t, order, again)
}

// What rapid finds in its first seconds takes the ensemble about twice as long, and so does,
// later on, what the explorer finds.
func TestWhoIsLikelyToFindHasHalf(t *testing.T) {
	_, had, _ := takesTurns(t, ensembleOf(t, &job{}, 1), 4*time.Second)
	require.InDelta(t, 1.9, had["rapid"].Seconds(), 0.3, had)
	_, had, _ = takesTurns(t, ensembleOf(t, &job{}, 1), 20*time.Second)
	require.InDelta(t, 10, had["explore"].Seconds(), 1, had)
}

// Turns of an engine that brings something new are more, and those of one that has brought
// nothing for long are as many as ever.
func TestWhoBringsSomethingHasMore(t *testing.T) {
	e := ensembleOf(t, &job{}, 1)
	native := e.seats[1]
	for range 5 {
		native.reward(true)
	}
	_, had, _ := takesTurns(t, e, 100*time.Second)
	require.Greater(t, had["native"].Seconds(), 25.0, had)
	for range 5 {
		native.reward(false)
	}
	require.Equal(t, 1, native.bonus)
}

// One at work has no second turn beside it, and one that is out has none at all.
func TestTurnsAreOfThoseThatAreThere(t *testing.T) {
	e := ensembleOf(t, &job{}, 2)
	require.Len(t, e.seats, 4)
	var busy []*seat
	for range e.seats {
		s, more := e.next()
		require.True(t, more)
		require.NotContains(t, busy, s)
		busy = append(busy, s)
	}
	s, more := e.next()
	require.Nil(t, s)
	require.True(t, more, "they will be free again")
	for _, s := range busy {
		s.out, s.busy = true, false
	}
	_, more = e.next()
	require.False(t, more)
}

// Turns that take a process double what the engine has had, and none is longer than what is
// left.
func TestTurnsGrow(t *testing.T) {
	e := ensembleOf(t, &job{}, 1)
	explorer, native := e.seats[0], e.seats[1]
	require.Equal(t, turnLeast, explorer.length(0, time.Hour))
	require.Equal(t, turnMost, explorer.length(time.Hour, time.Hour))
	require.Equal(t, 10*time.Millisecond, explorer.length(time.Hour, 10*time.Millisecond))
	native.spent = 3 * time.Second
	require.Equal(t, 3*time.Second, native.length(time.Hour, time.Hour))
	native.spent = time.Hour
	require.Equal(t, processMost, native.length(time.Hour, time.Hour))
	require.Equal(t, time.Second, native.length(time.Hour, time.Second))
}
