package serve

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A naiveLog is a log beside what it should hold.
type naiveLog struct {
	log  *Log
	base uint64
	all  []byte // from base on
}

func (n *naiveLog) check(t require.TestingT) {
	require.Equal(t, n.base+uint64(len(n.all)), n.log.Tail())
	got := n.log.Bytes(n.log.First())
	require.True(t, bytes.Equal(n.all[n.log.First()-n.base:], got))
}

// Whatever is appended, cut off and forgotten, in copies and in copies of copies, each holds
// its own stream.
func TestALogAndItsCopiesHoldWhatWasAppended(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]uint64{0, 1, 100_000, 1<<64 - 1<<20}).Draw(t, "base")
		logs := []*naiveLog{{log: NewLog(base), base: base}}
		fill := byte(0)
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				one := rapid.SampledFrom(logs).Draw(t, "log")
				n := rapid.SampledFrom([]int{0, 1, 100, chunkSize - 1, chunkSize, 3 * chunkSize}).Draw(t, "length")
				fill++
				b := bytes.Repeat([]byte{fill}, n)
				one.log.Append(b)
				one.all = append(one.all, b...)
			},
			"cut": func(t *rapid.T) {
				one := rapid.SampledFrom(logs).Draw(t, "log")
				at := rapid.Uint64Range(one.log.First(), one.log.Tail()).Draw(t, "at")
				one.log.Cut(at)
				one.all = one.all[:at-one.base]
			},
			"forget": func(t *rapid.T) {
				one := rapid.SampledFrom(logs).Draw(t, "log")
				below := rapid.Uint64Range(one.base, one.log.Tail()+100).Draw(t, "below")
				one.log.Forget(below)
			},
			"clone": func(t *rapid.T) {
				one := rapid.SampledFrom(logs).Draw(t, "log")
				logs = append(logs, &naiveLog{one.log.Clone(), one.base, bytes.Clone(one.all)})
			},
			"": func(t *rapid.T) {
				for _, one := range logs {
					one.check(t)
				}
			},
		})
	})
}

func TestSameSaysHowFarBytesAgree(t *testing.T) {
	l := NewLog(10)
	l.Append(bytes.Repeat([]byte("ab"), chunkSize))
	for _, c := range []struct {
		b      string
		offset uint64
		want   int
	}{
		{"abab", 10, 4}, {"abbb", 10, 2}, {"", 12, 0}, {"baba", 11, 4},
		{"abab", 10 + chunkSize - 2, 4}, {"abax", 10 + chunkSize - 2, 3},
		{"abab", 10 + 2*chunkSize - 2, 2}, {"abab", 10 + 2*chunkSize, 0},
	} {
		require.Equal(t, c.want, l.Same([]byte(c.b), c.offset), "%q at %d", c.b, c.offset)
	}
}

func TestOffsetsOutsideALogAreMistakes(t *testing.T) {
	l := NewLog(10)
	l.Append([]byte("abc"))
	l.Forget(11)
	require.PanicsWithValue(t, "serve: offset 10, want one in [11, 13]", func() { l.Copy(nil, 10) })
	require.PanicsWithValue(t, "serve: a cut at offset 14, want one in [11, 13]", func() { l.Cut(14) })
	end := NewLog(1<<64 - 2)
	end.Append([]byte("a"))
	require.PanicsWithValue(t, "serve: 1 bytes more at offset 18446744073709551615, want at most 0", func() { end.Append([]byte("b")) })
}

func TestALogThatForgetsAllocatesNothing(t *testing.T) {
	l, b := NewLog(0), make([]byte, 1000)
	step := func() {
		l.Append(b)
		if l.Tail() > 64<<10 {
			l.Forget(l.Tail() - 64<<10)
		}
	}
	for range 1000 {
		step()
	}
	require.Zero(t, testing.AllocsPerRun(1000, func() { step(); step(); step(); step(); step() }))
	require.LessOrEqual(t, len(l.chunks), 64)
}

func BenchmarkLogAppend(b *testing.B) {
	l, p := NewLog(0), make([]byte, 100)
	b.SetBytes(100)
	b.ReportAllocs()
	for b.Loop() {
		l.Append(p)
		l.Forget(max(l.Tail(), 64<<10) - 64<<10)
	}
}

func BenchmarkLogClone(b *testing.B) {
	l := NewLog(0)
	l.Append(make([]byte, 64<<10-100))
	b.ReportAllocs()
	for b.Loop() {
		l.Clone()
	}
}
