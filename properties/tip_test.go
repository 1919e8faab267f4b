package properties

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/battle"
	"battle.test/fuzz"
	"battle.test/statemachines/tip"
)

func TestTip(t *testing.T) { battle.Check(t, fuzz.Tip) }

// A law of the tip: a restart in the middle of a run changes no later answer, if the
// ring's bytes came along, and only those for bytes that are truly gone, if they did not.
func TestARestartOfTheTipChangesOnlyWhatIsGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Without limits that bind: a refusal costs less than an answer, and would let
		// later ones go earlier.
		quick := tip.Limits{Rate: 1 << 60, AnswerMax: 64}
		config := tip.Config{
			Stream: "aria", Capacity: rapid.IntRange(1, 300).Draw(t, "capacity"),
			Local: quick, Remote: quick,
		}
		base := rapid.Uint64Range(0, 1<<40).Draw(t, "base")
		inputs := drawTipInputs(t, base)
		restartAt := rapid.IntRange(0, len(inputs)-1).Draw(t, "restart at")

		never, err := tip.New(config, 1, base)
		require.NoError(t, err)
		runTip(never, inputs[:restartAt])
		warm, err := tip.Restore(config, never.Snapshot("law", true))
		require.NoError(t, err)
		cold, err := tip.Restore(config, never.Snapshot("law", false))
		require.NoError(t, err)
		gone := never.Bounds().Tail

		for i, in := range inputs[restartAt:] {
			if in.Kind == tip.Stream && in.Epoch > never.Epoch() && in.Start < never.Bounds().Tail {
				gone = 0 // history was cut below tail: both start over
			}
			want := never.Step(int64(restartAt+i), in, nil)
			require.Equal(t, want, warm.Step(int64(restartAt+i), in, nil), "with the ring's bytes")
			got := cold.Step(int64(restartAt+i), in, nil)
			require.Len(t, got, len(want))
			for j, o := range want {
				o.First = max(o.First, gone)
				if o.Kind == tip.Data && o.Offset < o.First {
					o.Kind, o.Data = tip.TooOld, nil
				}
				if len(o.Data) == 0 {
					o.Data, got[j].Data = nil, nil
				}
				require.Equal(t, o, got[j], "without them")
			}
		}
	})
}

func runTip(m *tip.Machine, inputs []tip.Input) {
	for i, in := range inputs {
		m.Step(int64(i), in, nil)
	}
}

// drawTipInputs draws a stream with losses and one failover, and requests around its tail.
func drawTipInputs(t *rapid.T, base uint64) []tip.Input {
	var inputs []tip.Input
	tail, epoch, start := base, uint64(1), base
	for range rapid.IntRange(1, 60).Draw(t, "inputs") {
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0, 1, 2, 3:
			data := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "data")
			inputs = append(inputs, tip.Input{Kind: tip.Stream, Epoch: epoch, Start: start, Offset: tail, Data: data})
			tail += uint64(len(data))
		case 4:
			tail += rapid.Uint64Range(0, 3).Draw(t, "lost")
		case 5:
			if epoch == 1 {
				epoch = 2
				tail -= rapid.Uint64Range(0, min(40, tail)).Draw(t, "cut")
				start = tail
			}
		default:
			back := rapid.Uint64Range(0, min(400, tail)).Draw(t, "back")
			inputs = append(inputs, tip.Input{
				Kind: tip.Request, Client: tip.Client(rapid.IntRange(0, 3).Draw(t, "client")), Epoch: epoch,
				Offset: tail - back + rapid.Uint64Range(0, 3).Draw(t, "past"), Length: rapid.Uint32Range(0, 80).Draw(t, "length"),
			})
		}
	}
	if len(inputs) == 0 {
		inputs = append(inputs, tip.Input{})
	}
	return inputs
}
