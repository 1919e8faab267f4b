package byhand

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"battle.test/ringbuf"
)

// A pair is a ring, and all bytes that were appended to it.
type pair struct {
	ring   *ringbuf.Ring
	reader *ringbuf.Reader
	views  [3]heldView
	ended  context.Context

	base     uint64
	capacity uint64
	stream   []byte // from base on
	starts   int
}

type heldView struct {
	reader *ringbuf.Reader
	view   ringbuf.View
	want   []byte // what it showed at first; nil if none is held
}

func newPair() *pair {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	p := &pair{ended: ended}
	p.restart(0, 64)
	return p
}

func (p *pair) tail() uint64 { return p.base + uint64(len(p.stream)) }

func (p *pair) first() uint64 {
	if n := uint64(len(p.stream)); n > p.capacity {
		return p.tail() - p.capacity
	}
	return p.base
}

func (p *pair) bounds() ringbuf.Bounds { return ringbuf.Bounds{First: p.first(), Tail: p.tail()} }

// at is an offset near one of the three that matter.
func (p *pair) at(mark int, distance int64) uint64 {
	return [...]uint64{p.base, p.first(), p.tail()}[mark] + uint64(distance)
}

// answer is what a question for n bytes at off must be answered with.
func (p *pair) answer(off uint64, n int) (ringbuf.Answer, []byte) {
	a := ringbuf.Answer{Bounds: p.bounds()}
	switch {
	case off < a.First:
		a.Verdict = ringbuf.Old
	case off > a.Tail:
		a.Verdict = ringbuf.Ahead
	case off < a.Tail:
		a.Verdict = ringbuf.Data
		rest := p.stream[off-p.base:]
		a.N = min(n, len(rest))
		return a, rest[:a.N]
	}
	return a, nil
}

// differ ends the run.
func differ(what string, got, want any) {
	panic(fmt.Sprintf("byhand: %s: got %v, want %v", what, got, want))
}

// check compares what must hold after every update.
func (p *pair) check() {
	if got := p.ring.Bounds(); got != p.bounds() {
		differ("bounds", got, p.bounds())
	}
	if got := p.ring.Base(); got != p.base {
		differ("base", got, p.base)
	}
	for _, v := range p.views {
		if !bytes.Equal(v.view.Bytes(), v.want) {
			differ("a held view", v.view.Bytes(), v.want)
		}
	}
}

// append appends n bytes that differ from those of neighbours and of earlier starts.
func (p *pair) append(n int) {
	payload := make([]byte, n)
	for i := range payload {
		payload[i] = byte(1 + (p.tail()+uint64(i)*7+uint64(p.starts)*31)%255)
	}
	var want error
	if uint64(n) > math.MaxUint64-p.tail() {
		want = ringbuf.Overflow{Tail: p.tail(), Length: n}
	} else {
		p.stream = append(p.stream, payload...)
	}
	if err := p.ring.Append(payload); err != want {
		differ("append", err, want)
	}
}

// copy reads through a reader.
func (p *pair) copy(off uint64, n int) {
	buf := make([]byte, n)
	got := p.reader.Copy(buf, off)
	want, data := p.answer(off, n)
	if got != want {
		differ(fmt.Sprintf("copy of %d bytes at %d", n, off), got, want)
	}
	if !bytes.Equal(buf[:got.N], data) {
		differ(fmt.Sprintf("bytes at %d", off), buf[:got.N], data)
	}
}

// readAt reads as any goroutine may.
func (p *pair) readAt(off uint64, n int) {
	buf := make([]byte, n)
	got, err := p.ring.ReadAt(buf, off)
	want, data := p.answer(off, n)
	if err != want.Err(off) {
		differ(fmt.Sprintf("error of a read at %d", off), err, want.Err(off))
	}
	if !bytes.Equal(buf[:got], data) {
		differ(fmt.Sprintf("bytes at %d", off), buf[:got], data)
	}
}

// view takes a view into a slot. One that is held there is refused a second first.
func (p *pair) view(slot int, off uint64, n int) {
	v := &p.views[slot]
	if v.want != nil {
		if _, got := v.reader.View(off, n); got != (ringbuf.Answer{Verdict: ringbuf.Held}) {
			differ("a second view", got, "it is held")
		}
		p.release(slot)
	}
	if v.reader == nil {
		v.reader = p.ring.NewReader()
	}
	view, got := v.reader.View(off, n)
	want, data := p.answer(off, n)
	if want.N > 0 && got.N > 0 {
		want.N = min(want.N, got.N) // a view ends where its segment does
		data = data[:want.N]
	}
	if got != want {
		differ(fmt.Sprintf("view of %d bytes at %d", n, off), got, want)
	}
	if !bytes.Equal(view.Bytes(), data) {
		differ(fmt.Sprintf("bytes at %d", off), view.Bytes(), data)
	}
	v.view = view
	if len(data) > 0 {
		v.want = bytes.Clone(data)
	}
}

func (p *pair) release(slot int) {
	v := &p.views[slot]
	v.view.Release()
	v.view, v.want = ringbuf.View{}, nil
}

// wait does not sleep: its context has ended.
func (p *pair) wait(off uint64) {
	got, err := p.ring.Wait(p.ended, off)
	want, _ := p.answer(off, 1)
	wantErr := want.Err(off)
	if want.Verdict == ringbuf.AtTail || want.Verdict == ringbuf.Ahead {
		wantErr = context.Canceled
	}
	if got != want.Bounds || err != wantErr {
		differ(fmt.Sprintf("wait for %d", off), fmt.Sprint(got, err), fmt.Sprint(want.Bounds, wantErr))
	}
}

// restart begins with an empty ring, as a server does that has loaded a snapshot.
func (p *pair) restart(base uint64, capacity int) {
	for i := range p.views {
		p.release(i)
		p.views[i].reader = nil
	}
	ring, err := ringbuf.New(capacity, base)
	if err != nil {
		panic(err)
	}
	p.ring, p.reader = ring, ring.NewReader()
	p.base, p.capacity, p.stream = base, uint64(capacity), p.stream[:0]
	p.starts++
}

// reattach gives up the reader for a new one.
func (p *pair) reattach() {
	p.reader.Close()
	if got := p.reader.Copy(make([]byte, 1), p.first()); got != (ringbuf.Answer{Verdict: ringbuf.Closed}) {
		differ("a read of a closed reader", got, "it is closed")
	}
	p.reader = p.ring.NewReader()
}
