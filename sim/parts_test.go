package sim

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

func TestQueueIsInOrderOfTimeAndThenOfCause(t *testing.T) {
	var q queue
	d := NewDice(1)
	var want []event
	for range 1000 {
		e := event{at: int64(d.Below(50)), order: q.orders}
		q.push(e)
		want = append(want, e)
		if d.Below(3) == 0 {
			slices.SortFunc(want, func(a, b event) int {
				if before(&a, &b) {
					return -1
				}
				return 1
			})
			require.Equal(t, want[0], q.pop())
			want = want[1:]
		}
	}
}

func TestSpansKeepTheirBounds(t *testing.T) {
	d := NewDice(3)
	near, far := 0, 0
	for range 10_000 {
		at := Tailed(1000, 65_000).draw(&d)
		require.True(t, 1000 <= at && at <= 65_000)
		if at <= 2000 {
			near++
		}
		if at > 33_000 {
			far++
		}
		even := Even(10, 12).draw(&d)
		require.True(t, 10 <= even && even <= 12)
	}
	require.InDelta(t, 6667, near, 300)
	require.InDelta(t, 78, far, 40)
	before := d
	require.Equal(t, int64(7), Even(7, 7).draw(&d))
	require.False(t, d.happens(0))
	require.Equal(t, before, d, "what does not vary takes no roll")
	require.True(t, d.happens(Always))
}

func TestFaultsAddUp(t *testing.T) {
	half := Faults{Loss: Percent(50), Burst: 2, Throttle: 100, Delay: Even(1, 5), Late: Even(3, 3)}
	both := half.plus(Faults{Loss: Percent(50), Burst: 1, Throttle: 70, Delay: Tailed(2, 3), Cut: true})
	require.Equal(t, Faults{Loss: Percent(75), Burst: 2, Throttle: 70, Delay: Tailed(3, 8), Late: Even(3, 3), Cut: true}, both)
	require.Equal(t, half, half.plus(Faults{}))
	require.Equal(t, Always, Always.or(Percent(10)))
}

func TestClocksShowWhatTheyShould(t *testing.T) {
	for _, ppm := range []int64{0, 1, -1, 250, -ppmMax, ppmMax} {
		c := clock{local: 5000, since: 100, ppm: ppm}
		d := NewDice(uint64(ppm))
		for range 100 {
			now := 100 + int64(d.Below(1_000_000))
			due := c.at(now) + 1 + int64(d.Below(10_000))
			at := c.when(due, now)
			require.GreaterOrEqual(t, c.at(at), due, "ppm %d", ppm)
			require.Less(t, c.at(at-10), due, "ppm %d: not much later than it must be", ppm)
			require.Equal(t, now, c.when(c.at(now)-1, now), "what is past is due now")
		}
	}
	require.Equal(t, int64(maxTime), (&clock{}).when(maxTime, 5))
}

func TestALogKeepsTheLastEvents(t *testing.T) {
	l := newLog(3)
	for i := range 5 {
		l.add(Event{Kind: Synced, Number: uint64(i), Data: []byte{byte('a' + i)}})
	}
	require.Equal(t, "(2 events before)\n"+
		"0.000000000 s  *  synced with 2 bytes of journal: c\n"+
		"0.000000000 s  *  synced with 3 bytes of journal: d\n"+
		"0.000000000 s  *  synced with 4 bytes of journal: e\n", l.String())
}

// TestNoPacketOvertakesAnother: a latency that varies delays, and does not reorder.
func TestNoPacketOvertakesAnother(t *testing.T) {
	n := New(Config{Seed: 9, Link: Link{Latency: Even(0, Millisecond), Bandwidth: 1 << 40}})
	for i := range uint16(2) {
		n.Add(Host{Name: "h", Address: machine.At(1, i), Start: startEcho})
	}
	var got []uint64
	n.Watch(func(e Event) {
		if e.Kind == Received {
			got = append(got, e.Number)
		}
	})
	for range 100 {
		n.send(0, machine.At(1, 1), []byte("=text"))
		n.RunFor(Microsecond)
	}
	n.RunFor(Second)
	require.Len(t, got, 100, "a backlog of 0 is no limit")
	require.True(t, slices.IsSorted(got))
}
