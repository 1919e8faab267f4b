package ringbuf

import (
	"errors"
	"fmt"
)

// A Verdict is how a question for an offset was answered.
type Verdict uint8

const (
	AtTail Verdict = iota // nothing yet: the offset is that of the next byte to come
	Data                  // there are bytes
	Old                   // refused: see TooOld
	Ahead                 // refused: see Future
	Held                  // refused: see ErrHeld
	Closed                // refused: see ErrClosed
)

// An Answer is the result of a read, with the bounds by which it was judged; those of
// a reader that refuses by itself, with Held or Closed, are zero. It is four words, which the compiler keeps in registers: with a fifth, a view takes three
// times as long.
type Answer struct {
	Verdict Verdict
	N       int // bytes
	Bounds
}

// Err is the answer to a read at off as an error: nil, [TooOld], [Future], [ErrHeld] or
// [ErrClosed].
func (a Answer) Err(off uint64) error {
	switch a.Verdict {
	case Old:
		return TooOld{off, a.First, a.Tail}
	case Ahead:
		return Future{off, a.First, a.Tail}
	case Held:
		return ErrHeld
	case Closed:
		return ErrClosed
	}
	return nil
}

// TooOld refuses an offset below the bounds: its byte was overwritten, or never in
// this ring, which was restarted past it.
type TooOld struct{ Offset, First, Tail uint64 }

func (e TooOld) Error() string {
	return fmt.Sprintf("ringbuf: offset %d is too old: retained is [%d, %d)", e.Offset, e.First, e.Tail)
}

// Future refuses an offset past tail.
type Future struct{ Offset, First, Tail uint64 }

func (e Future) Error() string {
	return fmt.Sprintf("ringbuf: offset %d is past the stream's tail: retained is [%d, %d)", e.Offset, e.First, e.Tail)
}

// Overflow refuses an append that would take the stream past 2^64-1 bytes.
type Overflow struct {
	Tail   uint64
	Length int
}

func (e Overflow) Error() string {
	return fmt.Sprintf("ringbuf: appending %d bytes at offset %d would pass the last offset, 2^64-1", e.Length, e.Tail)
}

// ErrHeld refuses a read by a reader that holds a view.
var ErrHeld = errors.New("ringbuf: the reader holds a view: release it first, or use another reader")

// ErrClosed refuses a read by a reader that was closed.
var ErrClosed = errors.New("ringbuf: the reader is closed: use one that is not, or Ring.ReadAt")
