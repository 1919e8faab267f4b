package fuzz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/oracle"
	"battle.test/ringbuf"
)

// Ring is the tip ring beside its model. Offsets are drawn as distances from base,
// first and tail; segments are small, so that a few appends turn the ring over.
var Ring = battle.Target[*ringPair]{
	Name: "ring",
	New:  newRingPair,
	Ops: battle.Ops(
		battle.Op[*Append](6),
		battle.Op[*Read](6),
		battle.Op[*ReadAt](2),
		battle.Op[*ReadFar](1),
		battle.Op[*View](3),
		battle.Op[*Release](1),
		battle.Op[*Wait](1),
		battle.Op[*Restart](1),
		battle.Op[*Recover](1),
		battle.Op[*AppendLong](1),
		battle.Op[*Reattach](1),
	),
	Check:  checkRing,
	Close:  (*ringPair).close,
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("wrapped", 0.5),
		battle.Require("below base", 0.2),
		battle.Require("too old", 0.5),
		battle.Require("last offsets", 0.02),
		battle.Require("view outlived its segment", 0.2),
	},
}

// Mark is what an offset is relative to.
type Mark uint8

const (
	Base  Mark = iota // where the ring was started
	First             // the oldest retained byte
	Tail              // the next byte to come
)

func (m Mark) String() string { return [...]string{"base", "first", "tail"}[m] }

const ringViews = 3

type ringPair struct {
	ring        *ringbuf.Ring
	reader      *ringbuf.Reader
	log         oracle.Ring
	incarnation uint64
	views       [ringViews]heldView
	payload     []byte
	got         []byte
}

// heldView is a view that was not released yet, and what it showed at first.
type heldView struct {
	reader *ringbuf.Reader // nil until the first view: making one costs as much as ten reads
	view   ringbuf.View
	want   []byte
	off    uint64
	closed bool // its reader was closed since
}

// newRingPair has memory for what most runs need: short runs are many, and would pay for more.
func newRingPair() *ringPair {
	p := &ringPair{payload: make([]byte, 0, 128), got: make([]byte, 128)}
	p.log.Bytes = make([]byte, 0, 256)
	p.restart(0, 64)
	return p
}

// restart begins a new incarnation with an empty ring.
func (p *ringPair) restart(base uint64, capacity int) {
	p.close()
	ring, err := ringbuf.New(capacity, base)
	if err != nil {
		panic(err)
	}
	p.ring, p.reader = ring, ring.NewReader()
	p.log = oracle.Ring{Base: base, Capacity: uint64(capacity), Bytes: p.log.Bytes[:0]}
	p.incarnation++
}

// close releases the views and forgets their readers, which belong to the ring.
func (p *ringPair) close() {
	for i := range p.views {
		p.release(i)
		p.views[i].reader = nil
	}
}

func (p *ringPair) release(slot int) {
	v := &p.views[slot]
	v.view.Release()
	v.view, v.want = ringbuf.View{}, v.want[:0]
	if v.closed {
		v.reader, v.closed = nil, false
	}
}

func (p *ringPair) at(m Mark, distance int64) uint64 {
	return [...]uint64{p.log.Base, p.log.First(), p.log.Tail()}[m] + uint64(distance)
}

// label marks what kind of question was asked.
func (p *ringPair) label(t *battle.T, off uint64, verdict string) {
	switch {
	case verdict == oracle.TooOld && off < p.log.Base:
		t.Label("below base")
	case verdict == oracle.TooOld:
		t.Label("too old")
	case verdict == oracle.Future:
		t.Label("future")
	case verdict == oracle.Nothing:
		t.Label("at tail")
	}
	if off > math.MaxUint64-64 {
		t.Label("last offsets")
	}
}

// Append appends Length bytes of the stream.
type Append struct {
	Length uint8 `draw:"0..120"`
}

func (a *Append) Apply(t *battle.T, p *ringPair) { p.append(t, int(a.Length)) }

// AppendLong appends more than a ring may hold.
type AppendLong struct {
	Length uint16 `draw:"0..2000"`
}

func (a *AppendLong) Apply(t *battle.T, p *ringPair) { p.append(t, int(a.Length)) }

func (p *ringPair) append(t *battle.T, n int) {
	p.payload = slices.Grow(p.payload[:0], n)[:n]
	fillStream(p.payload, p.log.Tail(), p.incarnation)
	tail := p.log.Tail()
	ok := p.log.Append(p.payload)
	err := p.ring.Append(p.payload)
	if !ok {
		t.Label("overflow")
		battle.Equal[error](t, ringbuf.Overflow{Tail: tail, Length: n}, err, "append's error")
	} else if err != nil {
		t.Errorf("append of %d bytes at %d: %v", n, tail, err)
	}
	if uint64(len(p.log.Bytes)) > p.log.Capacity {
		t.Label("wrapped")
	}
}

// Read copies bytes through a reader.
type Read struct {
	From   Mark  `draw:"0..2"`
	Offset int16 `draw:"-80..80"` // relative to From
	Length uint8 `draw:"1..80"`
}

func (r *Read) Apply(t *battle.T, p *ringPair) {
	p.read(t, p.at(r.From, int64(r.Offset)), int(r.Length))
}

// ReadFar asks far away, for more.
type ReadFar struct {
	From   Mark   `draw:"0..2"`
	Offset int16  // relative to From
	Length uint16 `draw:"1..4000"`
}

func (r *ReadFar) Apply(t *battle.T, p *ringPair) {
	p.read(t, p.at(r.From, int64(r.Offset)), int(r.Length))
}

func (p *ringPair) read(t *battle.T, off uint64, n int) {
	if n > len(p.got) {
		p.got = make([]byte, n)
	}
	answer := p.reader.Copy(p.got[:n], off)
	p.compare(t, off, n, ringAnswer{verdictNames[answer.Verdict], p.got[:answer.N], answer.Bounds})
	if none := p.reader.Copy(nil, off); none != (ringbuf.Answer{Verdict: answer.Verdict, Bounds: answer.Bounds}) {
		t.Errorf("a read of no bytes at %d: got %s and %d bytes, want %s", off, judged(none), none.N, judged(answer))
	}
}

var verdictNames = [...]string{
	ringbuf.AtTail: oracle.Nothing, ringbuf.Data: oracle.Data,
	ringbuf.Old: oracle.TooOld, ringbuf.Ahead: oracle.Future, ringbuf.Held: "held", ringbuf.Closed: "closed",
}

// ringAnswer is all that a read says.
type ringAnswer struct {
	verdict string
	data    []byte
	bounds  ringbuf.Bounds
}

func (a ringAnswer) String() string {
	text := a.verdictAndBounds()
	if a.verdict != oracle.Data && len(a.data) == 0 {
		return text
	}
	noun := "bytes"
	if len(a.data) == 1 {
		noun = "byte"
	}
	return fmt.Sprintf("%s, %d %s: % x", text, len(a.data), noun, a.data)
}

// compare holds the answer to a question for n bytes at off, above 0, against the
// oracle's. Where they differ it shows both whole: an error that should have come beside
// the bytes that came instead.
func (p *ringPair) compare(t *battle.T, off uint64, n int, got ringAnswer) {
	want := ringAnswer{bounds: ringbuf.Bounds{First: p.log.First(), Tail: p.log.Tail()}}
	want.verdict, want.data = p.log.Read(off, n)
	p.label(t, off, want.verdict)
	if want.verdict != got.verdict || want.bounds != got.bounds || !bytes.Equal(want.data, got.data) {
		battle.Equal(t, want, got, "the answer")
	}
}

// judged is an answer without its bytes, in words.
func judged(a ringbuf.Answer) string {
	return ringAnswer{verdict: verdictNames[a.Verdict], bounds: a.Bounds}.verdictAndBounds()
}

func (a ringAnswer) verdictAndBounds() string {
	return fmt.Sprintf("%s, first=%d tail=%d", a.verdict, a.bounds.First, a.bounds.Tail)
}

func (p *ringPair) checkBounds(t *battle.T, got ringbuf.Bounds) {
	battle.Equal(t, p.log.First(), got.First, "first")
	battle.Equal(t, p.log.Tail(), got.Tail, "tail")
}

// ReadAt asks as any goroutine may, at any of the 2^64 offsets.
type ReadAt struct {
	Relative bool // to tail; else an offset as it is
	Offset   uint64
	Length   uint8 `draw:"1..80"`
}

func (r *ReadAt) Apply(t *battle.T, p *ringPair) {
	off := r.Offset
	if r.Relative {
		off = p.log.Tail() - off%256 + 2
	}
	n, err := p.ring.ReadAt(p.got[:r.Length], off)
	p.compare(t, off, int(r.Length), p.answerOf(off, p.got[:n], err))
}

// answerOf is what an error, or none, says of a question for off.
func (p *ringPair) answerOf(off uint64, data []byte, err error) ringAnswer {
	a := ringAnswer{oracle.Data, data, p.ring.Bounds()}
	asked := off
	switch e := err.(type) {
	case nil:
		if off == a.bounds.Tail {
			a.verdict = oracle.Nothing
		}
	case ringbuf.TooOld:
		a.verdict, a.bounds, asked = oracle.TooOld, ringbuf.Bounds{First: e.First, Tail: e.Tail}, e.Offset
	case ringbuf.Future:
		a.verdict, a.bounds, asked = oracle.Future, ringbuf.Bounds{First: e.First, Tail: e.Tail}, e.Offset
	default:
		a.verdict = err.Error()
	}
	if asked != off {
		a.verdict = err.Error()
	}
	return a
}

// Wait waits with a context that has ended: what is there is found all the same.
type Wait struct {
	From   Mark  `draw:"0..2"`
	Offset int16 `draw:"-40..40"`
}

var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (w *Wait) Apply(t *battle.T, p *ringPair) {
	off := p.at(w.From, int64(w.Offset))
	verdict, _ := p.log.Read(off, 1)
	bounds, err := p.ring.Wait(ended, off)
	p.checkBounds(t, bounds)
	switch verdict {
	case oracle.TooOld, oracle.Data:
		battle.Equal(t, verdict, p.answerOf(off, nil, err).verdict, "the wait's verdict")
		battle.Equal(t, bounds, p.answerOf(off, nil, err).bounds, "the bounds of the wait against its error's")
	default:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("wait for %d with tail %d: got %v, want %v", off, p.log.Tail(), err, context.Canceled)
		}
	}
}

// Restart starts a new ring, as a server does that has loaded a snapshot.
type Restart struct {
	Base     uint32
	High     bool  // count Base down from 2^64-1
	Capacity uint8 `draw:"1..160"`
	Scale    uint8 `draw:"0..4"` // capacity is multiplied by 4 to this power
}

func (r *Restart) Apply(t *battle.T, p *ringPair) {
	p.restart(origin(r.Base, r.High), int(r.Capacity)<<(2*r.Scale))
}

// Recover restarts from a snapshot of this stream: Back bytes are behind tail, or as
// many as there are.
type Recover struct {
	Back uint8 `draw:"0..200"`
}

func (r *Recover) Apply(t *battle.T, p *ringPair) {
	t.Label("recovered")
	p.restart(p.log.Tail()-min(uint64(r.Back), p.log.Tail()), int(p.log.Capacity))
}

// Reattach replaces the reader, and those of the views that are out: they stay as they
// are until they are released.
type Reattach struct{}

func (*Reattach) Apply(t *battle.T, p *ringPair) {
	p.reader.Close()
	closed := p.reader.Copy(p.got[:1], p.log.First())
	battle.Equal(t, ringbuf.Answer{Verdict: ringbuf.Closed}, closed, "the answer of a closed reader")
	p.reader = p.ring.NewReader()
	for i := range p.views {
		if v := &p.views[i]; len(v.want) > 0 {
			v.reader.Close()
			v.closed = true
		}
	}
}

// checkRing compares the bounds, and every view that is held with what it showed at
// first.
func checkRing(t *battle.T, p *ringPair) {
	p.checkBounds(t, p.ring.Bounds())
	battle.Equal(t, p.log.Base, p.ring.Base(), "base")
	for i := range p.views {
		v := &p.views[i]
		battle.Equal(t, v.want, v.view.Bytes(), "bytes of a held view")
		if len(v.want) > 0 && v.off+uint64(len(v.want)) < p.log.First() {
			t.Label("view outlived its segment")
		}
	}
}
