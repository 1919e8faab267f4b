package schedule

import "unsafe"

// An operation on a channel that an actor is in. Two actors that meet at an unbuffered
// channel never are in it at the same time, so one of them does both halves.
type operation interface {
	// attempt does the operation, if it can be done.
	attempt(a *actor) bool
	// can tells whether it can be.
	can(a *actor) bool
	channel() (id unsafe.Pointer, sends bool)
	// meet is the half of the one that is blocked in it: it hands over what it sends, or
	// takes what it is given.
	meet(given any) any
	// settle makes the select that follows choose the operation, or not.
	settle(chosen bool)
}

// identity is the same for a channel and its one-way forms.
func identity[C any](channel C) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&channel)) }

// partner is an actor that is blocked in the other half of an operation, and which of its
// operations that is.
func partner(a *actor, op operation) (*actor, int) {
	id, sends := op.channel()
	for _, other := range a.stage.actors {
		if other == a || other.met >= 0 || id == nil {
			continue
		}
		for i, offer := range other.offers {
			if its, itSends := offer.channel(); its == id && itSends != sends {
				return other, i
			}
		}
	}
	return nil, -1
}

// choose does the first of the operations that can be done, when one can, and returns which.
// With a default, it returns -1 if none can now.
func (a *actor) choose(hasDefault bool, all ...operation) int {
	for {
		for i, op := range all {
			if op.attempt(a) {
				return i
			}
		}
		if hasDefault {
			return -1
		}
		a.offers, a.met = all, -1
		a.block(func() bool {
			if a.met >= 0 {
				return true
			}
			for _, op := range all {
				if op.can(a) {
					return true
				}
			}
			return false
		})
		met := a.met
		a.offers, a.met = nil, -1
		if met >= 0 {
			return met
		}
	}
}

// A Receiving is a receive as a case of a select, from C.
type Receiving[T any] struct {
	C     <-chan T
	v     T
	ok    bool
	early bool // it was done by can
}

// Receive makes a case of a select.
func Receive[T any](from <-chan T) *Receiving[T] { return &Receiving[T]{C: from} }

func (r *Receiving[T]) channel() (unsafe.Pointer, bool) { return identity(r.C), false }

func (r *Receiving[T]) attempt(a *actor) bool {
	if r.early {
		return true
	}
	select {
	case r.v, r.ok = <-r.C:
		return true
	default:
	}
	sender, i := partner(a, r)
	if sender != nil {
		r.v, r.ok = sender.offers[i].meet(nil).(*Sending[T]).v, true
		sender.met = i
	}
	return sender != nil
}

// can has no other way to see a closed channel than to receive from it. What it gets
// is kept.
func (r *Receiving[T]) can(a *actor) bool {
	if len(r.C) > 0 || r.early {
		return true
	}
	if sender, _ := partner(a, r); sender != nil {
		return true
	}
	select {
	case r.v, r.ok = <-r.C:
		r.early = true
	default:
	}
	return r.early
}

func (r *Receiving[T]) meet(given any) any {
	r.v, r.ok = given.(*Sending[T]).v, true
	return nil
}

func (r *Receiving[T]) settle(chosen bool) {
	if !chosen {
		r.C = nil
		return
	}
	c := make(chan T, 1)
	if r.ok {
		c <- r.v
	} else {
		close(c)
	}
	r.C = c
}

// A Sending is a send as a case of a select, of V to C.
type Sending[T any] struct {
	C      chan<- T
	V      T
	v      T
	closed bool // since it is blocked
}

// SendTo makes a case of a select, of the value that Of is given.
func SendTo[T any](to chan<- T) *Sending[T] { return &Sending[T]{C: to} }

// Of says what is sent.
func (s *Sending[T]) Of(v T) *Sending[T] {
	s.V, s.v = v, v
	return s
}

func (s *Sending[T]) channel() (unsafe.Pointer, bool) { return identity(s.C), true }

func (s *Sending[T]) attempt(a *actor) bool {
	select {
	case s.C <- s.v:
		return true
	default:
	}
	receiver, i := partner(a, s)
	if receiver != nil {
		receiver.offers[i].meet(s)
		receiver.met = i
	}
	return receiver != nil
}

func (s *Sending[T]) can(a *actor) bool {
	if len(s.C) < cap(s.C) || s.closed {
		return true
	}
	receiver, _ := partner(a, s)
	return receiver != nil
}

func (s *Sending[T]) meet(any) any { return s }

func (s *Sending[T]) settle(chosen bool) {
	if s.C = nil; chosen {
		s.C = make(chan T, 1)
	}
}

// Await comes before a select with these cases, and leaves it one to choose.
func Await(site uint32, hasDefault bool, cases ...operation) {
	a := at(site)
	if a == nil {
		return
	}
	chosen := a.choose(hasDefault, cases...)
	for i, one := range cases {
		one.settle(i == chosen)
	}
}

// Recv stands for <-from.
func Recv[T any](site uint32, from <-chan T) T {
	v, _ := Recv2(site, from)
	return v
}

// Recv2 stands for <-from where it has two values.
func Recv2[T any](site uint32, from <-chan T) (v T, ok bool) {
	a := at(site)
	if a == nil {
		v, ok = <-from
		return v, ok
	}
	r := Receive(from)
	a.choose(false, r)
	return r.v, r.ok
}

// Send stands for to <- v: it returns what is called with the value.
func Send[T any](site uint32, to chan<- T) func(T) {
	return func(v T) {
		if a := at(site); a != nil {
			a.choose(false, SendTo(to).Of(v))
			return
		}
		to <- v
	}
}

// Close stands for close(c).
func Close[T any](site uint32, c chan<- T) {
	a := at(site)
	close(c)
	if a == nil {
		return
	}
	for _, other := range a.stage.actors {
		for _, offer := range other.offers {
			if s, ok := offer.(*Sending[T]); ok && identity(s.C) == identity(c) {
				s.closed = true
			}
		}
	}
}

// Range stands for from where a for statement ranges over it.
func Range[T any](site uint32, from <-chan T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for {
			if v, ok := Recv2(site, from); !ok || !yield(v) {
				return
			}
		}
	}
}
