package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A job whose libFuzzer came to an end, was started again and interrupted, and a third time
// too briefly to say anything.
func TestWhatLibFuzzerSaysIsAddedUp(t *testing.T) {
	j := &job{dir: t.TempDir(), engine: libFuzzer{}}
	require.Nil(t, j.stats().Progress)
	j.hear("#7\tINITED cov: 3 ft: 4 corp: 2/11b exec/s: 0 rss: 63Mb\n#900\tDONE   cov: 118 ft: 820 corp: 238/9650b lim: 226 exec/s: 50000 rss: 76Mb\nDone 900 runs in 3 second(s)\nstat::number_of_executed_units: 900\nstat::new_units_added:          236\n")
	j.hear("#42\tNEW    cov: 118 ft: 825 corp: 239/9700b lim: 409 exec/s: 0 rss: 40Mb L: 9/409 MS: 1 Custom-\n#43\tNEW   ==3555== libFuzzer: run interrupted; exiting\nstat::number_of_executed_units: 43\n")
	j.hear("INFO: Seed: 4\n")
	require.Equal(t, LibFuzzerProgress{Executions: 943, Blocks: 118, Features: 825, Kept: 239}, j.stats().Progress)
	h := &hunt{jobs: []*job{j, {engine: native{}}}}
	require.Equal(t, "libfuzzer in : 943 executions, 118 blocks and 825 features reached, 239 inputs kept\n", h.libFuzzed())
}

// Generic code is compiled where it is used: that is where its counters must be.
func TestPackagesOfGenericCodeAreKnown(t *testing.T) {
	for source, want := range map[string]bool{
		"package x\nfunc F[T any](T) {}":                                                                         true,
		"package x\ntype S[T any] struct{ v T }\nfunc (s *S[T]) Pop() {}":                                        true,
		"package x\ntype S[A, B any] struct{}\nfunc (S[A, B]) Pop() {}":                                          true,
		"package x\nfunc F(int) {}\ntype S []int\nfunc (S) Pop() {}":                                             false,
		"package x\nfunc F[T any](T) {}\nfunc G(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}": false, // most is not
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "x.go"), []byte(source), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "x_test.go"), []byte("package x\nfunc G[T any](T) {}"), 0o644))
		require.Equal(t, want, isGeneric(dir), source)
	}
}
