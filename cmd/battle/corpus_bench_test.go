package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeTraces writes so many traces of the counter into a folder, no two alike: each has a
// note of its own.
func writeTraces(b *testing.B, dir string, entries int) {
	b.Helper()
	require.NoError(b, os.MkdirAll(dir, 0o755))
	random := rand.New(rand.NewPCG(1, uint64(entries)))
	for i := range entries {
		var trace strings.Builder
		fmt.Fprintf(&trace, "add n=%d unit=ones note=%q\n", random.IntN(61), fmt.Sprintf("%x", i))
		for range random.IntN(30) {
			if random.IntN(4) == 0 {
				trace.WriteString("reset\n")
			} else {
				fmt.Fprintf(&trace, "add n=%d unit=tens note=\"\"\n", random.IntN(61))
			}
		}
		require.NoError(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.trace", i)), []byte(trace.String()), 0o644))
	}
}

// BenchmarkCorpusCare shows what each trace of a corpus costs in each of the commands: it
// is to be the same in a corpus of any size. docs/corpus.md has figures of a large one.
func BenchmarkCorpusCare(b *testing.B) {
	root, err := moduleUnderTest()
	require.NoError(b, err)
	b.Setenv("GOFLAGS", "-mod=mod")
	b.Setenv("GOPROXY", "off")
	for _, entries := range []int{500, 2000} {
		b.Run(fmt.Sprint("entries=", entries), func(b *testing.B) {
			dir := b.TempDir()
			require.NoError(b, writeModule(dir, root))
			offered := filepath.Join(dir, "offered")
			writeTraces(b, filepath.Join(dir, "testdata", "battle", "counter", "seeds"), entries)
			writeTraces(b, offered, entries/5)
			w, err := newWorkshop(b.Context(), dir)
			require.NoError(b, err)
			defer w.close()
			targets, err := w.findAll(b.Context(), nil, nil)
			require.NoError(b, err)
			_, err = w.buildExplore(b.Context(), targets[0], true)
			require.NoError(b, err)
			benchmarkCare(b, w, targets[0], entries, offered)
		})
	}
}

func benchmarkCare(b *testing.B, w *workshop, t target, entries int, offered string) {
	for _, care := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"show", func(ctx context.Context) error { _, err := w.traces(ctx, t); return err }},
		{"cover", func(ctx context.Context) error {
			items, err := w.traces(ctx, t)
			if err == nil {
				_, err = w.cover(ctx, t, items, newGround())
			}
			return err
		}},
		{"minimize", func(ctx context.Context) error {
			items, err := w.traces(ctx, t)
			if err == nil {
				_, err = w.minimize(ctx, t, items)
			}
			return err
		}},
		{"merge", func(ctx context.Context) error {
			_, _, err := (&corpusMerge{From: []string{offered}, Dry: true}).merge(ctx, w, t)
			return err
		}},
		{"diff", func(ctx context.Context) error {
			_, _, err := (&corpusDiff{A: offered, B: t.Name}).compare(ctx, w, t)
			return err
		}},
	} {
		b.Run(care.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, care.do(b.Context()))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*entries), "µs/entry")
		})
	}
}
