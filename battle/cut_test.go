package battle

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is cut is the same updates, one by one, whatever the tape left out and wherever it
// ended.
func TestATapeIsCutIntoItsUpdates(t *testing.T) {
	h := huntEverything()
	rapid.Check(t, func(t *rapid.T) {
		tape := rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "tape")
		if rapid.Bool().Draw(t, "swarm") && len(tape) > 0 {
			tape[0] = 1 // leaves out the first kind
		}
		want := h.s.plan.decode(tape)
		updates, ends := h.Cut([]byte("before"), []int32{3}, tape)
		if string(updates[:6]) != "before" || ends[0] != 3 || len(ends) != 1+len(want) {
			t.Fatalf("got %d updates behind %q, want %d behind \"before\"", len(ends)-1, updates[:6], len(want))
		}
		from := int32(6)
		for i, end := range ends[1:] {
			one, twice := want[i:i+1].String(), slices.Concat(make([]byte, headerSize), updates[from:end], updates[from:end])
			if got := h.s.plan.decode(twice).String(); got != one+one {
				t.Fatalf("update %d, twice: got\n%swant\n%s%s", i+1, got, one, one)
			}
			from = end
		}
	})
}
