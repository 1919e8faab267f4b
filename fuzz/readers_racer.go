package fuzz

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"battle.test/battle"
	"battle.test/explore/schedule"
	"battle.test/oracle"
	"battle.test/ringbuf"
)

// A racer is a reader in a race. It knows the whole stream, so each byte that it reads is
// checked. Where the writer is it knows only so far: tail is never below what it was told
// before, nor below what had been appended when its step began, nor above what had been
// when its step ended and one append. The numbers of bytes are counted from base.
type racer struct {
	*race
	reader *ringbuf.Reader
	buffer []byte
	last   uint64        // the highest tail it knows of
	awaits atomic.Uint64 // the byte it waits for, plus 1; or 0

	refused, waited, outlived bool
	turns                     bool // it takes turns with others: see Schedules
}

func (d *racer) run(g *race, script Script) {
	d.race, d.reader, d.last = g, g.ring.NewReader(), 0
	d.refused, d.waited, d.outlived = false, false, false
	d.buffer = append(d.buffer[:0], make([]byte, lengthMax)...)
	defer func() {
		if value := recover(); value != nil {
			g.complain("a reader", "no panic", words(fmt.Sprintf("panic: %v\n%s", value, debug.Stack())))
		}
		d.awaits.Store(0)
		d.reader.Close()
	}()
	g.ready.Add(1)
	for round := 1; ; round++ {
		for i := range script.Steps {
			d.step(&script.Steps[i])
		}
		if g.over.Load() {
			return
		}
		if round%int(script.Yield) == 0 {
			runtime.Gosched()
		}
	}
}

// step does a step several times, with as little as may be between two: where the
// writer has been in the meantime is looked up before and after.
func (d *racer) step(s *Step) {
	d.last = max(d.last, d.done.Load())
	d.told(d.ring.Bounds())
	for range s.Times {
		off := d.base + d.last
		if s.From == First {
			off = d.base + d.first(d.last)
		}
		off += uint64(int64(s.Offset))
		switch s.Do {
		case CopyOut:
			d.copyOut(off, int(s.Length))
		case Borrow:
			d.borrow(off, int(s.Length))
		case Hold, Leave:
			d.hold(off, s)
		case Await:
			if at := d.last + uint64(max(0, s.Offset)); at < uint64(len(d.stream)) { // it will come
				d.await(patience{context.Background(), d.failed}, at)
			}
		}
	}
	if most := d.ahead(); d.last > most {
		d.complain("tail", words(fmt.Sprintf("at most %d", d.base+most)), words(fmt.Sprint(d.base+d.last)))
	}
}

// first is the rule of what is retained.
func (d *racer) first(tail uint64) uint64 { return tail - min(tail, d.capacity) }

// ahead is the most that tail can be: an append may be under way.
func (d *racer) ahead() uint64 { return min(d.done.Load()+d.length, uint64(len(d.stream))) }

// told checks bounds that the ring has told.
func (d *racer) told(b ringbuf.Bounds) bool {
	tail := b.Tail - d.base
	if tail < d.last || tail > uint64(len(d.stream)) {
		d.complain("tail", words(fmt.Sprintf("%d to %d", d.base+d.last, d.base+uint64(len(d.stream)))), words(fmt.Sprint(b.Tail)))
		return false
	}
	d.last = tail
	if want := d.base + d.first(tail); b.First != want {
		d.complain("first", words(fmt.Sprintf("%d with tail %d", want, b.Tail)), words(fmt.Sprint(b.First)))
		return false
	}
	return true
}

// judge checks an answer by the bounds that it names.
func (d *racer) judge(what string, off uint64, n int, answer ringbuf.Answer, data []byte) bool {
	if !d.told(answer.Bounds) {
		return false
	}
	want := ringAnswer{oracle.Data, nil, answer.Bounds}
	switch {
	case off < answer.First:
		want.verdict, d.refused = oracle.TooOld, true
	case off == answer.Tail:
		want.verdict = oracle.Nothing
	case off > answer.Tail:
		want.verdict = oracle.Future
	default:
		want.data = d.stream[off-d.base : min(off-d.base+uint64(n), answer.Tail-d.base)]
	}
	if verdict := verdictNames[answer.Verdict]; want.verdict != verdict || answer.N != len(data) || !bytes.Equal(want.data, data) {
		d.complain(fmt.Sprintf("%s at %d", what, off), words(want.String()), words(ringAnswer{verdict, data, answer.Bounds}.String()))
		return false
	}
	return true
}

func (d *racer) copyOut(off uint64, n int) {
	answer := d.reader.Copy(d.buffer[:n], off)
	d.judge("a copy", off, n, answer, d.buffer[:answer.N])
}

// borrow reads through the ring. An answer without an error names no bounds, so what is
// known of the time before and after has to do.
func (d *racer) borrow(off uint64, n int) {
	got, err := d.ring.ReadAt(d.buffer[:n], off)
	data := d.buffer[:got]
	if refusal, ok := refusalOf(err, off); ok {
		refusal.N = got
		d.judge("a borrowed read", off, n, refusal, data)
		return
	}
	from, most := off-d.base, d.ahead()
	end := from + uint64(got)
	possible := off >= d.base+d.first(d.last) && from <= most && end <= most && (got == n || end >= d.last)
	if err != nil || !possible || !bytes.Equal(data, d.stream[from:end]) {
		d.complain(fmt.Sprintf("a borrowed read at %d, tail being %d to %d", off, d.base+d.last, d.base+most),
			"bytes of the stream up to tail, or a refusal", words(fmt.Sprintf("%d bytes % x, error %v", got, data, err)))
		return
	}
	d.last = max(d.last, end)
}

// refusalOf is an error as an answer to a question for off.
func refusalOf(err error, off uint64) (answer ringbuf.Answer, ok bool) {
	switch e := err.(type) {
	case ringbuf.TooOld:
		return ringbuf.Answer{Verdict: ringbuf.Old, Bounds: ringbuf.Bounds{First: e.First, Tail: e.Tail}}, e.Offset == off
	case ringbuf.Future:
		return ringbuf.Answer{Verdict: ringbuf.Ahead, Bounds: ringbuf.Bounds{First: e.First, Tail: e.Tail}}, e.Offset == off
	}
	return answer, false
}

// hold takes a view and looks at it for a while; one who leaves closes his reader first.
func (d *racer) hold(off uint64, s *Step) {
	view, answer := d.reader.View(off, int(s.Length))
	seen := view.Bytes()
	n := int(s.Length)
	if len(seen) > 0 {
		n = min(n, len(seen)) // it may end before, but is not empty
	}
	right := d.judge("a view", off, n, answer, seen)
	if s.Do == Leave {
		d.reader.Close()
	}
	if right && len(seen) > 0 {
		d.watch(seen, off, int(s.Looks))
	}
	view.Release()
	if s.Do == Leave {
		d.reader = d.ring.NewReader()
	}
}

// watch looks at a view that is held.
func (d *racer) watch(seen []byte, off uint64, looks int) {
	want := d.stream[off-d.base:][:len(seen)]
	for range looks {
		if d.turns {
			d.another(off)
			schedule.Point("looks at its view")
		} else {
			runtime.Gosched()
		}
		if !bytes.Equal(want, seen) {
			d.complain(fmt.Sprintf("a view that is held, of %d bytes at %d", len(seen), off),
				words(fmt.Sprintf("% x", want)), words(fmt.Sprintf("% x", seen)))
			return
		}
	}
	d.outlived = d.outlived || d.first(d.done.Load()) > off-d.base+uint64(len(seen))
}

// another asks for a second view, which a reader that holds one, or was closed, refuses.
func (d *racer) another(off uint64) {
	if _, answer := d.reader.View(off, 1); answer.Verdict != ringbuf.Held && answer.Verdict != ringbuf.Closed {
		d.complain("a second view", "refused", words(verdictNames[answer.Verdict]))
	}
}

// await waits for a byte, or for the context to end.
func (d *racer) await(ctx context.Context, at uint64) {
	off := d.base + at
	d.awaits.Store(at + 1)
	bounds, err := d.ring.Wait(ctx, off)
	d.awaits.Store(0)
	d.waited = true
	if err == context.Canceled {
		return
	}
	if !d.told(bounds) {
		return
	}
	var want error
	if off < bounds.First {
		want = ringbuf.TooOld{Offset: off, First: bounds.First, Tail: bounds.Tail}
	}
	if err != want || off >= bounds.Tail {
		d.complain(fmt.Sprintf("a wait for %d", off), words(fmt.Sprintf("tail above it, error %v", want)),
			words(fmt.Sprintf("first=%d tail=%d, error %v", bounds.First, bounds.Tail, err)))
	}
}

// patience is a context that only a complaint ends. It is asked between a waiter's last
// look and its sleep, and lets the writer run there.
type patience struct {
	context.Context
	failed <-chan struct{}
}

func (p patience) Done() <-chan struct{} {
	runtime.Gosched()
	return p.failed
}

func (p patience) Err() error {
	select {
	case <-p.failed:
		return context.Canceled
	default:
		return nil
	}
}

func (d *racer) label(t *battle.T) {
	if d.refused {
		t.Label("too old")
	}
	if d.waited {
		t.Label("waited")
	}
	if d.outlived {
		t.Label("view outlived its segment")
	}
}
