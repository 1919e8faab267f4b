//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counterModule is a copy of the scripts' module.
func counterModule(t *testing.T) string {
	t.Helper()
	root, err := moduleUnderTest()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, writeModule(dir, root))
	return dir
}

// A hunter is the command at work, in a counter module.
type hunter struct {
	cmd    *exec.Cmd
	dir    string
	temp   string // where it keeps what must not outlive it
	stdout bytes.Buffer
	lines  chan string // of standard error
}

func startHunter(t *testing.T, dir, bug string, args ...string) *hunter {
	t.Helper()
	h := &hunter{dir: dir, temp: t.TempDir(), lines: make(chan string, 1000)}
	h.cmd = exec.Command("battle", args...)
	h.cmd.Dir = h.dir
	h.cmd.Env = append(os.Environ(), "COUNTER_BUG="+bug, "GOFLAGS=-mod=mod", "GOPROXY=off", "TMPDIR="+h.temp)
	h.cmd.Stdout = &h.stdout
	stderr, err := h.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, h.cmd.Start())
	go func() {
		defer close(h.lines)
		for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
			h.lines <- scanner.Text()
		}
	}()
	return h
}

// until reads standard error up to a line with one of the texts.
func (h *hunter) until(t *testing.T, texts ...string) {
	t.Helper()
	var said []string
	for line := range h.lines {
		said = append(said, line)
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(line, text) }) {
			return
		}
	}
	t.Fatalf("the command never said %q, but:\n%s", texts, strings.Join(said, "\n"))
}

// interrupt presses Ctrl-C. The command promises to end within two seconds; this waits
// longer for a machine that is busy, but not for ever, and then kills it. It returns
// the exit status.
func (h *hunter) interrupt(t *testing.T) int {
	t.Helper()
	require.NoError(t, h.cmd.Process.Signal(syscall.SIGINT))
	kill := time.AfterFunc(20*time.Second, func() { h.cmd.Process.Kill() })
	for range h.lines {
	}
	err := h.cmd.Wait()
	require.True(t, kill.Stop(), "the command did not end by itself: %v", err)
	left, err := os.ReadDir(h.temp)
	require.NoError(t, err)
	require.Empty(t, left, "left behind in the temporary folder")
	return h.cmd.ProcessState.ExitCode()
}

// findings are the IDs in the findings folder; each must have both its files.
func (h *hunter) findings(t *testing.T) []string {
	t.Helper()
	texts, err := filepath.Glob(filepath.Join(h.dir, "findings", "*.txtar"))
	require.NoError(t, err)
	for _, path := range texts {
		require.FileExists(t, strings.TrimSuffix(path, ".txtar")+".json")
	}
	return texts
}

func TestInterruptKeepsFindings(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"rapid", "native"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			h := startHunter(t, counterModule(t), "wrong", "hunt", "-engine", engine, "-budget", "10m")
			h.until(t, "FOUND by "+engine)
			require.Equal(t, exitFound, h.interrupt(t))
			require.Len(t, h.findings(t), 1)
			require.Contains(t, h.stdout.String(), "1 finding in ")
			require.NoDirExists(t, filepath.Join(h.dir, "testdata", "fuzz"))
		})
	}
}

// A hang takes long to minimise: each candidate hangs too. What is known is kept.
func TestInterruptKeepsWhatIsBeingMinimised(t *testing.T) {
	t.Parallel()
	h := startHunter(t, counterModule(t), "hang", "hunt", "-engine", "rapid", "-budget", "10m")
	h.until(t, "minimising what rapid found", "FOUND by rapid")
	require.Equal(t, exitFound, h.interrupt(t))
	require.Len(t, h.findings(t), 1)
	require.Contains(t, h.stdout.String(), "counter: hang in update")
}

func TestInterruptWithoutFindings(t *testing.T) {
	t.Parallel()
	h := startHunter(t, counterModule(t), "", "hunt", "-engine", "native,rapid", "-cores", "1", "-budget", "10m")
	h.until(t, "now counter/native")
	require.Equal(t, 0, h.interrupt(t))
	require.Empty(t, h.findings(t))
	require.Contains(t, h.stdout.String(), "no findings")
	require.Regexp(t, `(?m)^counter +native +interrupted +[0-9.]+ `, h.stdout.String())
	require.Regexp(t, `(?m)^counter +rapid +not run +0\.0 `, h.stdout.String())
	require.Regexp(t, `(?m)^interrupted after [0-9.]+ s of 600 s$`, h.stdout.String())
}

// The table of what was tried so far is printed; the page is not written.
func TestInterruptOfBugs(t *testing.T) {
	t.Parallel()
	dir := counterModule(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bugs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bugs", "silent.patch"), []byte(strings.Replace(silentBug, ", other", "", 1)), 0o644))
	h := startHunter(t, dir, "", "bugs", "-engine", "rapid", "-budget", "10m", "-markdown", "page.md")
	h.until(t, "seed 1: hunting silent")
	require.Equal(t, exitFault, h.interrupt(t))
	require.NoFileExists(t, filepath.Join(h.dir, "page.md"))
}
