package sim

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// storm makes a network of twelve hosts in two regions and lets n things happen to it,
// most of them bad, that dice choose.
func storm(seed uint64, log, n int) *Network {
	w := stormy(seed, log)
	blow(w, NewDice(seed), n)
	return w
}

func stormy(seed uint64, log int) *Network {
	n := New(Config{
		Seed: seed, Log: log, InboxMax: 20, SyncTime: Tailed(50*Microsecond, 5*Millisecond),
		Link: Link{Latency: Tailed(20*Microsecond, 2*Millisecond), Bandwidth: 10_000_000, Backlog: 5_000},
	})
	for i := range uint16(12) {
		h := Host{Name: fmt.Sprintf("h%d", i), Address: machine.At(1+i%2, i), Clock: int64(i) * Microsecond}
		switch i % 3 {
		case 0:
			h.Start = startPulse(1+i%2, 700*Microsecond, 256)
		case 1:
			h.Start = startEcho
		default:
			h.Start = startCounter
		}
		n.Add(h)
	}
	return n
}

func blow(n *Network, d Dice, times int) {
	for range times {
		id, other := ID(d.Below(12)), ID(d.Below(12))
		switch d.Below(16) {
		case 0:
			n.Kill(id, Loss{Power: d.Below(2) == 0, Keep: int(d.Below(50)), Torn: d.Below(2) == 0, Tear: int(d.Below(3))})
		case 1:
			_ = n.Start(id)
		case 2:
			n.Pause(id)
		case 3:
			n.Resume(id)
		case 4:
			n.Slow(id, int64(d.Below(200_000)))
		case 5:
			n.JumpClock(id, int64(d.Below(2_000_000))-1_000_000)
		case 6:
			n.DriftClock(id, int(d.Below(2000))-1000)
		case 7:
			n.Impose(Rule{From: []ID{id}, Both: d.Below(2) == 0, Faults: Faults{Cut: d.Below(2) == 0, Hold: d.Below(2) == 0}})
		case 8:
			n.Impose(Rule{To: []ID{id}, Faults: Faults{
				Loss: Percent(int(d.Below(50))), Burst: int(d.Below(3)), Duplicate: Percent(int(d.Below(50))), Corrupt: Percent(int(d.Below(50))),
				Reorder: Percent(int(d.Below(50))), Late: Even(0, Millisecond), Delay: Even(0, int64(d.Below(1_000_000))), Throttle: int64(d.Below(100_000)),
			}})
		case 9, 10:
			if all := n.Rules(); len(all) > 0 {
				n.Lift(all[d.Below(uint64(len(all)))])
			}
		case 11:
			n.SetDisk(id, DiskFaults{Full: d.Below(4) == 0, Short: d.Below(4) == 0, Stalled: d.Below(4) == 0, Lying: d.Below(4) == 0})
		case 12:
			_ = n.TakeSnapshot(id)
		case 13:
			if len(n.Held()) > 0 {
				n.Release(int(d.Below(uint64(len(n.Held())))))
			}
		case 14:
			if all := n.Upcoming(); len(all) > 0 {
				n.PutOff(int(d.Below(uint64(len(all)))), n.Now()+int64(d.Below(3_000_000)))
			}
		default:
			n.Command(id, fmt.Appendf(nil, "%d/%d text", n.Address(other).Region(), n.Address(other).Host()))
		}
		n.RunFor(int64(d.Below(500_000)))
	}
}

// TestStormsRepeat is the guarantee that all else stands on: the same calls, the same log.
func TestStormsRepeat(t *testing.T) {
	const repeats = 1000
	want := storm(1, 20_000, 100).Log().String()
	require.NotEqual(t, want, storm(2, 20_000, 100).Log().String(), "another seed should be another run")
	for repeat := range repeats {
		if got := storm(1, 20_000, 100).Log().String(); got != want {
			require.Equal(t, want, got, "repeat %d", repeat)
		}
	}
}

// TestStormsSettle shows that nothing gets stuck, whatever happened, and that every packet
// that is not under way has been given back.
func TestStormsSettle(t *testing.T) {
	for seed := range uint64(50) {
		n := storm(seed, 0, 200)
		require.NoError(t, n.Settle(Second, func() bool {
			waiting := len(n.Held())
			for id := range n.hosts {
				waiting += len(n.hosts[id].inbox) - n.hosts[id].taken
			}
			return waiting == 0
		}))
		for id := range n.hosts {
			require.True(t, n.Up(ID(id)))
		}
		refs := 0
		for _, e := range n.queue.events {
			if e.kind == arrival || e.kind == command {
				refs++
			}
		}
		require.Equal(t, refs, references(n))
	}
}

func references(n *Network) (refs int) {
	for _, p := range n.packets.slots {
		refs += int(p.refs)
	}
	return refs
}

// TestChoicesOfLinksAreApart: a packet more on one link leaves the losses of another as they
// were, so that a trace can be shortened.
func TestChoicesOfLinksAreApart(t *testing.T) {
	lost := func(extra int) (all []uint64) {
		n := New(Config{Seed: 5})
		for i := range uint16(3) {
			n.Add(Host{Name: fmt.Sprint(i), Address: machine.At(1, i), Start: startEcho})
		}
		n.Impose(Rule{Faults: Faults{Loss: Percent(50)}})
		for range extra {
			n.send(0, machine.At(1, 1), []byte("=extra"))
		}
		n.Watch(func(e Event) {
			if e.Kind == Lost {
				all = append(all, e.Number-uint64(extra))
			}
		})
		for range 100 {
			n.send(0, machine.At(1, 2), []byte("=text"))
		}
		return all
	}
	require.NotEmpty(t, lost(0))
	require.Equal(t, lost(0), lost(7))
}

func TestLossesComeInBursts(t *testing.T) {
	n := New(Config{Seed: 5})
	n.Add(Host{Name: "a", Address: machine.At(1, 0), Start: startEcho})
	n.Add(Host{Name: "b", Address: machine.At(1, 1), Start: startEcho})
	run, longest, losses := 0, 0, 0
	n.Watch(func(e Event) {
		switch e.Kind {
		case Lost:
			losses++
			run++
			longest = max(longest, run)
		case Duplicated:
			run = 0
		}
	})
	n.Impose(Rule{Faults: Faults{Loss: Percent(1), Burst: 9, Duplicate: Always}})
	for range 1000 {
		n.send(0, machine.At(1, 1), []byte("=text"))
	}
	require.Greater(t, longest, 6)
	require.Less(t, losses, 150)
}

func TestABurstEndsWithItsRule(t *testing.T) {
	n := New(Config{Seed: 5})
	n.Add(Host{Name: "a", Address: machine.At(1, 0), Start: startEcho})
	n.Add(Host{Name: "b", Address: machine.At(1, 1), Start: startEcho})
	losses := 0
	n.Watch(func(e Event) { losses++ }, Lost)
	for range 100 {
		rule := n.Impose(Rule{Faults: Faults{Loss: Always, Burst: 9}})
		n.send(0, machine.At(1, 1), []byte("=text"))
		n.Lift(rule)
		for range 9 {
			n.send(0, machine.At(1, 1), []byte("=text"))
		}
	}
	require.Equal(t, 100, losses)
}

func TestAStartThatRefusesASnapshotGetsTheOneBefore(t *testing.T) {
	var asked []uint64
	refuse := false
	n := New(Config{Log: 100})
	id := n.Add(Host{Name: "sum", Address: machine.At(1, 1), Start: func(b Boot) (machine.Machine, error) {
		if b.Snapshot == nil {
			if refuse {
				return nil, errors.New("no snapshot")
			}
			return startCounter(b)
		}
		asked = append(asked, b.Snapshot.CoreStreamLength)
		if refuse || b.Snapshot.CoreStreamLength > 2 {
			return nil, errors.New("not this one")
		}
		return startCounter(b)
	}})
	for range 3 {
		n.Command(id, []byte("A"))
		n.RunFor(0)
		require.NoError(t, n.TakeSnapshot(id))
	}
	n.Kill(id, ProcessOnly)
	require.NoError(t, n.Start(id))
	require.Equal(t, []uint64{3, 2}, asked)
	require.Contains(t, n.Log().String(), "snapshot refused of offset 3: not this one")

	refuse = true
	n.Kill(id, ProcessOnly)
	require.EqualError(t, n.Settle(Second, func() bool { return true }), "sim: host sum can't start at 0.000000000 s: no snapshot")
	require.False(t, n.Up(id))
}

func TestSettleSaysWhatIsLeft(t *testing.T) {
	n := New(Config{})
	n.Add(Host{Name: "pulse", Address: machine.At(1, 1), Start: startPulse(1, Millisecond, 8)})
	require.EqualError(t, n.Settle(Second, func() bool { return false }),
		"sim: not settled at 1.000000000 s, 1.000000000 s after all faults stopped: 1 events are to come, 0 packets are held")
}

// stuck wants a tick now, always.
type stuck struct{ echo }

func (*stuck) Next() (int64, bool) { return 0, true }

func TestAMachineThatGetsNowhereIsFound(t *testing.T) {
	n := New(Config{})
	n.Add(Host{Name: "stuck", Address: machine.At(1, 1), Start: func(Boot) (machine.Machine, error) { return &stuck{}, nil }})
	require.PanicsWithValue(t, "sim: host stuck wanted 100000 ticks at 0.000000000 s, and its Next still says now", func() { n.RunFor(1) })
}

func TestAnAddressIsGivenOnce(t *testing.T) {
	n := New(Config{})
	n.Add(Host{Name: "a", Address: machine.At(1, 1), Start: startEcho})
	require.PanicsWithValue(t, "sim: host b can't have the address r1h1: give it a free one of a host",
		func() { n.Add(Host{Name: "b", Address: machine.At(1, 1), Start: startEcho}) })
	require.Panics(t, func() { n.Add(Host{Name: "b", Address: machine.Everybody(1), Start: startEcho}) })
}

// TestWatchersChooseKinds: they are called with those and no others, whether there is a log or not.
func TestWatchersChooseKinds(t *testing.T) {
	for _, log := range []int{0, 100} {
		n := New(Config{Seed: 5, Log: log})
		n.Add(Host{Name: "a", Address: machine.At(1, 0), Start: startEcho})
		n.Add(Host{Name: "b", Address: machine.At(1, 1), Start: startEcho})
		seen := map[EventKind]int{}
		note := func(e Event) { seen[e.Kind]++ }
		send := func() {
			n.send(0, machine.At(1, 1), []byte("=text"))
			n.RunFor(Second)
			n.Note("and so on")
		}
		n.Watch(note)
		send()
		require.Equal(t, map[EventKind]int{Sent: 1, Received: 1, Delivered: 1, Noted: 1}, seen)
		n.Watch(note, Sent, Noted)
		send()
		require.Equal(t, map[EventKind]int{Sent: 2, Received: 1, Delivered: 1, Noted: 2}, seen)
		n.Watch(nil, Sent)
		send()
		require.Equal(t, map[EventKind]int{Sent: 2, Received: 1, Delivered: 1, Noted: 2}, seen)
	}
}
