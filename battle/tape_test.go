package battle

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAReaderGivesWhatAWriterWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.SampledFrom([]int{1, 2, 4, 8}).Draw(t, "width")
		number := rapid.Uint64().Draw(t, "number") >> (64 - 8*width)
		text := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "text")
		var w Writer
		w.Uint(number, width)
		w.Bytes(text)
		w.Uint(number, width)
		if want := 2*width + len(text); len(w.tape) != want {
			t.Fatalf("%d bytes on the tape, want %d", len(w.tape), want)
		}
		r := Reader{tape: w.tape}
		first, middle := r.Uint(width), make([]byte, len(text))
		r.Bytes(middle)
		if last := r.Uint(width); first != number || last != number || !bytes.Equal(middle, text) {
			t.Fatalf("got %d %x %d, want %d %x %d", first, middle, last, number, text, number)
		}
		if past := r.Uint(width); past != 0 || r.pos != len(w.tape) {
			t.Fatalf("past the end: got %d at %d, want 0 at %d", past, r.pos, len(w.tape))
		}
	})
}

func TestANumberThatIsCutShortHasZerosBehind(t *testing.T) {
	r := Reader{tape: []byte{1, 2, 3}}
	if got := r.Uint(4); got != 0x00030201 {
		t.Errorf("got %#x, want 0x00030201", got)
	}
	r = Reader{tape: []byte{1, 2, 3}}
	dst := []byte{9, 9, 9, 9, 9}
	if r.Bytes(dst); !bytes.Equal(dst, []byte{1, 2, 3, 0, 0}) {
		t.Errorf("got % x, want 01 02 03 00 00", dst)
	}
}

// kindsOf makes kinds with these weights.
func kindsOf(weights ...int) (kinds []*kind) {
	for i, w := range weights {
		kinds = append(kinds, &kind{index: i, weight: w})
	}
	return kinds
}

func TestOneByteSelectsByWeight(t *testing.T) {
	s := newSelector(kindsOf(5, 1, 2), 0)
	for b := range selectorSize {
		want := []uint8{0, 0, 0, 0, 0, 1, 2, 2}[b%8]
		if s[b] != want {
			t.Fatalf("byte %d selects %d, want %d", b, s[b], want)
		}
	}
}

func TestASwarmMaskLeavesKindsOut(t *testing.T) {
	many := make([]int, 20)
	for i := range many {
		many[i] = 1
	}
	for _, c := range []struct {
		name    string
		weights []int
		mask    uint16
		want    []uint8 // the kinds that can be selected
	}{
		{"nothing", []int{1, 2, 3}, 0, []uint8{0, 1, 2}},
		{"one", []int{1, 2, 3}, 0b010, []uint8{0, 2}},
		{"all but one", []int{1, 2, 3}, 0b011, []uint8{2}},
		{"everything leaves out nothing", []int{1, 2, 3}, 0b111, []uint8{0, 1, 2}},
		{"bits beyond the kinds do nothing", []int{1, 2, 3}, 0xfff0, []uint8{0, 1, 2}},
		{"kinds 16 apart share a bit", many, 0b1101, []uint8{1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17}},
	} {
		s := newSelector(kindsOf(c.weights...), c.mask)
		var got []uint8
		for _, index := range s {
			if !slices.Contains(got, index) {
				got = append(got, index)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: mask %b selects among %v, want %v", c.name, c.mask, got, c.want)
		}
	}
}

func TestTheHeaderIsTheSwarmMask(t *testing.T) {
	p := everythingPlan()
	body := make([]byte, 4000)
	for i := range body {
		body[i] = byte(i * 7)
	}
	for _, c := range []struct {
		header byte
		never  string
	}{{1, "everything"}, {2, "idle"}} {
		prog := p.decode(append([]byte{c.header, 0}, body...))
		if len(prog) == 0 {
			t.Fatalf("mask %d: no updates", c.header)
		}
		for _, s := range prog {
			if s.kind.name == c.never {
				t.Fatalf("mask %d lets %s through", c.header, c.never)
			}
		}
	}
}

// The library's part of running a tape: no allocation for an update.
func TestRunningATapeAllocatesNothing(t *testing.T) {
	r := newRunner(compile(Target[*nothing]{
		Name: "frugal",
		New:  func() *nothing { return nil },
		Ops:  Ops(Op[*frugal](3), Op[*idle](1)),
	}))
	tape := make([]byte, headerSize+5000)
	for i := headerSize; i < len(tape); i++ {
		tape[i] = byte(i * 37)
	}
	if allocated := testing.AllocsPerRun(20, func() { r.tape(tape) }); allocated > 0 {
		t.Errorf("%v allocations in a run of %d updates, want none", allocated, len(r.t.plan.decode(tape)))
	}
}

type frugal struct {
	Number uint64
	Small  int8   `draw:"-3..3"`
	Bytes  []byte `draw:"len=0..40"`
	Points [2]struct{ X, Y uint16 }
	List   []uint16 `draw:"len=0..4"`
}

func (f *frugal) Apply(t *T, _ *nothing) {
	t.Label("applied")
	Equal(t, f.Bytes, f.Bytes)
	Equal(t, f.Number, f.Number)
}
