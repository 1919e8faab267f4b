package process_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/cmd/battle/process"
)

// envParent makes the test binary a parent that waits for its child.
const envParent = "PROCESS_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(envParent) != "" {
		cmd := process.Command(context.Background(), "sh", "-c", "echo there; exec sleep 100000")
		cmd.Stdout, cmd.ExtraFiles = os.Stdout, []*os.File{os.NewFile(3, "held")}
		fmt.Fprintln(os.Stderr, process.Run(cmd))
		os.Exit(2)
	}
	os.Exit(m.Run())
}

func TestAChildEndsWithAParentThatIsKilled(t *testing.T) {
	alive, end := held(t)
	parent := exec.Command(os.Args[0])
	parent.Env, parent.ExtraFiles = append(os.Environ(), envParent+"=1"), []*os.File{end}
	said, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	require.NoError(t, end.Close())
	_, err = io.ReadFull(said, make([]byte, len("there\n")))
	require.NoError(t, err)
	require.NoError(t, parent.Process.Kill())
	_, err = io.Copy(io.Discard, alive) // else it hangs
	require.NoError(t, err)
	_ = parent.Wait() // it was killed
}

// A thread ends with a goroutine that is locked to it. If that is the one that has started a
// child, Linux kills the child, though its parent lives.
func TestAChildOutlivesTheThreadsOfItsParent(t *testing.T) {
	const children, threads = 20, 20
	var all sync.WaitGroup
	for range children {
		all.Go(func() {
			cmd := process.Command(t.Context(), "cat")
			process.HearOut(cmd)
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Error(err)
				return
			}
			var output strings.Builder
			cmd.Stdout = &output
			all.Go(func() {
				var ended sync.WaitGroup
				for range threads {
					ended.Go(runtime.LockOSThread) // and never unlocks
				}
				ended.Wait()
				_, _ = io.WriteString(input, "alive")
				_ = input.Close()
			})
			if err := process.Run(cmd); err != nil || output.String() != "alive" {
				t.Errorf("got %v and %q, want %q: the child was killed", err, output.String(), "alive")
			}
		})
	}
	all.Wait()
}
