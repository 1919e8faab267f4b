package explore

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// told is what a diary tells after some bursts, each of which shows so many new traits.
func told(bursts int, fresh func(burst int) int) (recent yield, entries int) {
	var d diary
	var now yield
	for burst := range bursts {
		d.note(now)
		n := fresh(burst)
		now.bursts++
		now.traits += n
		if n > 0 {
			now.news++
		}
	}
	return d.recent(now), len(d)
}

// Each state leads on to the next: no state is shown in one burst only, and each burst
// shows a new one.
func TestAMazeIsNotTakenForExplored(t *testing.T) {
	y, _ := told(50_000, func(int) int { return 1 })
	require.Equal(t, 1.0, y.perBurst())
	require.Greater(t, y.share().Low, 0.999)
}

// A tenth of the bursts after the last new thing, the figure has forgotten it.
func TestItShowsSoonThatDiscoveryHasStopped(t *testing.T) {
	const stopped = 100_000
	for _, after := range []int{0, 3_000, 12_000, 100_000} {
		y, _ := told(stopped+after, func(burst int) int { return b2i(burst < stopped) })
		switch {
		case after >= 12_000:
			require.Zero(t, y.news)
			require.Zero(t, y.perBurst())
			require.Less(t, y.share().High, 0.0004)
		default:
			require.Positive(t, y.news)
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Bursts that are drawn alike from many states, some of them rare: what the interval says
// is what then comes, most of the time.
func TestTheIntervalHoldsWhatComesNext(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	held := 0
	const tries = 200
	for range tries {
		seen := make(map[int]bool)
		draw := func(int) int {
			k := int(random.ExpFloat64() * 2000)
			n := b2i(!seen[k])
			seen[k] = true
			return n
		}
		y, _ := told(20_000, draw)
		next, _ := told(1000, draw)
		s := y.share()
		// The next thousand are few: their own interval counts, too.
		if n := next.share(); n.Low <= s.High && s.Low <= n.High {
			held++
		}
	}
	require.Greater(t, held, tries*9/10)
}

func TestTheRecentPastIsATenthAndTheDiaryShort(t *testing.T) {
	for _, bursts := range []int{0, 1, 99, 100, 1000, 1100, 5000, 20_000, 300_000} {
		y, entries := told(bursts, func(burst int) int { return burst % 2 })
		least := min(bursts, max(recentMin, bursts/recentPart))
		require.GreaterOrEqual(t, y.bursts, least)
		require.LessOrEqual(t, y.bursts, least+max(recentMin/10, bursts/50), bursts)
		require.InDelta(t, y.bursts/2, y.news, 1)
		require.LessOrEqual(t, entries, 700)
	}
	require.Equal(t, Recent{High: 1}, yield{}.share(), "of nothing it may be anything")
}
