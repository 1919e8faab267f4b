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

// Two workers, of which the main has taken in what the other keeps.
func TestWhatAFLsWorkersSayIsAddedUp(t *testing.T) {
	dir := t.TempDir()
	c := crew{{dir: dir, engine: afl{}}, {dir: t.TempDir(), engine: afl{}}}
	for _, j := range c {
		j.crew = c
	}
	out, args := aflPlace(c[0])
	require.Equal(t, []string{"-M", "00-0000"}, args)
	require.Equal(t, filepath.Join(dir, "afl"), out)
	c[1].foreign = []string{"tapes"} // which is a main's to take in
	_, args = aflPlace(c[1])
	require.Equal(t, []string{"-S", "01-0000"}, args)
	for name, stats := range map[string]string{
		"00-0000": "execs_done : 1000\nstability : 99.50%\ncorpus_count : 9\nsaved_crashes : 2\nsaved_hangs : 1\ncorpus_imported : 4\n",
		"01-0000": "execs_done : 500\nstability : 100.00%\ncorpus_count : 7\nsaved_crashes : 1\nsaved_hangs : 0\ncorpus_imported : 1\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(out, name), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(out, name, "fuzzer_stats"), []byte(stats), 0o644))
	}
	require.Equal(t, AFLProgress{Executions: 1500, Stability: 99.5, Kept: 9, Crashes: 3, Hangs: 1, Imported: 5}, c.stats().Progress)
	_, args = aflPlace(c[1])
	require.Equal(t, []string{"-S", "01-0001"}, args)
	h := &hunt{jobs: c}
	require.Contains(t, h.fuzzed(), "1 hanging, 5 taken in\n")

	alone := &job{dir: t.TempDir(), engine: afl{}, foreign: []string{"tapes"}}
	_, args = aflPlace(alone)
	require.Equal(t, []string{"-M", "default", "-F", "tapes"}, args)
}
