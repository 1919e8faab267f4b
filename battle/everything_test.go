package battle

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The tests' update with a field of every kind.

type everything struct {
	Flag     bool
	I8       int8
	I16      int16
	I32      int32
	I64      int64
	I        int
	U8       uint8
	U16      uint16
	U32      uint32
	U64      uint64
	U        uint
	Below    int16  `draw:"-300..-7"`
	UpToZero int32  `draw:"-80..0"`
	Across   int64  `draw:"-5..70000"`
	Deep     int8   `draw:"-120..3"`
	Above    uint64 `draw:"18446744073709551000..18446744073709551615"`
	One      uint32 `draw:"7..7"`
	Hex      uint32 `draw:"0x10..0x1_0000"`
	Colour   colour `draw:"1..3"`
	Text     string `draw:"len=0..9"`
	Bytes    []byte `draw:"len=2..300"`
	Array    [3]int16
	Pair     [2]pairOf
	Point    pairOf
	Points   []pairOf  `draw:"len=0..3"`
	Numbers  []uint16  `draw:"len=1..4,5..600"`
	Colours  []colour  `draw:"len=0..2,1..3"`
	Names    [2]string `draw:"len=0..2"`
	Custom   minutes
	Customs  []minutes `draw:"len=0..2"`
	Inline   struct{ A, B uint8 }
}

type colour uint8

func (c colour) String() string { return [...]string{1: "red", 2: "green-ish", 3: "blue_3"}[c] }

type pairOf struct {
	X int8   `draw:"-2..2"`
	S string `draw:"len=1..3"`
}

// minutes brings its own place on the tape.
type minutes struct{ n uint16 }

func (m *minutes) Draw(r *Reader)   { m.n = uint16(r.Uint(2)) % (24 * 60) }
func (m *minutes) Encode(w *Writer) { w.Uint(uint64(m.n), 2) }
func (m *minutes) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%02d:%02d", m.n/60, m.n%60), nil
}

func (m *minutes) UnmarshalText(text []byte) error {
	hours, rest, ok := strings.Cut(string(text), ":")
	h, err1 := strconv.ParseUint(hours, 10, 16)
	min, err2 := strconv.ParseUint(rest, 10, 16)
	if !ok || err1 != nil || err2 != nil || h > 23 || min > 59 {
		return fmt.Errorf("want hh:mm")
	}
	m.n = uint16(60*h + min)
	return nil
}

func (e *everything) Apply(t *T, s *nothing) {}

type nothing struct{}

// idle is an update without arguments.
type idle struct{}

func (*idle) Apply(t *T, s *nothing) {}

func everythingPlan() *plan { return compile(everythingTarget()) }

func everythingTarget() Target[*nothing] {
	return Target[*nothing]{
		Name: "everything",
		New:  func() *nothing { return nil },
		Ops:  Ops(Op[*everything](3), Op[*idle](1)),
	}
}

// values of a program, for comparison.
func values(prog program) []any {
	var all []any
	for _, s := range prog {
		all = append(all, reflect.NewAt(s.kind.typ, s.p).Elem().Interface())
	}
	return all
}

// drawProgram lets rapid draw a program of the plan's updates.
func drawProgram(t *rapid.T, p *plan) program {
	return p.decode(p.randomTape(t, rapid.IntRange(0, 5).Draw(t, "updates"), false))
}

func TestUpdatesOfEveryKindSurviveTapeAndTrace(t *testing.T) {
	p := everythingPlan()
	rapid.Check(t, func(t *rapid.T) {
		prog := drawProgram(t, p)
		tape, err := p.encode(prog)
		if err != nil {
			t.Fatal(err)
		}
		if again := p.decode(tape); !reflect.DeepEqual(values(prog), values(again)) {
			t.Fatalf("through the tape:\ngot  %+v\nwant %+v", values(again), values(prog))
		}
		text := prog.String()
		parsed, err := p.parse("x.trace", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !reflect.DeepEqual(values(prog), values(parsed)) {
			t.Fatalf("through the trace:\ngot  %+v\nwant %+v", values(parsed), values(prog))
		}
		if line, err := p.parse("line", []byte(prog.oneLine())); err != nil || !reflect.DeepEqual(values(prog), values(line)) {
			t.Fatalf("through one line: %v\n%s", err, prog.oneLine())
		}
	})
}

func TestAnyBytesAreATape(t *testing.T) {
	p := everythingPlan()
	rapid.Check(t, func(t *rapid.T) {
		tape := rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "tape")
		prog := p.decode(tape)
		canonical, err := p.encode(prog)
		if err != nil {
			t.Fatalf("what was decoded does not encode: %v", err)
		}
		again := p.decode(canonical)
		if !reflect.DeepEqual(values(prog), values(again)) {
			t.Fatalf("got  %+v\nwant %+v", values(again), values(prog))
		}
		twice, err := p.encode(again)
		if err != nil || string(twice) != string(canonical) {
			t.Fatalf("encoding is not canonical: %v\ngot  %x\nwant %x", err, twice, canonical)
		}
	})
}

// A tape that ends in the middle of an update is the same as one with zeros behind.
func TestPastItsEndATapeIsZeros(t *testing.T) {
	p := everythingPlan()
	rapid.Check(t, func(t *rapid.T) {
		tape := p.randomTape(t, 1, true)
		cut := rapid.IntRange(headerSize+1, len(tape)).Draw(t, "cut")
		short := p.decode(tape[:cut])
		// A text or a list may read on for as long as its length says.
		long := p.decode(append(tape[:cut:cut], make([]byte, 2000)...))
		if len(short) != 1 || !reflect.DeepEqual(values(short)[0], values(long)[0]) {
			t.Fatalf("got  %+v\nwant %+v", values(short), values(long)[0])
		}
	})
}

func TestZerosAreTheSimplestValue(t *testing.T) {
	p := everythingPlan()
	got := p.decode([]byte{0, 0, 0})[0].String()
	want := "everything flag=false i8=0 i16=0 i32=0 i64=0 i=0 u8=0 u16=0 u32=0 u64=0 u=0" +
		" below=-7 up-to-zero=0 across=0 deep=0 above=18446744073709551000 one=7 hex=16 colour=red" +
		` text="" bytes=0x0000 array=[0 0 0] pair=[{x=0 s=0x00} {x=0 s=0x00}] point={x=0 s=0x00}` +
		` points=[] numbers=[5] colours=[] names=["" ""] custom="00:00" customs=[] inline={a=0 b=0}`
	if got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	left, err := p.parse("x.trace", []byte("everything"))
	if err != nil || left[0].String() != want {
		t.Fatalf("fields that are left out: %v\ngot  %s\nwant %s", err, left[0], want)
	}
}

func TestLimitsOfEveryRangeCanBeWrittenAndRead(t *testing.T) {
	p := everythingPlan()
	for _, f := range p.byName["everything"].root.fields {
		n, isNumber := f.node.(*numberNode)
		if !isNumber {
			continue
		}
		for _, v := range []uint64{n.low, n.top, n.simplest()} {
			line := fmt.Sprintf("everything %s=%s", f.name, n.text(v))
			prog, err := p.parse("x.trace", []byte(line))
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			tape, err := p.encode(prog)
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			again := p.decode(tape)[0]
			if got := again.String(); !strings.Contains(got+" ", line[len("everything"):]+" ") {
				t.Errorf("%s came back as %s", line, got)
			}
		}
		for _, v := range []uint64{n.low - 1, n.top + 1} {
			if n.span == 0 || n.typ.Kind() == reflect.Bool {
				continue
			}
			line := fmt.Sprintf("everything %s=%s", f.name, n.decimal(v))
			if _, err := p.parse("x.trace", []byte(line)); err == nil && !n.holds(v) {
				t.Errorf("%s is out of range and was read", line)
			}
		}
	}
}

func TestFieldsAreDescribed(t *testing.T) {
	got := everythingPlan().byName["everything"].root.describe()
	want := "{flag=true or false i8=-128..127 i16=-32768..32767 i32=-2147483648..2147483647" +
		" i64=-9223372036854775808..9223372036854775807 i=-9223372036854775808..9223372036854775807" +
		" u8=0..255 u16=0..65535 u32=0..4294967295 u64=0..18446744073709551615 u=0..18446744073709551615" +
		" below=-300..-7 up-to-zero=-80..0 across=-5..70000 deep=-120..3 above=18446744073709551000..18446744073709551615" +
		" one=7..7 hex=16..65536 colour=red, green-ish or blue_3 text=0..9 bytes bytes=2..300 bytes array=[3]-32768..32767" +
		" pair=[2]{x=-2..2 s=1..3 bytes} point={x=-2..2 s=1..3 bytes} points=[0..3]{x=-2..2 s=1..3 bytes} numbers=[1..4]5..600" +
		" colours=[0..2]red, green-ish or blue_3 names=[2]0..2 bytes custom=battle.minutes customs=[0..2]battle.minutes" +
		" inline={a=0..255 b=0..255}}"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLiteralsOfEveryKind(t *testing.T) {
	p := everythingPlan()
	prog, err := p.parse("x.trace", []byte(`everything flag=true i8=-128 u64=18446744073709551615 colour=blue_3`+
		` text="a\"b" bytes=0x00ff array=[1 -2 3] point={x=-1 s="xyz"} points=[{x=2 s="q"}] numbers=[5 600]`+
		` colours=[red blue_3] names=["" "no"] custom="23:59" customs=["00:01"] inline={b=4}; idle`))
	if err != nil {
		t.Fatal(err)
	}
	pkg := reflect.TypeFor[everything]().PkgPath()
	got := string(prog[0].kind.root.literal(nil, prog[0].p, pkg))
	want := `everything{Flag: true, I8: -128, U64: 18446744073709551615, Below: -7, Above: 18446744073709551000, One: 7, Hex: 16,` +
		` Colour: 3 /* blue_3 */, Text: "a\"b", Bytes: []uint8("\x00\xff"), Array: [3]int16{1, -2, 3},` +
		` Pair: [2]pairOf{pairOf{S: "\x00"}, pairOf{S: "\x00"}}, Point: pairOf{X: -1, S: "xyz"}, Points: []pairOf{pairOf{X: 2, S: "q"}},` +
		` Numbers: []uint16{5, 600}, Colours: []colour{1 /* red */, 3 /* blue_3 */}, Names: [2]string{"", "no"},` +
		` Custom: battle.MustParse[minutes]("23:59"), Customs: []minutes{battle.MustParse[minutes]("00:01")},` +
		` Inline: struct { A uint8; B uint8 }{B: 4}}`
	if got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	if got := string(prog[1].kind.root.literal(nil, prog[1].p, "elsewhere")); got != "battle.idle{}" {
		t.Fatalf("in another package: got %s", got)
	}
	if at := MustParse[minutes]("23:59"); at.n != 23*60+59 {
		t.Fatalf("MustParse: got %d", at.n)
	}
}

// Whatever rapid draws, lowering must end at a value that fails, in range, and from
// which no second lowering gets further.
func TestLoweringKeepsAFailingValue(t *testing.T) {
	p := everythingPlan()
	rapid.Check(t, func(t *rapid.T) {
		one := newStep(p.byName["everything"])
		one.kind.root.draw(p.drawing(t, true), "everything", one.p)
		e := (*everything)(one.p)
		limit := e.Across / 2
		fails := func() bool {
			return e.Across >= limit && e.Flag == (limit%2 == 0) && len(e.Bytes) > int(limit%9) && len(e.Points) >= int(limit%3)
		}
		if !fails() {
			return
		}
		one.kind.root.lower(one.p, fails)
		if !fails() {
			t.Fatalf("the lowered value does not fail: %s", one)
		}
		if _, err := p.encode(program{one}); err != nil {
			t.Fatalf("the lowered value is out of range: %v", err)
		}
		if want := max(0, limit); e.Across != want {
			t.Fatalf("across is %d, want %d", e.Across, want)
		}
		if len(e.Points) != int(limit%3) && limit >= 0 {
			t.Fatalf("%d points, want %d", len(e.Points), limit%3)
		}
		if e.I64 != 0 || e.Text != "" || e.Below != -7 || e.Custom.n != 0 || e.U8 != 0 {
			t.Fatalf("fields that do not matter stay: %s", one)
		}
		if want := max(2, int(limit%9)+1); len(e.Bytes) != want && limit >= 0 {
			t.Fatalf("%d bytes, want %d", len(e.Bytes), want)
		}
	})
}
