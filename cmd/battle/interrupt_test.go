//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	h := &hunter{dir: dir, temp: t.TempDir(), lines: make(chan string, 1000), cmd: exec.Command("battle", args...)}
	h.start(t, bug)
	return h
}

func (h *hunter) start(t *testing.T, bug string) {
	t.Helper()
	h.cmd.Dir = h.dir
	h.cmd.Env = append(os.Environ(), "COUNTER_BUG="+bug, "GOFLAGS=-mod=mod", "GOPROXY=off", "TMPDIR="+h.temp, "GITHUB_STEP_SUMMARY=")
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
}

// until reads standard error up to a line with one of the texts.
func (h *hunter) until(t *testing.T, texts ...string) {
	t.Helper()
	for i, text := range texts {
		texts[i] = regexp.QuoteMeta(text)
	}
	h.untilMatch(t, strings.Join(texts, "|"))
}

func (h *hunter) untilMatch(t *testing.T, pattern string) {
	t.Helper()
	matches, said := regexp.MustCompile(pattern), []string(nil)
	for line := range h.lines {
		said = append(said, line)
		if matches.MatchString(line) {
			return
		}
	}
	t.Fatalf("the command never said %q, but:\n%s", pattern, strings.Join(said, "\n"))
}

// interrupt presses Ctrl-C. The command promises to end within two seconds; this waits
// longer for a machine that is busy, but less than the hunt lasts, and then kills it. It
// returns the exit status.
func (h *hunter) interrupt(t *testing.T) int {
	t.Helper()
	require.NoError(t, h.cmd.Process.Signal(syscall.SIGINT))
	return h.end(t)
}

// end waits for the command, which was told to end.
func (h *hunter) end(t *testing.T) int {
	t.Helper()
	kill := time.AfterFunc(30*time.Minute, func() { h.cmd.Process.Kill() })
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
			h := startHunter(t, counterModule(t), "wrong", "hunt", "-engine", engine, "-budget", "1h")
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
	h := startHunter(t, counterModule(t), "hang", "hunt", "-engine", "rapid", "-budget", "1h")
	h.until(t, "minimising what rapid found", "FOUND by rapid")
	require.Equal(t, exitFound, h.interrupt(t))
	require.Len(t, h.findings(t), 1)
	require.Contains(t, h.stdout.String(), "counter: hang in update")
}

func TestInterruptWithoutFindings(t *testing.T) {
	t.Parallel()
	h := startHunter(t, counterModule(t), "", "hunt", "-engine", "native,rapid", "-cores", "1", "-budget", "1h")
	h.until(t, "now counter/native")
	require.Equal(t, 0, h.interrupt(t))
	require.Empty(t, h.findings(t))
	require.Contains(t, h.stdout.String(), "no findings")
	require.Regexp(t, `(?m)^counter +native +interrupted +[0-9.]+ `, h.stdout.String())
	require.Regexp(t, `(?m)^counter +rapid +not run +0\.0 `, h.stdout.String())
	require.Regexp(t, `(?m)^interrupted after [0-9.]+ s of 3600 s$`, h.stdout.String())
}

// A terminal that closes sends a signal to its shell's jobs, and may send another.
func TestHangupIsAnInterrupt(t *testing.T) {
	t.Parallel()
	h := startHunter(t, counterModule(t), "", "hunt", "-engine", "rapid", "-budget", "1h")
	h.until(t, "now counter/rapid")
	require.NoError(t, h.cmd.Process.Signal(syscall.SIGHUP))
	require.NoError(t, h.cmd.Process.Signal(syscall.SIGHUP))
	require.Equal(t, 0, h.end(t))
	require.Regexp(t, `(?m)^interrupted after [0-9.]+ s of 3600 s$`, h.stdout.String())
}

func TestHangupUnderNohupIsNone(t *testing.T) {
	t.Parallel()
	h := &hunter{dir: counterModule(t), temp: t.TempDir(), lines: make(chan string, 1000),
		cmd: exec.Command("nohup", "battle", "hunt", "-engine", "rapid", "-budget", "8s")}
	h.start(t, "")
	h.until(t, "now counter/rapid")
	require.NoError(t, h.cmd.Process.Signal(syscall.SIGHUP))
	require.Equal(t, 0, h.end(t))
	require.NotContains(t, h.stdout.String(), "interrupted after")
}

func TestInterruptSharesWhatWasKept(t *testing.T) {
	t.Parallel()
	h := startHunter(t, counterModule(t), "", "hunt", "-engine", "native", "-budget", "1h", "-shared", "runs")
	h.untilMatch(t, `now counter/native  [0-9.]+[kM] updates`)
	require.Equal(t, 0, h.interrupt(t))
	require.Regexp(t, `(?m)^native in counter: [1-9]\d* runs? shared$`, h.stdout.String())
	traces, err := filepath.Glob(filepath.Join(h.dir, "runs", "counter", "*.trace"))
	require.NoError(t, err)
	require.NotEmpty(t, traces)
}

func TestInterruptWritesThePage(t *testing.T) {
	t.Parallel()
	h := startHunter(t, counterModule(t), "", "hunt", "-engine", "explore", "-budget", "10m", "-html", "page.html")
	h.until(t, "now counter/explore")
	require.Equal(t, 0, h.interrupt(t))
	page, err := os.ReadFile(filepath.Join(h.dir, "page.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), "interrupted after ")
	require.Contains(t, string(page), "What the explorer knows")
}

// The page and the results are those of what was tried so far, in this round or before.
func TestInterruptOfBugs(t *testing.T) {
	t.Parallel()
	dir := counterModule(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bugs"), 0o755))
	silent := strings.Replace(silentBug, ", other", "", 1)
	for _, name := range []string{"early", "other"} {
		loud := strings.NewReplacer("bug: silent", "bug: "+name, "c.value + 0", "c.value + 1").Replace(silent)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "bugs", name+".patch"), []byte(loud), 0o644))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bugs", "never.patch"), []byte(strings.Replace(silent, "bug: silent", "bug: never", 1)), 0o644))
	bugs := []string{"bugs", "-engine", "rapid", "-cores", "1", "-budget", "1h", "-markdown", "page.md", "-results", "results.jsonl"}

	h := startHunter(t, dir, "", append(bugs, "early", "never")...)
	h.until(t, "seed 1: hunting never")
	require.Equal(t, exitFault, h.interrupt(t))
	page, err := os.ReadFile(filepath.Join(dir, "page.md"))
	require.NoError(t, err)
	require.Contains(t, string(page), "**Interrupted: 1 of 2 trials are here.**")
	require.Contains(t, string(page), "| [early](#early) | counter | rapid | 5 of 5 |")
	require.NotContains(t, string(page), "| [never]")
	results, err := os.ReadFile(filepath.Join(dir, "results.jsonl"))
	require.NoError(t, err)
	require.Equal(t, 1, bytes.Count(results, []byte("\n")))

	// What is known of a bug after the one that was being hunted is not lost.
	results = bytes.Replace(results, []byte(`"bug":"early"`), []byte(`"bug":"other"`), 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "results.jsonl"), results, 0o644))
	h = startHunter(t, dir, "", append(bugs, "early", "never", "other")...)
	h.until(t, "seed 1: hunting never")
	require.Equal(t, exitFault, h.interrupt(t))
	page, err = os.ReadFile(filepath.Join(dir, "page.md"))
	require.NoError(t, err)
	require.Contains(t, string(page), "**Interrupted: 2 of 3 trials are here.**")
	require.Contains(t, string(page), "| [other](#other) | counter | rapid | 5 of 5 |")
}

// Where nothing was tried yet there is no page: the old one, if any, says more.
func TestInterruptOfTheFirstTrial(t *testing.T) {
	t.Parallel()
	dir := counterModule(t)
	h := startHunter(t, dir, "", "bench", "-tasks", ".", "-engine", "rapid", "-budget", "1h", "-markdown", "page.md")
	h.until(t, "rapid in counter, seed 1")
	require.Equal(t, exitFault, h.interrupt(t))
	require.NoFileExists(t, filepath.Join(dir, "page.md"))
}

// A change's judgement that is broken off while the base runs: what was found is in the report, and
// nothing of the base is left, neither in the temporary folder nor with git.
func TestInterruptOfCI(t *testing.T) {
	t.Parallel()
	dir := counterModule(t)
	seeds := filepath.Join(dir, "testdata", "battle", "counter", "seeds")
	require.NoError(t, os.MkdirAll(seeds, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(seeds, "hangs.trace"), []byte("add n=15 unit=tens\n"), 0o644))
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.test"}, args...)...)
		cmd.Dir = dir
		output, err := cmd.CombinedOutput()
		require.NoError(t, err, "git %v: %s", args, output)
		return string(output)
	}
	git("init", "-q")
	git("add", "-A")
	git("commit", "-q", "-m", "one")

	h := startHunter(t, dir, "hang", "ci", "-base", "HEAD", "-budget", "0s", "-document", "report.json")
	h.until(t, "running on the base: counter-")
	require.Equal(t, exitFault, h.interrupt(t))
	require.Len(t, h.findings(t), 1)
	document, err := os.ReadFile(filepath.Join(dir, "report.json"))
	require.NoError(t, err)
	require.Contains(t, string(document), "The run was interrupted.")
	require.Contains(t, h.stdout.String(), "1 found")
	require.Equal(t, 1, strings.Count(git("worktree", "list"), "\n"))
	require.Equal(t, "?? findings/\n?? report.json\n", git("status", "--porcelain"))
}
