package fuzz

import (
	"battle.test/battle"
	"battle.test/ringbuf"
)

// The updates of the ring that hold a part of its memory: what a view shows must stay as it
// was, whatever the writer does meanwhile.

// View takes a view, and holds it until it is released or its slot is taken.
type View struct {
	Slot   uint8 `draw:"0..2"`
	From   Mark  `draw:"0..2"`
	Offset int16 `draw:"-80..80"`
	Length uint8 `draw:"1..80"`
}

func (v *View) Apply(t *battle.T, p *ringPair) {
	held := &p.views[v.Slot]
	off := p.at(v.From, int64(v.Offset))
	if len(held.want) > 0 {
		want := ringbuf.Held
		if held.closed {
			want = ringbuf.Closed
		}
		_, second := held.reader.View(off, int(v.Length))
		battle.Equal(t, verdictNames[want], verdictNames[second.Verdict], "a second view")
		copied := held.reader.Copy(p.got[:v.Length], off)
		battle.Equal(t, verdictNames[want], verdictNames[copied.Verdict], "a read beside a view")
	}
	p.release(int(v.Slot))
	if held.reader == nil {
		held.reader = p.ring.NewReader()
	}
	none, empty := held.reader.View(off, 0)
	view, answer := held.reader.View(off, int(v.Length))
	got := ringAnswer{verdictNames[answer.Verdict], view.Bytes(), answer.Bounds}
	n := int(v.Length)
	if len(got.data) > 0 {
		n = min(n, len(got.data)) // a view ends where its segment does, but is not empty
	}
	p.compare(t, off, n, got)
	battle.Equal(t, answer.N, len(got.data), "length of the view against the answer's")
	if none.Bytes() != nil || empty != (ringbuf.Answer{Verdict: answer.Verdict, Bounds: answer.Bounds}) {
		t.Errorf("a view of no bytes at %d: got %s and %d bytes, want %s", off, judged(empty), empty.N, judged(answer))
	}
	held.view, held.off = view, off
	held.want = append(held.want[:0], view.Bytes()...)
}

// Release releases a view.
type Release struct {
	Slot uint8 `draw:"0..2"`
}

func (r *Release) Apply(t *battle.T, p *ringPair) { p.release(int(r.Slot)) }
