package deepcopy_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAtomics(t *testing.T) {
	type state struct {
		n     atomic.Int64
		flag  atomic.Bool
		at    atomic.Pointer[person]
		value atomic.Value
		also  *person
		array atomic.Pointer[[4]int]
		part  []int
		where atomic.Pointer[time.Location]
	}
	goesOn(t, "values", func() *state {
		s := &state{also: &person{name: "a"}}
		s.n.Store(5)
		s.at.Store(s.also)
		s.value.Store(s.also)
		s.array.Store(&[4]int{1, 2, 3, 4})
		s.part = s.array.Load()[1:]
		s.where.Store(time.UTC)
		return s
	}, func(s *state) {
		s.n.Add(1)
		s.flag.Store(true)
		s.at.Load().age++
		s.value.Load().(*person).age++
		s.part[0] = 9
	}, func(s *state) string {
		return fmt.Sprint(s.n.Load(), s.flag.Load(), s.at.Load(), s.value.Load(), s.also, s.at.Load() == s.also, s.value.Load() == any(s.also),
			*s.array.Load(), s.part, s.where.Load() == time.UTC)
	})
}

func TestLocksAtRest(t *testing.T) {
	type guarded struct {
		mu   sync.Mutex
		rw   sync.RWMutex
		once sync.Once
		all  sync.WaitGroup
		pool sync.Pool
		cond *sync.Cond
		kept sync.Map
		n    *person
		log  []string
	}
	goesOn(t, "of package sync", func() *guarded {
		g := &guarded{n: &person{name: "a"}}
		g.cond = sync.NewCond(&g.mu)
		g.pool.New = nil
		g.cond.L.Lock()
		g.log = append(g.log, "made")
		g.cond.L.Unlock()
		g.cond.Signal()
		g.rw.RLock()
		g.log = append(g.log, "read")
		g.rw.RUnlock()
		g.once.Do(func() {})
		g.all.Go(func() {})
		g.all.Wait()
		g.kept.Store("n", g.n)
		g.kept.Store(g.n, 1)
		return g
	}, func(g *guarded) {
		g.once.Do(func() { g.log = append(g.log, "again") })
		g.cond.L.Lock()
		g.log = append(g.log, fmt.Sprint("free: ", g.mu.TryLock())) // it is the same mutex
		g.cond.L.Unlock()
		g.cond.Broadcast()
		if n, ok := g.kept.Load("n"); ok {
			n.(*person).age++
			_, ok = g.kept.Load(n)
			g.log = append(g.log, fmt.Sprint(ok))
		}
	}, func(g *guarded) string { return fmt.Sprint(g.log, g.n) })
}
