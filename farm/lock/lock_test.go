package lock

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// holderFolder tells a process of this test to take a folder until its input ends.
const holderFolder = "LOCK_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderFolder); dir != "" {
		if _, err := Take(dir); err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("taken")
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestAFolderIsOneProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	first, err := Take(dir)
	require.NoError(t, err)
	_, err = Take(dir)
	require.ErrorIs(t, err, ErrHeld)
	require.ErrorContains(t, err, dir)
	first.Release()
	second, err := Take(dir)
	require.NoError(t, err)
	second.Release()

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Take(file)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrHeld)
}

func TestAProcessThatIsKilledHasNothing(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderFolder+"="+dir)
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer input.Close()
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := make([]byte, 5)
	_, err = io.ReadFull(output, said)
	require.NoError(t, err)
	_, err = Take(dir)
	require.ErrorIs(t, err, ErrHeld)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	taken, err := Take(dir)
	require.NoError(t, err)
	taken.Release()
}
