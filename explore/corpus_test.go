package explore_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// A strongbox opens to one number of 64 bits, and is rusty: only the corpus knows the number, and what is
// wrong shows a few turns later.
type strongbox struct {
	open  bool
	turns int
}

// Dial chooses a number.
type Dial struct {
	Number uint64
}

func (u *Dial) Apply(_ *battle.T, s *strongbox) {
	s.open = s.open || u.Number^0x5AFE5AFE5AFE5AFE == 0x1234567887654321
}

// Crank turns the handle.
type Crank struct {
	Left bool
}

func (u *Crank) Apply(t *battle.T, s *strongbox) {
	if !s.open {
		return
	}
	t.Reach("turns", uint64(s.turns))
	if s.turns++; s.turns == 5 {
		t.Errorf("the handle broke")
	}
}

var fuzzStrongbox = battle.Fuzz[*strongbox]

func FuzzStrongbox(f *testing.F) {
	fuzzStrongbox(f, battle.Target[*strongbox]{
		Name: "strongbox", New: func() *strongbox { return new(strongbox) }, Ops: battle.Ops(battle.Op[*Dial](1), battle.Op[*Crank](1)),
		Corpus: fstest.MapFS{"strongbox/seeds/number.trace": {Data: []byte("dial number=5245018489409444319\ncrank left=false\n")}},
	})
}

// TestTheCorpusIsGoneOnFrom: its runs are done without looking at first, and then what they show is
// kept like anything else.
func TestTheCorpusIsGoneOnFrom(t *testing.T) {
	o := hunt(t, "FuzzStrongbox", "1")
	require.Len(t, o.findings, 1)
	require.Contains(t, o.findings[0].Trace[0], "number=5245018489409444319")
}
