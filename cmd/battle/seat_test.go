package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// ofAllEngines is an ensemble of all engines that nobody has set to work, one turn at a time.
func ofAllEngines(t *testing.T) *ensemble {
	t.Helper()
	return assembled(t, engines, &job{inCPU: true, slice: 24 * time.Hour}, 1)
}

// takesTurns lets the ensemble's engines have turns, one at a time, until all have had so much
// CPU time, and returns when each began first, what each had, and the names in order. After each
// turn that is not the explorer's, it calls after, if that is not nil. The relay takes all it may.
func takesTurns(t *testing.T, e *ensemble, all time.Duration, after func()) (begun, had map[string]time.Duration, order []string) {
	t.Helper()
	begun, had = make(map[string]time.Duration), make(map[string]time.Duration)
	for e.spent() < all {
		s, more := e.next()
		require.True(t, more)
		require.NotNil(t, s)
		name := s.part.engine.name()
		if s.taken == 0 {
			begun[name] = e.spent()
		}
		if !stays(s.part.engine) {
			e.relay.meter.cpu.Add(int64(e.allowance()))
		}
		order = append(order, name)
		had[name] += s.granted
		s.job.cpu += s.granted
		s.took(s.granted)
		if after != nil && !s.leads() {
			after()
		}
	}
	return begun, had, order
}

// At any time the explorer has had half of what was spent, whoever else has turns, and well over
// half but for the beginning: it finds what it finds in at most twice its time.
func TestTheExplorerHasHalfAtAnyTime(t *testing.T) {
	for _, bonus := range []int{1, bonusMax} {
		e := ofAllEngines(t)
		for _, s := range e.seats {
			s.bonus = bonus
		}
		takesTurns(t, e, 1000*time.Second, func() {
			led, others, leading := e.had()
			require.True(t, leading)
			require.Equal(t, e.spent(), led+others, "the relay's is that of others")
			require.LessOrEqual(t, others, led)
			if e.spent() > 3*evenUpTo {
				require.LessOrEqual(t, others.Seconds(), 0.51*led.Seconds())
			}
		})
	}
}

// What rapid finds at once, it finds when the explorer has had no more than it; and the others,
// for which processes are started, come when that is little of what was spent.
func TestRapidComesFirst(t *testing.T) {
	begun, had, order := takesTurns(t, ofAllEngines(t), 20*time.Second, nil)
	require.Equal(t, []string{"explore", "rapid", "explore", "rapid"}, order[:4])
	require.Equal(t, turnLeast, begun["rapid"])
	require.InDelta(t, 2, begun["native"].Seconds(), 0.5)
	for _, name := range []string{"gofuzz", "afl", "libfuzzer"} {
		require.Greater(t, begun[name], 3*time.Second)
		require.GreaterOrEqual(t, had[name], time.Second, "a first turn")
	}
	_, had, _ = takesTurns(t, ofAllEngines(t), evenUpTo*2, nil)
	require.Equal(t, had["explore"], had["rapid"])
	_, _, again := takesTurns(t, ofAllEngines(t), 20*time.Second, nil)
	require.Equal(t, order, again)
}

// Where goroutines race, a run of rapid's takes a second, and it waits until that is little, too.
func TestWhereGoroutinesRaceRapidComesLater(t *testing.T) {
	like := &job{inCPU: true, slice: time.Hour, target: target{description: &battle.Description{Scheduled: true}}}
	begun, _, _ := takesTurns(t, assembled(t, engines, like, 1), 20*time.Second, nil)
	require.Greater(t, begun["rapid"], 2*time.Second)
	require.Less(t, begun["rapid"], 4*time.Second)
}

// A turn that overran will again: it is not begun before there is credit for that.
func TestWhatOverrunsIsOnCredit(t *testing.T) {
	e := ofAllEngines(t)
	rapid := e.seats[2]
	require.Equal(t, turnLeast, e.price(rapid))
	rapid.granted = turnLeast
	rapid.took(520 * time.Millisecond)
	require.Equal(t, 520*time.Millisecond, e.price(rapid))
	rapid.took(time.Hour) // it minimised a finding
	require.Equal(t, turnLeast+turnMost, e.price(rapid))
	rapid.took(0)
	require.Equal(t, turnLeast, e.price(rapid))
}

// In the long run each of the others has its share of what the explorer leaves.
func TestTurnsFollowShares(t *testing.T) {
	e := ofAllEngines(t)
	_, had, _ := takesTurns(t, e, 4*time.Hour, nil)
	rest := e.spent() - had["explore"] - e.relay.meter.read()
	require.InDelta(t, 2.0/3, had["explore"].Seconds()/e.spent().Seconds(), 0.02, had)
	require.InDelta(t, 2.0/6, had["rapid"].Seconds()/rest.Seconds(), 0.05, had)
	for _, name := range []string{"native", "gofuzz", "afl", "libfuzzer"} {
		require.InDelta(t, 1.0/6, had[name].Seconds()/rest.Seconds(), 0.05, had)
	}
}

// Turns of an engine that brings something new are more, and those of one that has brought
// nothing for long are as many as ever.
func TestWhoBringsSomethingHasMore(t *testing.T) {
	e := ofAllEngines(t)
	native := e.seats[1]
	for range 5 {
		native.reward(true)
	}
	_, had, _ := takesTurns(t, e, 4*time.Hour, nil)
	require.Greater(t, had["native"].Seconds(), 3*had["afl"].Seconds(), had)
	for range 5 {
		native.reward(false)
	}
	require.Equal(t, 1, native.bonus)
}

// What is on credit is all turns that others have now, too, where several are at work at a time.
func TestTurnsUnderWayAreOnCredit(t *testing.T) {
	e := ofAllEngines(t)
	e.seats[0].spent = 3 * time.Second
	granted := time.Duration(0)
	for s, _ := e.next(); !s.leads(); s, _ = e.next() {
		granted += s.granted
	}
	require.Greater(t, granted, time.Second)
	require.LessOrEqual(t, granted, 2*time.Second)
}

// Without the explorer the others go on, at once.
func TestTheExplorerLeadsUntilItIsOut(t *testing.T) {
	e := ofAllEngines(t)
	e.seats[0].out = true
	begun, had, _ := takesTurns(t, e, 100*time.Second, nil)
	require.Len(t, begun, len(engines)-1)
	require.Less(t, begun["native"], time.Second)
	require.NotContains(t, had, "explore")
}

// While the explorer is at work, another core need not wait for those that would begin later, nor
// for credit.
func TestNoCoreWaitsForTheExplorer(t *testing.T) {
	e := ofAllEngines(t)
	for _, want := range []string{"explore", "rapid", "native", "gofuzz"} {
		s, _ := e.next()
		require.NotNil(t, s)
		require.Equal(t, want, s.part.engine.name())
	}
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
