package byhand

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzRing(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, data []byte) { Run(data) })
}

// seeds are the files that all engines begin with, by name.
func seeds(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("seeds/*")
	require.NoError(t, err)
	all := make(map[string][]byte)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		all[filepath.Base(file)] = content
	}
	return all
}

func TestSeedsGetWhereTheyAreMeantTo(t *testing.T) {
	p := newPair()
	p.run(seeds(t)["turn-over"])
	require.Greater(t, p.first(), p.base, "the ring did not turn over")

	p = newPair()
	p.run(seeds(t)["last-offsets"])
	require.Equal(t, uint64(math.MaxUint64), p.tail(), "the stream did not reach its end")
}

// A harness that passes whatever it is given would find no bug, and look fine.
func TestAWrongOracleDiffers(t *testing.T) {
	run := func(spoil func(*pair)) func() {
		return func() {
			p := newPair()
			p.restart(1000, 64)
			p.append(60)
			p.view(0, p.tail()-20, 10)
			spoil(p)
			p.append(60)
			p.copy(p.first(), 80)
			p.check()
		}
	}
	require.NotPanics(t, run(func(*pair) {}))
	for name, spoil := range map[string]func(*pair){
		"a capacity of one less": func(p *pair) { p.capacity-- },
		"a base of one more":     func(p *pair) { p.base++ },
		"another byte":           func(p *pair) { p.stream[len(p.stream)-1]++ },
		"another view":           func(p *pair) { p.views[0].want[0]++ },
	} {
		require.Panics(t, run(spoil), name)
	}
}

func TestEveryByteStringIsARun(t *testing.T) {
	for n := range 256 {
		Run([]byte{byte(n)})
		Run([]byte{0, 100, byte(n), byte(n), byte(n), byte(n), byte(n)})
	}
}
