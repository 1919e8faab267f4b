package battle

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTheThreeFormsSayTheSame(t *testing.T) {
	target := everythingTarget()
	values, err := Encode(target, &idle{}, &everything{
		Below: -300, Above: 18446744073709551615, One: 7, Hex: 0x10000, Colour: 2, Text: "a b", Bytes: []byte{1, 2},
		Pair: [2]pairOf{{S: "x"}, {X: 2, S: "yz"}}, Point: pairOf{S: "p"}, Numbers: []uint16{600}, Custom: minutes{61},
	})
	if err != nil {
		t.Fatal(err)
	}
	const trace = "idle\n" +
		"everything flag=false i8=0 i16=0 i32=0 i64=0 i=0 u8=0 u16=0 u32=0 u64=0 u=0" +
		" below=-300 up-to-zero=0 across=0 deep=0 above=18446744073709551615 one=7 hex=65536 colour=green-ish" +
		` text="a b" bytes=0x0102 array=[0 0 0] pair=[{x=0 s="x"} {x=2 s="yz"}] point={x=0 s="p"}` +
		` points=[] numbers=[600] colours=[] names=["" ""] custom="01:01" customs=[] inline={a=0 b=0}` + "\n"
	if got := Trace(target, values); got != trace {
		t.Errorf("from values:\ngot  %swant %s", got, trace)
	}
	parsed, err := Parse(target, "x.trace", []byte(trace))
	if err != nil || string(parsed) != string(values) {
		t.Errorf("from the trace: %v\ngot  %x\nwant %x", err, parsed, values)
	}
	if _, err := Parse(target, "x.trace", []byte("idle\nidel")); err == nil || err.Error() != `x.trace:2:1: unknown update "idel" in target everything, want everything or idle` {
		t.Errorf("got %v", err)
	}
	if _, err := Encode(target, &everything{}); err == nil || err.Error() != "update 1: everything: below: 0 is out of range -300..-7" {
		t.Errorf("got %v", err)
	}
}

// BenchmarkForms is what the translations cost for an update like those of the targets.
func BenchmarkForms(b *testing.B) {
	p := compile(Target[*nothing]{
		Name: "plain", New: func() *nothing { return nil },
		Ops: Ops(Op[*plain](4), Op[*idle](1)),
	})
	const updates = 1000
	tape := rapid.Custom(func(t *rapid.T) []byte { return p.randomTape(t, updates, true) }).Example(1)
	prog := p.decode(tape)
	text := []byte(prog.String())
	run := newRunner(p)
	for _, c := range []struct {
		form string
		once func()
	}{
		{"run", func() { run.tape(tape) }},
		{"decode", func() { p.decode(tape) }},
		{"encode", func() {
			if _, err := p.encode(prog); err != nil {
				b.Fatal(err)
			}
		}},
		{"print", func() { _ = prog.String() }},
		{"parse", func() {
			if _, err := p.parse("x.trace", text); err != nil {
				b.Fatal(err)
			}
		}},
	} {
		b.Run(c.form, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.once()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*updates), "ns/update")
		})
	}
}

type plain struct {
	From   colour `draw:"1..3"`
	Offset int16  `draw:"-80..80"`
	Length uint8  `draw:"0..80"`
	Far    uint64
}

func (*plain) Apply(*T, *nothing) {}
