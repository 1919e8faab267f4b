package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A job whose AFL was started twice, and a third time too briefly to say anything.
func TestWhatAFLSaysIsAddedUp(t *testing.T) {
	j := &job{dir: t.TempDir(), engine: afl{}}
	require.Nil(t, j.stats().Progress)
	for name, stats := range map[string]string{
		"0000": "execs_done        : 1000\nexecs_per_sec     : 17.20\nstability         : 99.50%\ncorpus_count      : 7\nsaved_crashes     : 2\nsaved_hangs       : 1\n",
		"0001": "execs_done        : 500\nstability         : 100.00%\ncorpus_count      : 9\nsaved_crashes     : 1\nsaved_hangs       : 0\nafl_banner        : x : y\n",
		"0002": "",
	} {
		dir := filepath.Join(j.dir, "afl", name, "default")
		require.NoError(t, os.MkdirAll(dir, 0o755))
		if stats != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "fuzzer_stats"), []byte(stats), 0o644))
		}
	}
	want := AFLProgress{Executions: 1500, Stability: 100, Kept: 9, Crashes: 3, Hangs: 1}
	require.Equal(t, want, j.stats().Progress)
	h := &hunt{jobs: []*job{j}}
	require.Equal(t, "afl in : 1500 executions, stability 100.00 %, 9 inputs kept, 3 crashing, 1 hanging\n", h.fuzzed())
}
