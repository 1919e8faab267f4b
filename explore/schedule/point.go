package schedule

import "unsafe"

// at is the beginning of a step: the actor that takes it, or nil if who calls is on no stage.
// In most runs nobody is: that much is inlined, and no word is made of what is handed over.
func at(site uint32) *actor {
	if a := running.Load(); a != nil {
		return a.at(site)
	}
	return nil
}

// at is apart, so that the rest of it is not too much to be inlined.
//
//go:noinline
func (a *actor) at(site uint32) *actor {
	if a.ending {
		return nil
	}
	a.step(site)
	return a
}

// Point is a step of a harness, in any build: a place where others may go first. What names it
// in the table.
func Point(what string) {
	if a := at(0); a != nil {
		a.last().what = what
	}
}

// What stands for a call of a function or method with so many arguments: Get for those with
// a result, Do for those without. Arguments are evaluated before the step begins.

func Get0[R any](site uint32, f func() R) R {
	a := at(site)
	if a == nil {
		return f()
	}
	r := f()
	a.got(value(&r))
	return r
}

func Get1[A, R any](site uint32, f func(A) R, x A) R {
	a := at(site)
	if a == nil {
		return f(x)
	}
	r := f(x)
	a.gave(value(&x))
	a.got(value(&r))
	return r
}

func Get2[A, B, R any](site uint32, f func(A, B) R, x A, y B) R {
	a := at(site)
	if a == nil {
		return f(x, y)
	}
	r := f(x, y)
	a.got(value(&r))
	return r
}

func Get3[A, B, C, R any](site uint32, f func(A, B, C) R, x A, y B, z C) R {
	a := at(site)
	if a == nil {
		return f(x, y, z)
	}
	r := f(x, y, z)
	a.got(value(&r))
	return r
}

func Do0(site uint32, f func()) {
	at(site)
	f()
}

func Do1[A any](site uint32, f func(A), x A) {
	a := at(site)
	f(x)
	if a != nil {
		a.gave(value(&x))
	}
}

func Do2[A, B any](site uint32, f func(A, B), x A, y B) {
	at(site)
	f(x, y)
}

// Lock stands for l.Lock().
func Lock[L interface {
	Lock()
	Unlock()
	TryLock() bool
}](site uint32, l L) {
	if a := at(site); a != nil {
		acquire(a, l.TryLock, l.Unlock)
		return
	}
	l.Lock()
}

// RLock stands for l.RLock().
func RLock[L interface {
	RLock()
	RUnlock()
	TryRLock() bool
}](site uint32, l L) {
	if a := at(site); a != nil {
		acquire(a, l.TryRLock, l.RUnlock)
		return
	}
	l.RLock()
}

// acquire takes a lock when it is free.
func acquire(a *actor, try func() bool, release func()) {
	for !try() {
		a.block(func() bool {
			free := try()
			if free {
				release()
			}
			return free
		})
	}
}

// Copy stands for copy. It is two steps: who reads meanwhile may see half of it.
func Copy[D ~[]E, S ~[]E, E any](site uint32, to D, from S) int {
	n := min(len(to), len(from))
	a := at(site)
	if a == nil || n < 2 {
		return copy(to, from)
	}
	first, second := [2]int{0, n / 2}, [2]int{n / 2, n}
	if overtakes(to, from) {
		first, second = second, first
	}
	copy(to[first[0]:first[1]], from[first[0]:first[1]])
	a.last().half = 1
	a.step(site)
	a.last().half = 2
	copy(to[second[0]:second[1]], from[second[0]:second[1]])
	return n
}

// overtakes tells whether a copy from its beginning on would overwrite what is still to be
// copied.
func overtakes[E any](to, from []E) bool {
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(to)))
	source := uintptr(unsafe.Pointer(unsafe.SliceData(from)))
	return begin > source && begin < source+uintptr(len(from))*unsafe.Sizeof(to[0])
}

// CopyText is Copy from a string.
func CopyText[D ~[]byte, S ~string](site uint32, to D, from S) int {
	return Copy(site, to, unsafe.Slice(unsafe.StringData(string(from)), len(from)))
}

// Clear stands for clear.
func Clear[S ~[]E, E any](site uint32, all S) {
	at(site)
	clear(all)
}

// What stands for a go statement with so many arguments. On a stage the goroutine is one
// more actor of it.

func Go0(site uint32, f func()) {
	if a := at(site); a != nil {
		a.start(f)
		return
	}
	go f()
}

func Go1[A any](site uint32, f func(A), x A) { Go0(site, func() { f(x) }) }

func Go2[A, B any](site uint32, f func(A, B), x A, y B) { Go0(site, func() { f(x, y) }) }

func (a *actor) start(f func()) {
	child := a.stage.add(a.name + "'s")
	a.stage.Begin(child.number, "go", f)
}
