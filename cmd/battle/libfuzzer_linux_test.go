package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is missing is named with the command that installs it.
func TestLibFuzzerSaysWhatIsMissing(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	require.Equal(t, "it needs clang: apt-get install clang", libFuzzer{}.missing(""))

	resources := filepath.Join(t.TempDir(), "14.0.6")
	clang := "#!/bin/sh\necho " + resources + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "clang"), []byte(clang), 0o755))
	require.Equal(t, "it needs clang's runtimes: apt-get install libclang-rt-14-dev", libFuzzer{}.missing(""))

	runtimes := filepath.Join(resources, "lib", "linux")
	require.NoError(t, os.MkdirAll(runtimes, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(runtimes, "libclang_rt.fuzzer-x86_64.a"), nil, 0o644))
	require.Empty(t, libFuzzer{}.missing(""))
}
