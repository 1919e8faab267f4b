package battle

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// refused returns what compile says about a target, or "".
func refused(target Target[*nothing]) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = r.(string)
		}
	}()
	compile(target)
	return ""
}

func TestTargetsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, c := range []struct {
		change func(*Target[*nothing])
		want   string
	}{
		{func(x *Target[*nothing]) { x.Name = "Ring" }, `battle: target "Ring": the name must match ^[a-z][a-z0-9-]*$`},
		{func(x *Target[*nothing]) { x.New = nil }, `battle: target "everything": New is nil: set it to the function that makes a fresh subject and oracle`},
		{func(x *Target[*nothing]) { x.Ops = nil }, `battle: target "everything": Ops is empty: list the kinds of update, as in battle.Ops(battle.Op[*Append](1))`},
		{func(x *Target[*nothing]) { x.Ops = make([]OpKind[*nothing], 257) }, `battle: target "everything": 257 kinds of update, the most is 256`},
		{func(x *Target[*nothing]) { x.HangAfter = -time.Second }, `battle: target "everything": HangAfter and Attempts must not be negative`},
		{func(x *Target[*nothing]) { x.Attempts = -1 }, `battle: target "everything": HangAfter and Attempts must not be negative`},
		{func(x *Target[*nothing]) { x.Require = []Requirement{Require("", 0.5)} }, `battle: target "everything": Require("", 0.5): want a label and a share above 0 and up to 1`},
		{func(x *Target[*nothing]) { x.Require = []Requirement{Require("seen", 1.5)} }, `battle: target "everything": Require("seen", 1.5): want a label and a share above 0 and up to 1`},
		{func(x *Target[*nothing]) { x.Ops = Ops(Op[*idle](0)) }, `battle: target "everything": update battle.idle: weight 0, want at least 1`},
		{func(x *Target[*nothing]) { x.Ops = Ops(Op[*idle](200), Op[*everything](57)) }, `battle: target "everything": the weights add up to 257, the most is 256: one byte of the tape selects the update`},
		{func(x *Target[*nothing]) { x.Ops = Ops(Op[*idle](1), Op[*idle](1)) }, `battle: target "everything": updates battle.idle and battle.idle are both named "idle" in traces: rename one type`},
		{func(x *Target[*nothing]) { x.Ops = Ops(Op[notStruct](1)) }, `battle: target "everything": update battle.notStruct is not a struct: give Op a pointer to a struct whose fields are the arguments`},
		{func(x *Target[*nothing]) { x.Ops = Ops(Op[*generic[int]](1)) }, `battle: target "everything": update battle.generic[int] is named "generic[int]" in traces, which need a word of letters, digits, '-' and '_': give it a plain name`},
	} {
		target := everythingTarget()
		c.change(&target)
		if got := refused(target); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if got := refused(everythingTarget()); got != "" {
		t.Errorf("a sound target is refused: %s", got)
	}
}

type notStruct int

func (notStruct) Apply(*T, *nothing) {}

type generic[V any] struct{ Value V }

func (*generic[V]) Apply(*T, *nothing) {}

type embedded struct{ A int }

type loop struct{ Inner []loop }

type chain []chain

type mute uint8

func (m mute) String() string { return "" }

type twin uint8

func (m twin) String() string { return "same" }

type halfDrawer struct{}

func (*halfDrawer) Draw(*Reader)   {}
func (*halfDrawer) Encode(*Writer) {}

// Every refusal names the type and the field, and says what to write instead.
func TestTypesThatCantBeArgumentsAreRefused(t *testing.T) {
	for _, c := range []struct {
		update any
		want   string
	}{
		{struct{ F float64 }{}, `.F: a float64 can't be an argument: use bool, ints, strings, slices, arrays and structs of these, or a type with Draw and Encode methods`},
		{struct{ F *int }{}, `.F: a ptr can't be an argument: use bool, ints, strings, slices, arrays and structs of these, or a type with Draw and Encode methods`},
		{struct{ F map[int]int }{}, `.F: a map can't be an argument: use bool, ints, strings, slices, arrays and structs of these, or a type with Draw and Encode methods`},
		{struct {
			F int `draw:"1..x"`
		}{}, `.F: int: bound "x" is not an integer`},
		{struct {
			F int `draw:"5"`
		}{}, `.F: tag draw:"5": "5" is not a range: write draw:"0..9" or draw:"len=0..9"`},
		{struct {
			F int `draw:"..5"`
		}{}, `.F: tag draw:"..5": "..5" is not a range: write draw:"0..9" or draw:"len=0..9"`},
		{struct {
			F int `draw:"5..1"`
		}{}, `.F: int: range 5..1 is empty`},
		{struct {
			F uint `draw:"5..1"`
		}{}, `.F: uint: range 5..1 is empty`},
		{struct {
			F int8 `draw:"0..128"`
		}{}, `.F: int8: bound 128 does not fit int8`},
		{struct {
			F int8 `draw:"-129..0"`
		}{}, `.F: int8: bound -129 does not fit int8`},
		{struct {
			F uint16 `draw:"-1..5"`
		}{}, `.F: uint16: bound -1 does not fit uint16`},
		{struct {
			F uint16 `draw:"0..65536"`
		}{}, `.F: uint16: bound 65536 does not fit uint16`},
		{struct {
			F bool `draw:"0..1"`
		}{}, `.F: bool: a range on a bool: leave the tag out`},
		{struct {
			F int `draw:"0..1,2..3"`
		}{}, `.F: tag draw:"0..1,2..3" gives the range twice`},
		{struct {
			F int `draw:"len=0..1"`
		}{}, `.F: tag draw:"len=…" on int, which has no length`},
		{struct {
			F int `draw:""`
		}{}, `.F: the draw tag is empty: write draw:"0..9", or leave it out`},
		{struct {
			f int `draw:"0..9"`
		}{}, `.f: a draw tag on a field that is not exported: export it, or leave the tag out`},
		{struct{ F []byte }{}, `.F: []uint8 needs the bounds of its length: add the tag draw:"len=0..64"`},
		{struct{ F string }{}, `.F: string needs the bounds of its length: add the tag draw:"len=0..64"`},
		{struct{ F []int }{}, `.F: []int needs the bounds of its length: add the tag draw:"len=0..64"`},
		{struct {
			F string `draw:"len=0..9,1..2"`
		}{}, `.F: tag draw:"…" gives string a range of values: its bytes are free, give a length as in draw:"len=0..64"`},
		{struct {
			F []byte `draw:"len=-1..9"`
		}{}, `.F: length -1..9 of []uint8: want bounds within 0..1048576`},
		{struct {
			F []byte `draw:"len=0..1048577"`
		}{}, `.F: length 0..1048577 of []uint8: want bounds within 0..1048576`},
		{struct {
			F []byte `draw:"len=a..9"`
		}{}, `.F: bound "a" is not an integer`},
		{struct {
			F []string `draw:"len=0..9"`
		}{}, `.F: []string: one tag can't bound two lengths: make the element a struct whose field has a tag of its own`},
		{struct {
			F [][]byte `draw:"len=0..9"`
		}{}, `.F: [][]uint8: one tag can't bound two lengths: make the element a struct whose field has a tag of its own`},
		{struct {
			F [3]int `draw:"len=0..3"`
		}{}, `.F: element: tag draw:"len=…" on int, which has no length`},
		{struct {
			F struct{ A int } `draw:"0..3"`
		}{}, `.F: tag draw:"0..3" on a struct: put tags on its fields`},
		{struct {
			F []pairOf `draw:"len=0..3,0..3"`
		}{}, `.F: element: tag draw:"0..3" on a struct: put tags on its fields`},
		{struct {
			F []struct {
				G int8 `draw:"0..200"`
			} `draw:"len=0..3"`
		}{}, `.G: int8: bound 200 does not fit int8`},
		{struct{ embedded }{}, `.embedded: an embedded field has no name of its own in a trace: give it a name`},
		{struct{ AB, Ab int }{}, `.Ab: named "ab" in traces, as is AB: rename one`},
		{struct{ Größe int }{}, `.Größe: named "größe" in traces, which need a word of letters, digits, '-' and '_': give it a plain name`},
		{struct{ F loop }{}, ` has a field whose type holds itself: an argument has a fixed depth`},
		{struct {
			F chain `draw:"len=0..3"`
		}{}, ` has a field whose type holds itself: an argument has a fixed depth`},
		{struct{ F colour }{}, `.F: battle.colour: value 0 is named "": traces need a word of letters, digits, '-' and '_' that starts with a letter (is 0..255 the range that is meant?)`},
		{struct {
			F colour `draw:"1..4"`
		}{}, `.F: battle.colour: String panics for 4: give the range of the values that have a name, as in draw:"0..2"`},
		{struct {
			F mute `draw:"0..1"`
		}{}, `.F: battle.mute: value 0 is named "": traces need a word of letters, digits, '-' and '_' that starts with a letter (is 0..1 the range that is meant?)`},
		{struct {
			F twin `draw:"0..1"`
		}{}, `.F: battle.twin: values 0 and 1 are both named "same"`},
		{struct {
			F minutes `draw:"0..1"`
		}{}, `.F: a draw tag on battle.minutes, which has its own Draw method: leave the tag out`},
		{struct{ F halfDrawer }{}, `.F: battle.halfDrawer has Draw and Encode but not MarshalText and UnmarshalText, which traces need`},
	} {
		typ := reflect.TypeOf(c.update)
		_, err := newKind(0, 1, typ)
		switch {
		case err == nil:
			t.Errorf("%s is not refused, want %s", typ, c.want)
		case !strings.HasPrefix(err.Error(), "update struct {"):
			t.Errorf("%v: does not name the type", err)
		case !strings.HasSuffix(err.Error(), c.want):
			t.Errorf("%s\ngot  %v\nwant …%s", typ, err, c.want)
		}
	}
}
