package battle

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// rapidDice lets rapid choose what dice choose.
type rapidDice struct{ t *rapid.T }

func (d rapidDice) Number(low, top uint64, signed bool) uint64 {
	if signed {
		return uint64(rapid.Int64Range(int64(low), int64(top)).Draw(d.t, "number"))
	}
	return rapid.Uint64Range(low, top).Draw(d.t, "number")
}

func (d rapidDice) Text(low, top int) []byte {
	return rapid.SliceOfN(rapid.Byte(), low, top).Draw(d.t, "text")
}

// hunt is a hunt in the target of the tests, outside of the command.
func huntEverything() *Hunt {
	return &Hunt{s: newSession(everythingPlan(), orders{}, source{})}
}

// What is rolled is what encoding would have written.
func TestRolledUpdatesAreCanonical(t *testing.T) {
	h := huntEverything()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.IntRange(0, 1).Draw(t, "kind")
		rolled := h.Roll([]byte("before"), kind, rapidDice{t})[len("before"):]
		tape := append(make([]byte, headerSize), rolled...)
		prog := h.s.plan.decode(tape)
		if len(prog) != 1 || prog[0].kind.index != kind || h.Kind(rolled) != kind {
			t.Fatalf("rolled one update of kind %d, got\n%s", kind, prog)
		}
		again, err := h.s.plan.encode(prog)
		if err != nil || !bytes.Equal(again, tape) {
			t.Fatalf("%v\nrolled  %x\nencoded %x", err, tape, again)
		}
		if h.Fields(kind) == 0 {
			return
		}
		field := rapid.IntRange(0, h.Fields(kind)-1).Draw(t, "field")
		second := h.s.plan.decode(h.Reroll(make([]byte, headerSize), rolled, field, rapidDice{t}))
		if len(second) != 1 {
			t.Fatalf("rerolled one update, got\n%s", second)
		}
		before, after := reflect.ValueOf(values(prog)[0]), reflect.ValueOf(values(second)[0])
		for i := range before.NumField() {
			if i != field && !reflect.DeepEqual(before.Field(i).Interface(), after.Field(i).Interface()) {
				t.Fatalf("field %d was rolled anew, field %d changed:\n%s%s", field, i, prog, second)
			}
		}
	})
}

// A tape is the updates that it is cut into, whatever they were encoded with.
func TestAHuntCutsTapesIntoUpdates(t *testing.T) {
	h := huntEverything()
	rapid.Check(t, func(t *rapid.T) {
		tape := h.s.plan.randomTape(t, 8, false)
		joined := make([]byte, headerSize)
		for _, one := range h.split(tape) {
			joined = append(joined, one...)
		}
		if got, want := h.Trace(joined[headerSize:]), h.s.plan.decode(tape).String(); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}
