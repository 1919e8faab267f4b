package battle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// worker is a hunt that shares by way of a folder.
func worker(t *testing.T, dir string) *Hunt {
	t.Helper()
	s := newSession(everythingPlan(), orders{dir: t.TempDir(), shared: dir}, source{})
	var err error
	if s.pool, err = newPool(s.plan, s.orders.shared); err != nil {
		t.Fatal(err)
	}
	return &Hunt{s: s}
}

// run is the updates of a trace, as they lie on a tape.
func (h *Hunt) run(t *testing.T, trace string) []byte {
	t.Helper()
	tape, err := h.s.plan.encode(h.s.plan.mustParse(t, trace))
	if err != nil {
		t.Fatal(err)
	}
	return tape[headerSize:]
}

func (p *plan) mustParse(t *testing.T, trace string) program {
	t.Helper()
	prog, err := p.parse("trace", []byte(trace))
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// traces are runs as text.
func (h *Hunt) traces(runs [][][]byte) (all []string) {
	for _, run := range runs {
		all = append(all, h.Trace(slices.Concat(run...)))
	}
	return all
}

func files(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWorkersSeeEachOthersRunsOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shared")
	a, b := worker(t, dir), worker(t, dir)
	if !a.Shares() {
		t.Error("there is a folder")
	}
	long := a.run(t, strings.Repeat("idle\n", 3)+`everything u8=3 text="a\x00b" bytes=0x0102 custom="10:07"`)
	a.Share(long)
	a.Share(long)
	a.Share(nil)
	if got := files(t, dir); len(got) != 1 {
		t.Fatalf("%d files, want one of the run: %v", len(got), got)
	}
	if got := a.Shared(); got != nil {
		t.Errorf("its own run comes back: %q", a.traces(got))
	}
	got := b.Shared()
	if len(got) != 1 || len(got[0]) != 4 || b.traces(got)[0] != a.Trace(long) {
		t.Errorf("got %q, want the run of 4 updates", b.traces(got))
	}
	if got := b.Shared(); got != nil {
		t.Errorf("a second time: %q", b.traces(got))
	}
	b.Share(long) // it has it from the other
	b.Share(b.run(t, "idle"))
	if got, want := a.traces(a.Shared()), []string{"idle\n"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := a.s.stats().Exchange, (Exchange{Shared: 1, Taken: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Two that come to the same run before they look leave one file, and neither needs it.
func TestTheSameRunIsWrittenOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := worker(t, dir), worker(t, dir)
	a.Share(a.run(t, "idle"))
	b.Share(b.run(t, "idle"))
	if got, want := b.s.stats().Exchange, (Exchange{}); got != want || len(files(t, dir)) != 1 || b.Shared() != nil {
		t.Errorf("got %+v, want nothing written and nothing read", got)
	}
}

func TestAHuntAloneSharesNothing(t *testing.T) {
	h := huntEverything()
	h.Share([]byte{0})
	if h.Shares() || h.Shared() != nil {
		t.Error("there is no folder")
	}
}

func TestManyRunsComeByAndBy(t *testing.T) {
	dir := t.TempDir()
	a, b := worker(t, dir), worker(t, dir)
	for n := range takenAtATime + 3 {
		a.Share(a.run(t, strings.Repeat("idle\n", n+1)))
	}
	if first, second := len(b.Shared()), len(b.Shared()); first != takenAtATime || second != 3 {
		t.Errorf("got %d, then %d runs, want %d, then 3", first, second, takenAtATime)
	}
}

func TestFilesThatAreNoRunsAreSkippedAndCounted(t *testing.T) {
	whole := "idle\neverything u8=3 i64=123456\n"
	good := sharedName(everythingPlan().mustParse(t, whole).String())
	for _, c := range []struct{ name, content, want string }{
		{good, "idle\neverything u8=3 i64=1234", good + ": cut short or changed: 2 updates that would be named "},
		{good, "idle\neverything u8=3 i6", good + ":2:17: "},
		{good, "", good + ": the trace has no updates"},
		{"x.trace", "jump\n", `x.trace:1:1: unknown update "jump" in target everything, want everything or idle`},
		{"x.trace", "\x7fELF\x00\x01", "x.trace:1:5: a NUL byte"},
		{"x.trace", "\xff\xfe", "x.trace:1:1: not UTF-8"},
		{"x.trace", strings.Repeat("# huge\n", traceMax/7+1), "x.trace: 16777222 bytes, a trace has at most 16777216"},
		{"notes.txt", "idle\n", "notes.txt: cut short or changed"},
	} {
		h := worker(t, t.TempDir())
		if err := os.WriteFile(filepath.Join(h.s.pool.dir, c.name), []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		h.wantOneSkipped(t, c.want)
	}
	h := worker(t, t.TempDir())
	if err := os.Mkdir(filepath.Join(h.s.pool.dir, good), 0o755); err != nil {
		t.Fatal(err)
	}
	h.wantOneSkipped(t, good+": not a file, but of type d---------")
	h.s.pool.known = make(map[string]bool) // as a worker that did not look
	h.Share(h.run(t, whole))
	if h.s.pool.Shared != 0 || h.s.pool.Skipped != 2 {
		t.Errorf("a folder in the way: got %+v, want a run that could not be written", h.s.pool.Exchange)
	}
	if got := files(t, h.s.pool.dir); len(got) != 1 {
		t.Errorf("%v is left", got)
	}
}

// wantOneSkipped looks twice into a folder with a file that can't be used.
func (h *Hunt) wantOneSkipped(t *testing.T, want string) {
	t.Helper()
	if got := append(h.Shared(), h.Shared()...); got != nil {
		t.Errorf("%s: got %q", want, h.traces(got))
	}
	if e := h.s.stats().Exchange; e.Skipped != 1 || e.Taken != 0 || !strings.Contains(e.Why, want) {
		t.Errorf("got %+v, want one skipped: %s", e, want)
	}
}

func TestAFileThatIsBeingWrittenIsNotTouched(t *testing.T) {
	h := worker(t, t.TempDir())
	if err := os.WriteFile(filepath.Join(h.s.pool.dir, "x.trace.7"+tempSuffix), []byte("id"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := h.Shared(); got != nil || h.s.pool.Skipped != 0 {
		t.Errorf("got %v and %+v", got, h.s.pool.Exchange)
	}
}

// A folder that is gone, or full, costs the exchange, not the hunt.
func TestAFolderThatIsGoneIsCounted(t *testing.T) {
	h := worker(t, filepath.Join(t.TempDir(), "shared"))
	if err := os.Remove(h.s.pool.dir); err != nil {
		t.Fatal(err)
	}
	h.Share(h.run(t, "idle"))
	if got := h.Shared(); got != nil || h.s.pool.Skipped != 2 || h.s.pool.Shared != 0 {
		t.Errorf("got %v and %+v, want two skipped", got, h.s.pool.Exchange)
	}
}

func TestAProcessDoesNotFillTheDisk(t *testing.T) {
	h := worker(t, t.TempDir())
	h.s.pool.written = writtenMax - 5
	h.Share(h.run(t, "idle"))
	h.Share(h.run(t, "idle; idle"))
	if e := h.s.pool.Exchange; e.Shared != 1 || e.Skipped != 1 || e.Why != "a process shares at most 128 MiB of traces" {
		t.Errorf("got %+v, want one run and no more", e)
	}
}
