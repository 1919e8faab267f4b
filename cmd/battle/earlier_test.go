package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// earlierFinding is one that a hunt filed before, under an ID that goes by its line.
func earlierFinding(id, message string, trace ...string) *battle.Finding {
	f := findingOf("native", trace...)
	f.ID, f.Message, f.Failure.Func, f.Place = id, message, "ring.Read", "ring/"+id+".go"
	return f
}

// recalled files findings of an earlier hunt, then one of a later, and recalls. Today a
// trace fails as failing says, or passes.
func recalled(t *testing.T, found *battle.Finding, failing map[string]*battle.Finding, earlier ...*battle.Finding) (h *hunt, asked []string) {
	t.Helper()
	h = emptyHunt(t)
	for _, e := range earlier {
		_, err := e.Write(h.dir)
		require.NoError(t, err)
	}
	h.readEarlier()
	h.keep(found)
	h.recallWith(func(e *battle.Finding) *battle.Finding {
		asked = append(asked, e.ID)
		if now := failing[e.ID]; now != nil {
			again := *now
			again.Trace = e.Trace
			return &again
		}
		return nil
	})
	return h, asked
}

func (h *hunt) filed(t *testing.T) (ids []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.dir, "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		found, err := battle.ReadFinding(file)
		require.NoError(t, err)
		ids = append(ids, found.ID)
	}
	return ids
}

func TestTheShorterTraceOfTwoHuntsStays(t *testing.T) {
	long, short := earlierFinding("ring-1", "it differs", "a", "b", "c"), earlierFinding("ring-1", "it differs", "c")
	short.Engine = "rapid"
	h, _ := recalled(t, long, map[string]*battle.Finding{"ring-1": long}, short)
	require.Equal(t, []string{"c"}, h.kept(t))
	require.Equal(t, "rapid", h.found["ring-1"].Engine)

	h, _ = recalled(t, long, nil, short) // it passes by now
	require.Equal(t, []string{"a", "b", "c"}, h.kept(t))

	h, asked := recalled(t, short, map[string]*battle.Finding{"ring-1": long}, long)
	require.Equal(t, []string{"c"}, h.kept(t))
	require.Empty(t, asked, "it would be no better")

	short.Unstable = true
	h, asked = recalled(t, long, map[string]*battle.Finding{"ring-1": long}, short)
	require.Equal(t, []string{"a", "b", "c"}, h.kept(t))
	require.Empty(t, asked)
}

func TestAFailureThatHasMovedIsFiledOnce(t *testing.T) {
	found, old := earlierFinding("ring-1", "it differs", "a", "b"), earlierFinding("ring-0", "it differs", "c")
	h, _ := recalled(t, found, map[string]*battle.Finding{"ring-0": found}, old)
	require.Equal(t, []string{"ring-1"}, h.filed(t))
	require.Equal(t, []string{"c"}, h.kept(t), "the shorter")
	require.NoFileExists(t, filepath.Join(h.dir, "ring-0.txtar"))

	old.Trace = []string{"a", "b", "c"}
	h, _ = recalled(t, found, map[string]*battle.Finding{"ring-0": found}, old)
	require.Equal(t, []string{"ring-1"}, h.filed(t))
	require.Equal(t, []string{"a", "b"}, h.kept(t))
}

// What may be another failure stays.
func TestOtherFailuresOfEarlierHuntsStay(t *testing.T) {
	found := earlierFinding("ring-1", "it differs", "a", "b")
	other := earlierFinding("ring-0", "it differs in another way", "c")
	h, _ := recalled(t, found, map[string]*battle.Finding{"ring-0": found}, other) // comes to this one first
	require.Equal(t, []string{"ring-0", "ring-1"}, h.filed(t))
	require.Equal(t, []string{"a", "b"}, h.kept(t))

	alike := earlierFinding("ring-0", "it differs", "c")
	h, _ = recalled(t, found, map[string]*battle.Finding{"ring-0": alike}, alike) // still where it was
	require.Equal(t, []string{"ring-0", "ring-1"}, h.filed(t))

	h, _ = recalled(t, found, nil, alike) // passes
	require.Equal(t, []string{"ring-0", "ring-1"}, h.filed(t))

	for _, change := range []func(*battle.Finding){
		func(f *battle.Finding) { f.Failure.Func = "ring.Append" },
		func(f *battle.Finding) { f.Kind = battle.Panic },
		func(f *battle.Finding) { f.Target = "tip" },
	} {
		e := earlierFinding("ring-0", "it differs", "c")
		change(e)
		_, asked := recalled(t, found, nil, e)
		require.Empty(t, asked)
	}
}
