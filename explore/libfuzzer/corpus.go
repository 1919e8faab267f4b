//go:build !libfuzzer

package libfuzzer

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"battle.test/battle"
)

// envCorpus has a folder of tapes. OSS-Fuzz and ClusterFuzzLite set it for binaries that they
// measure the coverage of a corpus with, which Go's own counters are in.
const envCorpus = "FUZZ_CORPUS_DIR"

// Begin lets the binary run the folder's tapes, if there is one, whatever else it might have
// been started for.
func Begin() {
	if os.Getenv(envCorpus) != "" && os.Getenv(battle.EnvEngine) == "" {
		os.Setenv(battle.EnvEngine, Name)
	}
}

// Engine runs the tapes of the folder. Those that fail are run like others.
func Engine(h *battle.Hunt) {
	err := filepath.WalkDir(os.Getenv(envCorpus), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		tape, err := os.ReadFile(path)
		if err == nil {
			h.Run(tape)
		}
		return err
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "battle: %s: %v\n", Name, err)
		os.Exit(2)
	}
}
