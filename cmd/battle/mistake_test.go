package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// failing is a finding of the ring, with a trace of some updates.
func failing(id string, updates int, f battle.Failure) *battle.Finding {
	f.Moment = updates - 1
	return &battle.Finding{ID: id, Target: "ring", Failure: f, Trace: strings.Split(strings.Repeat("read n=1\n", updates)[:9*updates-1], "\n")}
}

func TestFindingsThatAgreeInTwoThingsAreLikelyOneMistake(t *testing.T) {
	one := battle.Failure{Kind: battle.Mismatch, Message: "tail 5 differs", Expected: "data, first=1, 2 bytes: aa bb", Actual: "too old, first=9", Func: "fuzz.compare", Op: "read"}
	for _, c := range []struct {
		change func(f *battle.Finding)
		want   bool
	}{
		{func(f *battle.Finding) {
			f.Message, f.Expected, f.Actual = "tail 7 differs", "data, first=40, 1 byte: cc", "too old, first=-1"
		}, true},
		{func(f *battle.Finding) { f.Op = "view" }, true},
		{func(f *battle.Finding) { f.Failure.Func = "fuzz.checkRing" }, true},
		{func(f *battle.Finding) { f.Actual = "future, first=9" }, true},
		{func(f *battle.Finding) { f.Op, f.Actual = "view", "future, first=9" }, false},
		{func(f *battle.Finding) { f.Failure.Func, f.Actual = "fuzz.checkRing", "future, first=9" }, false},
		{func(f *battle.Finding) { f.Failure.Func, f.Op = "fuzz.checkRing", "view" }, false},
		{func(f *battle.Finding) { f.Kind = battle.Panic }, false},
		{func(f *battle.Finding) { f.Target = "tip" }, false},
	} {
		a, b := failing("a", 1, one), failing("b", 1, one)
		c.change(b)
		require.Equal(t, c.want, alike(a, b), b)
		require.Equal(t, c.want, alike(b, a), b)
	}
	nowhere := battle.Failure{Kind: battle.Hang, Message: "an update did not end"}
	require.False(t, alike(failing("a", 1, nowhere), failing("b", 1, nowhere)), "what is not known does not agree")
	broken := one
	broken.Kind = battle.Harness
	require.False(t, alike(failing("a", 1, broken), failing("b", 1, broken)), "a fault of the harness is no mistake of the subject")
}

func TestTheFindingToReadIsStableAndShort(t *testing.T) {
	f := battle.Failure{Kind: battle.Mismatch, Message: "tail differs", Func: "fuzz.compare", Op: "read"}
	long, short, unstable := failing("a", 5, f), failing("c", 2, f), failing("b", 1, f)
	unstable.Unstable = true
	other := f
	other.Op, other.Func = "append", "fuzz.append"
	together := mistakes([]*battle.Finding{long, unstable, short, failing("d", 3, other)})
	require.Len(t, together, 2)
	require.Equal(t, []string{"c", "a", "b"}, together[0].ids())
	require.Equal(t, []string{"d"}, together[1].ids())
}

// The ends of a chain may have nothing in common.
func TestEachResemblesTheFirst(t *testing.T) {
	f := battle.Failure{Kind: battle.Panic, Message: "index out of range", Func: "ring.at", Op: "read"}
	middle, end := f, f
	middle.Op = "view"
	end.Op, end.Message = "view", "nil dereference"
	a, b, c := failing("a", 1, f), failing("b", 2, middle), failing("c", 3, end)
	require.True(t, alike(a, b) && alike(b, c) && !alike(a, c))
	require.Len(t, mistakes([]*battle.Finding{a, b, c}), 2)
}

// What resembles the first has one line, and of what is too much to print the first line is
// there.
func TestOneFindingOfAMistakeIsPrintedInFull(t *testing.T) {
	h := emptyHunt(t)
	f := battle.Failure{Kind: battle.Mismatch, Message: "tail differs", Func: "fuzz.compare", Op: "read", Place: "fuzz/ring.go:5"}
	all := []*battle.Finding{failing("ring-1", 2, f), failing("ring-2", 1, f)}
	text := h.findings(all, nil)
	require.Contains(t, text, "\n2 findings in "+h.dir+", likely of 1 mistake\n")
	require.Equal(t, 1, strings.Count(text, "-- failure --"))
	require.Contains(t, text, "\n\n"+filepath.Join(h.dir, "ring-1.txtar")+": likely the same mistake as ring-2: mismatch in update 2 of 2 (read): tail differs\n")

	for _, op := range []string{"append", "view", "wait"} {
		f.Op, f.Func = op, "fuzz."+op
		all = append(all, failing("ring-"+op, 3, f))
	}
	text = h.findings(all, nil)
	require.Contains(t, text, "\n5 findings in "+h.dir+", likely of 4 mistakes\n")
	require.Equal(t, shownMost, strings.Count(text, "-- failure --"))
	require.Contains(t, text, "\n"+filepath.Join(h.dir, "ring-wait.txtar")+": ring: mismatch in update 3 of 3 (wait): tail differs\n")
	require.Contains(t, h.findings(all[:1], nil), "\n1 finding in "+h.dir+"\n")
	require.Equal(t, "\nno findings\n", h.findings(nil, nil))

	page, _, _ := pageOf(t, h, all, nil)
	require.Equal(t, 1, strings.Count(page, `<p>Likely the same mistake as <a href="#ring-2">ring-2</a>.</p>`))
}
