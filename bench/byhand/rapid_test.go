package byhand

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRingUnderRapid is the same updates as actions of a state machine.
func TestRingUnderRapid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// An append that never ends would look like a test that is slow.
		hung := time.AfterFunc(10*time.Second, func() { panic("byhand: the run hangs") })
		defer hung.Stop()
		p := newPair()
		t.Repeat(actions(p))
	})
}

func actions(p *pair) map[string]func(*rapid.T) {
	length := func(t *rapid.T) int { return rapid.IntRange(0, 80).Draw(t, "length") }
	slot := func(t *rapid.T) int { return rapid.IntRange(0, len(p.views)-1).Draw(t, "slot") }
	near := func(t *rapid.T, distance int64) uint64 {
		return p.at(rapid.IntRange(0, 2).Draw(t, "from"), rapid.Int64Range(-distance, distance).Draw(t, "offset"))
	}
	return map[string]func(*rapid.T){
		"append":     func(t *rapid.T) { p.append(rapid.IntRange(0, 120).Draw(t, "length")) },
		"appendLong": func(t *rapid.T) { p.append(rapid.IntRange(0, 2000).Draw(t, "length")) },
		"copy":       func(t *rapid.T) { p.copy(near(t, 80), length(t)) },
		"copyFar":    func(t *rapid.T) { p.copy(near(t, 1<<15), rapid.IntRange(0, 4000).Draw(t, "length")) },
		"readAt":     func(t *rapid.T) { p.readAt(near(t, 80), length(t)) },
		"readAtAny":  func(t *rapid.T) { p.readAt(rapid.Uint64().Draw(t, "offset"), length(t)) },
		"view":       func(t *rapid.T) { p.view(slot(t), near(t, 80), length(t)) },
		"release":    func(t *rapid.T) { p.release(slot(t)) },
		"wait":       func(t *rapid.T) { p.wait(near(t, 40)) },
		"restart": func(t *rapid.T) {
			base := uint64(rapid.Uint32().Draw(t, "base"))
			if rapid.Bool().Draw(t, "high") {
				base = math.MaxUint64 - base
			}
			p.restart(base, rapid.IntRange(1, 4096).Draw(t, "capacity"))
		},
		"reattach": func(*rapid.T) { p.reattach() },
		"":         func(*rapid.T) { p.check() },
	}
}
