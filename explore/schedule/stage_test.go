package schedule

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// stage is one that the test closes.
func stage(t *testing.T, names ...string) *Stage {
	s := NewStage(names...)
	t.Cleanup(s.Close)
	return s
}

// A step ends before the next one, so nobody sees what lies between.
func TestAnActorStopsBeforeItsNextStep(t *testing.T) {
	s := stage(t, "a")
	var n atomic.Int64
	s.Begin(0, "adds", func() {
		for range 3 {
			Get1(1, n.Add, 1)
		}
	})
	require.Equal(t, Paused, s.State(0))
	require.Equal(t, Paused, s.Run(0, 1))
	require.EqualValues(t, 1, n.Load())
	require.EqualValues(t, 1, s.Where(0))
	require.Equal(t, Idle, s.Run(0, 2), "what comes behind a step belongs to it")
	require.EqualValues(t, 3, n.Load())
	require.Equal(t, 3, s.Steps())
	require.Zero(t, s.Where(0))
}

// Arguments come first: in x.Store(x.Load()+1) others may run between the two.
func TestOthersMayRunBetweenAnArgumentAndItsCall(t *testing.T) {
	s := stage(t, "a", "b")
	var n atomic.Int64
	add := func() { Do1(2, n.Store, Get0(1, n.Load)+1) }
	s.Begin(0, "adds", add)
	s.Begin(1, "adds", add)
	s.Run(0, 1)
	s.Run(1, 0)
	s.Run(0, 0)
	require.EqualValues(t, 1, n.Load())
}

func TestALockThatIsTakenBlocks(t *testing.T) {
	for name, lock := range map[string]struct{ lock, unlock func(*sync.RWMutex) }{
		"Lock":  {func(l *sync.RWMutex) { Lock(1, l) }, func(l *sync.RWMutex) { Do0(2, l.Unlock) }},
		"RLock": {func(l *sync.RWMutex) { RLock(1, l) }, func(l *sync.RWMutex) { Do0(2, l.RUnlock) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage(t, "a", "b")
			var l sync.RWMutex
			s.Begin(0, "holds", func() { Lock(1, &l); Do0(2, l.Unlock) })
			s.Begin(1, "wants", func() { lock.lock(&l); lock.unlock(&l) })
			s.Run(0, 1)
			require.Equal(t, Blocked, s.Run(1, 0))
			require.Equal(t, Blocked, s.Run(1, 0), "nobody has changed anything")
			require.False(t, s.Stuck())
			require.Equal(t, Idle, s.Run(0, 0))
			require.Equal(t, Paused, s.State(1))
			require.Equal(t, Idle, s.Run(1, 0))
		})
	}
}

func TestADeadlockIsSeenAtOnce(t *testing.T) {
	s := stage(t, "a", "b")
	var one, other sync.Mutex
	both := func(l, m *sync.Mutex) func() {
		return func() {
			Lock(1, l)
			defer Do0(2, l.Unlock)
			Lock(3, m)
			defer Do0(4, m.Unlock)
		}
	}
	s.Begin(0, "locks", both(&one, &other))
	s.Begin(1, "locks", both(&other, &one))
	s.Run(0, 1)
	s.Run(1, 0)
	require.False(t, s.Stuck())
	s.Run(0, 0)
	require.True(t, s.Stuck())
	require.EqualValues(t, 3, s.Where(0))
}

// A loop that looks again and again would keep the stage for ever.
func TestWhoSpinsLetsOthersGoOn(t *testing.T) {
	s := stage(t, "spins", "sets")
	var set atomic.Bool
	s.Begin(0, "spins", func() {
		for !Get0(1, set.Load) {
		}
	})
	s.Begin(1, "sets", func() { Do1(2, set.Store, true) })
	require.Equal(t, Paused, s.Run(0, 0))
	s.Run(1, 0)
	require.Equal(t, Idle, s.Run(0, 0))
}

// What is blocked, and what is half done, is told as it is.
func TestTheTableTellsWhoIsBlocked(t *testing.T) {
	s := stage(t, "holds", "wants")
	var l sync.Mutex
	s.Begin(0, "copies under a lock", func() {
		Lock(1, &l)
		Copy(2, make([]byte, 2), make([]byte, 2))
		Do0(3, l.Unlock)
	})
	s.Begin(1, "locks", func() { Lock(1, &l) })
	s.Run(0, 2)
	s.Run(1, 0)
	require.Equal(t, strings.Join([]string{
		"   step  | holds                 | wants",
		"-------  | --------------------  | ------------------------",
		"         | copies under a lock   |",
		"      1  |                       |",
		"      2  |                 half  |",
		"         |                       | locks",
		"      3  |                       |",
		"         |                       |               is blocked",
	}, "\n")+"\n", s.Table())
}

func TestAPanicIsKeptWithItsStack(t *testing.T) {
	s := stage(t, "a")
	s.Begin(0, "fails", func() { panic("ouch") })
	require.Equal(t, Idle, s.Run(0, 0))
	require.Equal(t, "ouch", s.Panicked().Value)
	require.Contains(t, s.Panicked().Stack, "TestAPanicIsKeptWithItsStack")
	s.Begin(0, "goes on", func() {})
	require.Equal(t, Idle, s.Run(0, 0))
}

// What is deferred runs, without steps: nobody is there to say who goes on.
func TestCloseUnwindsWhereActorsAre(t *testing.T) {
	s := NewStage("a", "b")
	var l sync.Mutex
	unlocked := false
	s.Begin(0, "holds", func() {
		Lock(1, &l)
		defer func() { Do0(2, l.Unlock); unlocked = true }()
		Do0(3, func() {})
	})
	s.Run(0, 1)
	s.Begin(1, "is not begun", func() { t.Error("it ran") })
	s.Close()
	require.True(t, unlocked)
	require.Nil(t, s.Panicked())
}

func TestHalfACopyIsSeen(t *testing.T) {
	s := stage(t, "writes", "reads")
	shared := make([]byte, 4)
	var seen string
	s.Begin(0, "writes", func() { Copy(1, shared, []byte("news")) })
	s.Run(0, 1)
	s.Begin(1, "reads", func() { seen = string(shared) })
	s.Run(1, 0)
	require.Equal(t, "ne\x00\x00", seen)
	s.Run(0, 0)
	require.Equal(t, "news", string(shared))
}

// Front to back, the first half would be written over the second.
func TestACopyOntoItselfIsRight(t *testing.T) {
	s := stage(t, "a")
	b := []byte("0123456789")
	s.Begin(0, "shifts", func() { Copy(1, b[3:], b[:7]) })
	s.Run(0, 0)
	require.Equal(t, "0120123456", string(b))
	s.Begin(0, "shifts back", func() { CopyText(1, b, "abc"); Copy(1, b, b[3:]) })
	s.Run(0, 0)
	require.Equal(t, "0123456456", string(b))
}

func TestAGoroutineOnAStageIsAnActor(t *testing.T) {
	s := stage(t, "a")
	got := 0
	s.Begin(0, "starts", func() { Go2(1, func(x, y int) { got = x + y }, 1, 2) })
	s.Run(0, 0)
	require.Zero(t, got)
	require.Equal(t, 2, s.Actors())
	s.Run(1, 0)
	require.Equal(t, 3, got)
}

func TestPrioritiesAndChangesSayWhoRuns(t *testing.T) {
	for _, c := range []struct {
		name           string
		order, changes []int
		want           string
	}{
		{"no change", []int{1, 0}, nil, "bbbaaaccc"},
		{"one", []int{1, 0}, []int{2}, "bbaaacccb"},
		{"a second counts from the first", []int{0, 1, 2}, []int{1, 4}, "abbbcaacc"},
		{"the same one twice", []int{2}, []int{1, 1}, "cabbbccaa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stage(t, "a", "b", "c")
			var done []byte
			for i := range 3 {
				s.Begin(i, "steps", func() {
					for range 3 {
						Do0(1, func() { done = append(done, byte('a'+i)) })
					}
				})
			}
			s.Interleave(c.order, c.changes)
			require.Equal(t, c.want, string(done))
		})
	}
}

func TestOffTheStageNothingPauses(t *testing.T) {
	var n atomic.Int64
	require.EqualValues(t, 2, Get1(1, n.Add, 2))
	require.True(t, Get2(1, n.CompareAndSwap, 2, 3))
	require.EqualValues(t, 4, Get2(1, atomic.AddInt64, (*int64)(new(int64)), 4))
	require.True(t, Get3(1, atomic.CompareAndSwapInt64, new(int64), 0, 1))
	var p atomic.Pointer[int]
	Do1(1, p.Store, nil)
	x := int64(0)
	Do2(1, atomic.StoreInt64, &x, 5)
	require.EqualValues(t, 5, x)
	var l sync.RWMutex
	Lock(1, &l)
	Do0(1, l.Unlock)
	RLock(1, &l)
	Point("a harness's")
	b := []byte("ab")
	Clear(1, b)
	require.Equal(t, []byte{0, 0}, b)
	done := make(chan int)
	Go1(1, func(n int) { done <- n }, 7)
	require.Equal(t, 7, Recv(1, done))
	require.Panics(t, func() { NewStage("a").Begin(1, "", nil) })
}

func TestOnlyOneStageIsAtWork(t *testing.T) {
	s, other := stage(t, "a"), stage(t, "b")
	other.Begin(0, "", func() {})
	s.Begin(0, "", func() { other.Run(0, 0) })
	s.Run(0, 0)
	require.Contains(t, s.Panicked().Value, "b is to run while a does")
}

func TestWhoIsBusyIsGivenNothing(t *testing.T) {
	s := stage(t, "a")
	s.Begin(0, "", func() {})
	require.PanicsWithValue(t, "schedule: a is not idle: run it to its end first", func() { s.Begin(0, "", func() {}) })
}

func BenchmarkStep(b *testing.B) {
	s := NewStage("a")
	defer s.Close()
	var n atomic.Int64
	for b.Loop() {
		s.log = s.log[:0]
		s.Begin(0, "adds", func() {
			for range 100 {
				Get1(1, n.Add, 1)
			}
		})
		s.Run(0, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/step")
}

func BenchmarkTurn(b *testing.B) {
	s := NewStage("a")
	defer s.Close()
	var n atomic.Int64
	s.Begin(0, "adds", func() {
		for {
			Get1(1, n.Add, 1)
		}
	})
	for b.Loop() {
		s.log = s.log[:0]
		s.Run(0, 1)
	}
}
