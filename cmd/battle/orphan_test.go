//go:build unix

package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Engines end with the command, which may be killed, and so does all that they have started:
// all hold the end of a pipe that the test reads from, as nobody closes what he does not know.
func TestWhatHuntsEndsWithTheCommand(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		if e.missing(t.TempDir()) != "" || e.name() == gofuzzEngine { // which takes half a minute to build
			continue
		}
		t.Run(e.name(), func(t *testing.T) {
			t.Parallel()
			alive, held, err := os.Pipe()
			require.NoError(t, err)
			cmd := exec.Command("battle", "hunt", "-engine", e.name(), "-budget", "1h")
			// Far from the descriptors that engines put something else in the place of.
			cmd.ExtraFiles = append(make([]*os.File, 40), held)
			h := &hunter{dir: counterModule(t), temp: t.TempDir(), lines: make(chan string, 1000), cmd: cmd}
			h.start(t, "")
			require.NoError(t, held.Close())
			h.untilMatch(t, `now counter/`+e.name()+` +[1-9][0-9.]*[kMG]? updates`)
			require.NoError(t, cmd.Process.Kill())
			_ = cmd.Wait() // it was killed
			require.NoError(t, alive.SetReadDeadline(time.Now().Add(30*time.Minute)))
			_, err = io.Copy(io.Discard, alive)
			require.False(t, errors.Is(err, os.ErrDeadlineExceeded), "an engine goes on")
			require.NoError(t, err)
		})
	}
}
