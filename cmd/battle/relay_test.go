package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

// relayOf is a relay between all engines that exchange, with nobody at work. A tape is a
// trace of one line here, and each shows a label of its own.
func relayOf(t *testing.T) *relay {
	t.Helper()
	w := &workshop{temp: t.TempDir(), built: make(map[string]string)}
	all := together{engines: engines}
	like := &job{target: target{Name: "ring", Func: "FuzzRing", dir: t.TempDir()}}
	e, err := all.assemble(w, like, 2)
	require.NoError(t, err)
	gofuzzPart := &part{engine: gofuzz{}, met: make(map[string]bool), odd: make(map[string]int64)} // there is no harness of the target's
	gofuzzPart.jobs = crew{{target: like.target, engine: gofuzz{}, dir: t.TempDir()}}
	r := newRelay(w, like.target, append(e.parts, gofuzzPart))
	r.look = func(_ context.Context, asked []battle.Request) (all []surveyed, err error) {
		for _, one := range asked {
			trace := one.Trace
			if one.Tape != nil {
				trace = fmt.Sprintf("tape %x\n", one.Tape)
			}
			s := surveyed{answer: battle.Answer{Trace: trace, Tape: []byte(trace), Updates: 1}}
			switch {
			case strings.Contains(trace, "bad"):
				s = surveyed{err: errors.New("trace:1: no update bad")}
			case strings.Contains(trace, "fails"):
				s.failed = "mismatch"
				fallthrough
			default:
				s.footprint = &explore.Footprint{Labels: []string{strings.Fields(trace)[0], trace}}
			}
			all = append(all, s)
		}
		return all, nil
	}
	return r
}

func (r *relay) part(t *testing.T, name string) *part {
	t.Helper()
	for _, p := range r.parts {
		if p.engine.name() == name {
			return p
		}
	}
	t.Fatalf("no part %s", name)
	return nil
}

// keeps puts a run where an engine keeps those of its own, in its form.
func (p *part) keeps(t *testing.T, name string, content []byte) {
	t.Helper()
	dirs := p.engine.(swapper).kept(p.jobs[0])
	dir := filepath.Join(p.jobs[0].dir, "afl", "0000", "default", "queue") // before AFL ran there is none
	if len(dirs) > 0 {
		dir = dirs[0]
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
}

// has tells whether a run came to lie where an engine's next process begins.
func (p *part) has(t *testing.T, r *relay, trace string) bool {
	t.Helper()
	s := p.engine.(swapper)
	dirs := s.kept(p.jobs[0])
	if a, ok := p.engine.(afl); ok {
		dirs = []string{a.seeds(r.workshop, p.jobs[0])}
	}
	for _, dir := range dirs {
		files, _ := os.ReadDir(dir)
		for _, f := range files {
			require.NotContains(t, f.Name(), ".battle-", "a file that is not whole")
			content, err := os.ReadFile(filepath.Join(dir, f.Name()))
			require.NoError(t, err)
			request, err := s.read(filepath.Join(dir, f.Name()), content)
			if err == nil && (request.Trace == trace || string(request.Tape) == trace) {
				return true
			}
		}
	}
	return false
}

// own is a run as an engine keeps it, and its trace.
func own(name string) (file string, content []byte, trace string) {
	switch name {
	case explore.Name:
		return "a.trace", []byte("append length=1\n"), "append length=1\n"
	case native{}.name():
		return "0123", formatGoCorpus([]byte("native")), fmt.Sprintf("tape %x\n", "native")
	}
	return "id:000001", []byte(name), fmt.Sprintf("tape %x\n", name)
}

var swapping = []string{explore.Name, native{}.name(), gofuzzEngine, afl{}.name()}

// What any engine keeps, all others are given, each in its own form. It goes no second
// time, and not back to where it came from.
func TestARunOfEachEngineReachesEveryOther(t *testing.T) {
	r := relayOf(t)
	for _, from := range swapping {
		file, content, trace := own(from)
		r.part(t, from).keeps(t, file, content)
		for range 2 {
			require.NoError(t, r.round(t.Context(), time.Hour))
		}
		for _, to := range swapping {
			if to != from {
				require.True(t, r.part(t, to).has(t, r, trace), "from %s to %s", from, to)
			}
		}
	}
	for _, name := range swapping {
		p := r.part(t, name)
		require.Equal(t, []int{1, 1, len(swapping) - 1, 0}, []int{p.gave, p.fresh, p.took, p.left}, name)
	}
	require.Empty(t, r.trouble())
}

// What shows nothing new stays where it is; so does what fails, which is a finding.
func TestARelayCarriesOnlyWhatIsNew(t *testing.T) {
	r := relayOf(t)
	r.corpus = []battle.CorpusItem{{Trace: "append length=1\n"}}
	explorer := r.part(t, explore.Name)
	explorer.keeps(t, "a.trace", []byte("append length=1\n"))
	explorer.keeps(t, "b.trace", []byte("append length=1\nfails\n"))
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.Equal(t, 2, explorer.gave)
	require.Zero(t, explorer.fresh)
	require.Zero(t, r.part(t, native{}.name()).took)
}

// An update of a target that races may take long, and nothing is known of it at first.
func TestARelayLooksAtFewRacesFirst(t *testing.T) {
	r := relayOf(t)
	r.target.description = &battle.Description{Scheduled: true}
	explorer := r.part(t, explore.Name)
	for i := range lookedMost {
		explorer.keeps(t, fmt.Sprintf("%d.trace", i), fmt.Appendf(nil, "append length=%d\n", i))
	}
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.LessOrEqual(t, r.looked, racesFirst)
}

// Whatever an engine, or who has got hold of its folder, puts there: it is named, passed
// over, and keeps nothing else from being carried.
func TestARelayPassesOverWhatIsNoRun(t *testing.T) {
	r := relayOf(t)
	p := r.part(t, explore.Name)
	p.keeps(t, "giant.trace", nil)
	shared := p.jobs[0].shared
	require.NoError(t, os.Truncate(filepath.Join(shared, "giant.trace"), entryMax+1))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(shared, "link.trace")))
	p.keeps(t, "bad.trace", []byte("bad\n"))
	p.keeps(t, "noise.trace", []byte{0xff, 0})
	p.keeps(t, "note.txt", []byte("append length=2\n"))
	p.keeps(t, "half.tmp", []byte("append length=3\n"))
	p.keeps(t, "good.trace", []byte("append length=1\n"))
	for range 3 {
		require.NoError(t, r.round(t.Context(), time.Hour))
	}
	require.Equal(t, 5, p.left, "giant, link, bad, noise and note, each once")
	require.NotEmpty(t, r.trouble())
	require.True(t, r.part(t, native{}.name()).has(t, r, "append length=1\n"))
	require.Equal(t, 1, r.part(t, native{}.name()).took)
}

// A file that an engine is still writing is read once it is whole.
func TestARelayWaitsForTheRestOfAFile(t *testing.T) {
	r := relayOf(t)
	p := r.part(t, native{}.name())
	whole := formatGoCorpus([]byte("native"))
	p.keeps(t, "0123", whole[:len(whole)-4])
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.Zero(t, p.left)
	p.keeps(t, "0123", whole)
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.Equal(t, 1, p.fresh)
	require.Zero(t, p.left)
}

// With no CPU time to look, nothing is lost: it waits.
func TestARelayLooksAtNoMoreThanItMay(t *testing.T) {
	r := relayOf(t)
	r.looked = 1000
	r.meter.cpu.Store(int64(time.Second))
	p := r.part(t, explore.Name)
	for i := range 20 {
		p.keeps(t, fmt.Sprintf("%02d.trace", i), fmt.Appendf(nil, "append length=%d\n", i))
	}
	require.NoError(t, r.round(t.Context(), 0))
	require.Zero(t, p.gave)
	require.NoError(t, r.round(t.Context(), 50*time.Millisecond)) // of 50 updates, of which an engine has its part
	require.InDelta(t, 5, p.gave, 1)
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.Equal(t, 20, p.gave)
}

// A folder that can't be written to costs its engine what it would have been given, and
// nobody else.
func TestAPartThatTakesNothingHoldsUpNobody(t *testing.T) {
	r := relayOf(t)
	n := r.part(t, native{}.name())
	require.NoError(t, os.WriteFile(native{}.cache(n.jobs[0]), nil, 0o644)) // a file in the folder's place
	p := r.part(t, explore.Name)
	p.keeps(t, "a.trace", []byte("append length=1\n"))
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.Zero(t, n.took)
	require.NotEmpty(t, r.trouble())
	require.True(t, r.part(t, gofuzzEngine).has(t, r, "append length=1\n"))
}

// What is given is no longer than what shows the same takes, but for counts: engines that
// mutate bytes are to have few of them.
func TestARelayGivesShortRuns(t *testing.T) {
	r := relayOf(t)
	r.look = func(_ context.Context, asked []battle.Request) (all []surveyed, err error) {
		for _, one := range asked {
			words := slices.Compact(slices.Sorted(slices.Values(strings.Fields(one.Trace))))
			s := surveyed{footprint: &explore.Footprint{Labels: words}}
			s.answer = battle.Answer{Trace: one.Trace, Tape: []byte(one.Trace), Updates: strings.Count(one.Trace, "\n")}
			all = append(all, s)
		}
		return all, nil
	}
	r.corpus = []battle.CorpusItem{{Trace: "a\n"}}
	p, native := r.part(t, explore.Name), r.part(t, native{}.name())
	p.keeps(t, "long.trace", []byte(strings.Repeat("a\n", 40)+"rare\n"+strings.Repeat("a\n", 23)))
	require.NoError(t, r.round(t.Context(), time.Hour))
	require.Equal(t, 1, native.took)
	files, err := os.ReadDir(swapper.kept(native.engine.(swapper), native.jobs[0])[0])
	require.NoError(t, err)
	require.Len(t, files, 1)
	content, err := os.ReadFile(filepath.Join(swapper.kept(native.engine.(swapper), native.jobs[0])[0], files[0].Name()))
	require.NoError(t, err)
	tape, err := parseGoCorpus("", content)
	require.NoError(t, err)
	require.Contains(t, string(tape), "rare\na\n", "a pair of labels is new, too")
	require.LessOrEqual(t, strings.Count(string(tape), "\n"), 27, "of 64")

	// Where there is no CPU time for it, runs are given as they are.
	r.look = func(context.Context, []battle.Request) ([]surveyed, error) { return nil, errors.New("it looks") }
	require.NoError(t, r.shorten(t.Context(), []news{{run: battle.Answer{Trace: "a\nb\nc\n"}, shows: []int{0}}}, 0))
}
