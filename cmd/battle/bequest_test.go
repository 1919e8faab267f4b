package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// Whatever lies where an engine keeps its runs: what can't be read as one is counted, and keeps
// nothing else from being shared.
func TestABequestPassesOverWhatIsNoRun(t *testing.T) {
	n := native{}
	p := &part{engine: n, jobs: crew{{target: target{Name: "ring", Func: "FuzzRing"}, engine: n, dir: t.TempDir()}}}
	p.keeps(t, "0123", formatGoCorpus([]byte("a tape")))
	p.keeps(t, "half", []byte("go test fuzz v1\n[]by"))
	p.keeps(t, "giant", nil)
	require.NoError(t, os.Truncate(filepath.Join(n.kept(p.jobs[0])[0], "giant"), entryMax+1))
	b := newBequest(t.TempDir())
	requests := b.read(n, p.files(n))
	require.Len(t, requests, 1)
	require.Equal(t, "a tape", string(requests[0].Tape))
	require.Equal(t, 2, b.Skipped)
	require.NotEmpty(t, b.Why)
}

// It is bounded: the newest runs go first.
func TestABequestHasBounds(t *testing.T) {
	l := libFuzzer{}
	p := &part{engine: l, jobs: crew{{target: target{Name: "ring"}, engine: l, dir: t.TempDir()}}}
	began := time.Now().Add(-time.Hour)
	for i := range bequestMost + 3 {
		name := fmt.Sprintf("%06d", i)
		p.keeps(t, name, []byte(name))
		at := began.Add(time.Duration(i) * time.Second)
		require.NoError(t, os.Chtimes(filepath.Join(l.corpus(p.jobs[0]), name), at, at))
	}
	b := newBequest(filepath.Join(t.TempDir(), "ring"))
	requests := b.read(l, p.files(l))
	require.Len(t, requests, bequestMost)
	require.Equal(t, fmt.Sprintf("%06d", bequestMost+2), string(requests[0].Tape))
	require.Equal(t, 3, b.Skipped)
	require.Equal(t, "of each engine the newest 1024 runs are shared, of 32 MiB at most", b.Why)

	large := string(bytes.Repeat([]byte("x"), bequestTrace))
	b = newBequest(b.dir)
	b.put("0123", large+"x")
	require.Equal(t, battle.Exchange{Skipped: 1, Why: "0123: as a trace it has 98305 bytes, want at most 98304"}, b.Exchange)
	for i := range bequestBytes/bequestTrace + 1 {
		b.put("0123", fmt.Sprintf("%06d", i)+large[6:])
	}
	require.Equal(t, bequestBytes/bequestTrace, b.Shared)
	require.Equal(t, 2, b.Skipped)
}

// A run counts for who left it first.
func TestARunIsSharedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ring")
	for _, shared := range []int{1, 0} {
		b := newBequest(dir)
		b.put("0123", "append length=1\n")
		require.Equal(t, battle.Exchange{Shared: shared}, b.Exchange)
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
}

// A folder that takes nothing is said, and no fault of the hunt.
func TestABequestThatFailsIsCounted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ring")
	require.NoError(t, os.WriteFile(dir, nil, 0o644)) // a file in the folder's place
	b := newBequest(dir)
	b.put("0123", "append length=1\n")
	require.Equal(t, 1, b.Skipped)
	j := finished(t, "ring", native{}, battle.Stats{Runs: 1, Updates: 9})
	j.bequest = battle.Exchange{Shared: 2, Skipped: 1, Why: "no room"}
	h := &hunt{jobs: []*job{j, finished(t, "ring", rapidEngine{}, battle.Stats{})}}
	require.Equal(t, "native in ring: 2 runs shared; 1 run could not be, such as: no room\n", h.bequests())
	require.Equal(t, j.bequest, j.row().Stats.Exchange)
	require.Empty(t, j.row().Fault)
}

func TestAHuntThatIsToldToStopHasTimeToShare(t *testing.T) {
	told, stop := context.WithCancel(t.Context())
	ctx, cancel := outlasting(told, time.Hour)
	defer cancel()
	short, cancel := outlasting(told, time.Millisecond)
	defer cancel()
	stop()
	<-short.Done()
	require.NoError(t, ctx.Err())
}
