package deepcopy_test

import (
	"context"
	"net"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"battle.test/battle/deepcopy"
)

type holder struct {
	ring  *inner
	items []inner
	named map[string]*inner
	any   any
	cells [20]inner
	few   [2]inner
	lock  sync.Mutex
}

type inner struct {
	wake   chan struct{}
	less   func(a, b int) bool
	raw    unsafe.Pointer
	number uintptr
	rw     sync.RWMutex
	all    sync.WaitGroup
	pool   sync.Pool
	cond   *sync.Cond
	v      reflect.Value
	weak   weak.Pointer[int]
	file   *os.File
	timer  *time.Timer
	conn   net.Conn
	ctx    context.Context
	t      *testing.T
}

func TestRefusalsNameTheWayAndTheReason(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	defer cancel()
	lock := &sync.Mutex{}
	for _, c := range []struct {
		change func(*holder)
		want   string
	}{
		{func(h *holder) { h.ring = &inner{wake: make(chan struct{})} }, "holder.ring.wake is a channel (chan struct {})"},
		{func(h *holder) { h.items = []inner{{}, {wake: make(chan struct{})}} }, "holder.items[].wake is a channel (chan struct {})"},
		{func(h *holder) { h.items = []inner{{}, {wake: make(chan struct{})}}[:1] }, "holder.items[].wake is a channel (chan struct {})"},
		{func(h *holder) { h.named = map[string]*inner{"a": {wake: make(chan struct{})}} }, "holder.named[].wake is a channel (chan struct {})"},
		{func(h *holder) { h.any = make(chan int) }, "holder.any is a channel (chan int)"},
		{func(h *holder) { h.any = &inner{wake: make(chan struct{})} }, "holder.any.wake is a channel (chan struct {})"},
		{func(h *holder) { h.any = inner{wake: make(chan struct{})} }, "holder.any.wake is a channel (chan struct {})"},
		{func(h *holder) { h.any = []any{map[any]any{1: make(chan int)}} }, "holder.any[][] is a channel (chan int)"},
		{func(h *holder) { h.cells[11].wake = make(chan struct{}) }, "holder.cells[].wake is a channel (chan struct {})"},
		{func(h *holder) { h.few[1].wake = make(chan struct{}) }, "holder.few[1].wake is a channel (chan struct {})"},
		{func(h *holder) { h.ring = &inner{less: func(a, b int) bool { return a < b }} }, "holder.ring.less is a function, which may hold on to memory (func(int, int) bool)"},
		{func(h *holder) { h.ring = &inner{raw: unsafe.Pointer(h)} }, "holder.ring.raw is an unsafe.Pointer"},
		{func(h *holder) { h.ring = &inner{number: 1} }, "holder.ring.number is a uintptr that is not zero (uintptr)"},
		{func(h *holder) { h.lock.Lock() }, "holder.lock is a mutex in use (sync.Mutex)"},
		{func(h *holder) { h.ring = &inner{}; h.ring.rw.RLock() }, "holder.ring.rw is a mutex in use (sync.RWMutex)"},
		{func(h *holder) { h.ring = &inner{}; h.ring.all.Add(1) }, "holder.ring.all is a wait group in use (sync.WaitGroup)"},
		{func(h *holder) { h.ring = &inner{}; h.ring.pool.New = func() any { return nil } }, "holder.ring.pool is a pool in use (sync.Pool)"},
		{func(h *holder) { h.ring = &inner{cond: sync.NewCond(lock)}; lock.Lock() }, "holder.ring.cond is a mutex in use (sync.Mutex)"},
		{func(h *holder) { h.ring = &inner{v: reflect.ValueOf(1)} }, "holder.ring.v is a reflect.Value"},
		{func(h *holder) { h.ring = &inner{weak: weak.Make(new(int))} }, "holder.ring.weak is a weak pointer (weak.Pointer[int])"},
		{func(h *holder) { h.ring = &inner{file: os.Stdout} }, "holder.ring.file is a file (os.File)"},
		{func(h *holder) { h.ring = &inner{timer: time.AfterFunc(time.Hour, func() {})} }, "holder.ring.timer is a timer (time.Timer)"},
		{func(h *holder) { h.ring = &inner{conn: &net.TCPConn{}} }, "holder.ring.conn is a connection (net.TCPConn)"},
		{func(h *holder) { h.ring = &inner{ctx: cancelled} }, "holder.ring.ctx is a context (context.cancelCtx)"},
		{func(h *holder) { h.ring = &inner{t: t} }, "holder.ring.t.common is a test (testing.common)"},
	} {
		h := &holder{}
		copier, err := deepcopy.Of[*holder]()
		require.NoError(t, err)
		_, err = copier.Copy(h)
		require.NoError(t, err, "nil and zero values can be copied")
		c.change(h)
		another, err := copier.Copy(h)
		require.EqualError(t, err, c.want)
		require.Nil(t, another)
		var refusal *deepcopy.Refusal
		require.ErrorAs(t, err, &refusal)
		_, err = copier.Copy(&holder{ring: &inner{}, any: 1})
		require.NoError(t, err, "a refusal spoils nothing")
	}
}

func TestTypesThatAreNeverCopied(t *testing.T) {
	_, err := deepcopy.Of[*struct{ file os.File }]()
	require.EqualError(t, err, "struct { file os.File }.file is a file (os.File)")
	type ticks struct{ every time.Ticker }
	type clock struct{ ticks }
	_, err = deepcopy.Of[*clock]()
	require.EqualError(t, err, "clock.ticks.every is a ticker (time.Ticker)")
	require.Zero(t, clock{}.ticks.every.C)
	_, err = deepcopy.Of[clock]()
	require.EqualError(t, err, "clock.ticks.every is a ticker (time.Ticker)")
	_, err = deepcopy.Of[*struct{ file *os.File }]()
	require.NoError(t, err, "it may be nil")
}

func TestAConditionThatIsWaitedFor(t *testing.T) {
	type waited struct{ cond *sync.Cond }
	w := &waited{sync.NewCond(&sync.Mutex{})}
	c, err := deepcopy.Of[*waited]()
	require.NoError(t, err)
	other := &waited{sync.NewCond(new(noLock))}
	waits := make(chan struct{})
	go func() {
		w.cond.L.Lock()
		close(waits)
		w.cond.Wait()
		w.cond.L.Unlock()
	}()
	<-waits
	w.cond.L.Lock() // it waits now, for it has unlocked
	_, err = c.Copy(w)
	_, errOther := c.Copy(other)
	w.cond.L.Unlock()
	w.cond.Signal()
	require.EqualError(t, err, "waited.cond is a condition that is waited for (sync.Cond)")
	require.NoError(t, errOther)
}

type noLock struct{ n int }

func (l *noLock) Lock()   { l.n++ }
func (l *noLock) Unlock() { l.n-- }

// What unsafe does to types must not go unnoticed where regions overlap.
func TestMemoryThatIsUsedAsTwoTypes(t *testing.T) {
	type pun struct {
		words []*int
		part  *struct{ a, b int }
	}
	v := &pun{words: []*int{new(int), new(int), nil, nil}}
	v.part = (*struct{ a, b int })(unsafe.Pointer(&v.words[2]))
	c, err := deepcopy.Of[*pun]()
	require.NoError(t, err)
	_, err = c.Copy(v)
	require.EqualError(t, err, "pun.words[] is memory that is used as struct { a int; b int }, too (*int)")
}

func TestAPanicIsAnError(t *testing.T) {
	type lost struct{ p *[1 << 20]byte }
	v := &lost{}
	*(*uintptr)(unsafe.Pointer(v)) = 1 << 40 // nothing is there
	c, err := deepcopy.Of[*lost]()
	require.NoError(t, err)
	_, err = c.Copy(v)
	*v = lost{}
	require.ErrorContains(t, err, "deepcopy: lost: runtime error: invalid memory address")
	_, err = c.Copy(v)
	require.NoError(t, err)
}
