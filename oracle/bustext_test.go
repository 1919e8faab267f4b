package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A naiveText is a text beside what it should hold: a byte, or -1 where nobody has shown it.
type naiveText struct {
	text BusText
	base uint64
	all  []int
}

func (n *naiveText) at(i int) int {
	if i < len(n.all) {
		return n.all[i]
	}
	return -1
}

func (n *naiveText) extend(to int) {
	for len(n.all) < to {
		n.all = append(n.all, -1)
	}
}

func (n *naiveText) check(t require.TestingT) {
	require.Equal(t, n.base+uint64(len(n.all)), n.text.Len())
	for i, want := range n.all {
		b, shown := n.text.read(n.base+uint64(i), 1)
		require.Equal(t, want >= 0, shown, i)
		if shown {
			require.Equal(t, byte(want), b[0], i)
		}
	}
}

// Whatever is shown, hidden and taken over, in copies and in copies of copies, each text shows what
// it was shown, and nothing else.
func TestATextShowsWhatItWasShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]uint64{0, 1, 1000}).Draw(t, "base")
		texts := []*naiveText{{text: BusText{base: base}, base: base}, {text: BusText{base: base}, base: base}}
		draw := func(t *rapid.T) *naiveText { return rapid.SampledFrom(texts).Draw(t, "text") }
		place := func(t *rapid.T) int { return rapid.IntRange(0, 12).Draw(t, "place") }
		t.Repeat(map[string]func(*rapid.T){
			"show": func(t *rapid.T) {
				one, from := draw(t), place(t)
				data := rapid.SliceOfN(rapid.ByteRange(0, 1), 0, 6).Draw(t, "data")
				same := 0
				for same < len(data) && (one.at(from+same) < 0 || one.at(from+same) == int(data[same])) {
					same++
				}
				require.Equal(t, same, one.text.Same(base+uint64(from), data))
				if same > 0 {
					one.text.show(base+uint64(from), data[:same])
					one.extend(from + same)
				}
				for i, b := range data[:same] {
					one.all[from+i] = int(b)
				}
			},
			"hide": func(t *rapid.T) {
				one, to := draw(t), place(t)
				one.text.hide(base + uint64(to))
				one.extend(to)
			},
			"take": func(t *rapid.T) {
				one, other, from := draw(t), draw(t), place(t)
				to := from + place(t)
				stop := to
				for i := from; i < to; i++ {
					switch b := other.at(i); {
					case b < 0:
					case one.at(i) >= 0 && one.at(i) != b:
						stop = i
					default:
						one.extend(i + 1)
						one.all[i] = b
					}
					if stop < to {
						break
					}
				}
				require.Equal(t, base+uint64(stop), one.text.take(&other.text, base+uint64(from), base+uint64(to)))
			},
			"copy": func(t *rapid.T) {
				one := draw(t)
				texts = append(texts, &naiveText{one.text.clone(), base, append([]int(nil), one.all...)})
			},
			"": func(t *rapid.T) {
				for _, one := range texts {
					one.check(t)
				}
			},
		})
	})
}

func TestATextSaysHowMuchIsShown(t *testing.T) {
	text := BusText{base: 10}
	text.show(12, []byte("cd"))
	text.hide(16)
	for _, c := range []struct{ at, n, shown, next uint64 }{
		{10, 5, 0, 12}, {12, 5, 2, 12}, {13, 1, 1, 13}, {14, 2, 0, 16}, {16, 3, 0, 16}, {20, 1, 0, 20},
	} {
		require.Equal(t, c.shown, text.shown(c.at, c.n), "%d bytes at %d", c.n, c.at)
		require.Equal(t, c.next, text.next(c.at), "from %d", c.at)
	}
	require.Equal(t, 2, text.Same(11, []byte("xcx")), "what is hidden may be any byte, even NUL")
	require.Equal(t, byte('d'), text.byte(13))
	_, all := text.read(11, 2)
	require.False(t, all)
}
