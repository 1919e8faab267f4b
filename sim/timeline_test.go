package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// told is a log as a timeline.
func told(t *testing.T, l *Log) string {
	var out bytes.Buffer
	require.NoError(t, l.WriteTimeline(&out))
	for _, line := range strings.Split(out.String(), "\n") {
		require.LessOrEqual(t, len([]rune(line)), timelineColumns, line)
	}
	return out.String()
}

// TestTimelineShowsWhatHappened holds a run that has everything to the text of it.
func TestTimelineShowsWhatHappened(t *testing.T) {
	n := pictured()
	n.Note("1  say something, at such length that it does not fit into the hundred columns that a line of text for people has")
	n.SetVersion(1, 2)
	n.Fail(0, "nobody likes it")
	got := told(t, n.Log())
	path := filepath.Join("testdata", "timeline.txt")
	if os.Getenv("SIM_TIMELINE") == "rewrite" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// pulses is a network on which a host sends to four others at once, and one of these is cut off.
func pulses() *Network {
	n := New(Config{Log: 100, Link: Link{Latency: Even(Millisecond, Millisecond)}})
	for i, name := range []string{"pulse", "a", "b", "c", "down"} {
		h := Host{Name: name, Address: machine.At(1, uint16(i+1)), Start: startEcho, Down: name == "down"}
		if i == 0 {
			h.Start = startPulse(1, 10*Millisecond, 4)
		}
		n.Add(h)
	}
	n.Impose(Cut(0, 2))
	n.RunFor(12 * Millisecond)
	return n
}

func TestTimelineOfOneToManyIsALine(t *testing.T) {
	require.Contains(t, told(t, pulses().Log()), "10.000  ! pulse  -> 4 hosts: 64 bytes; lost for b: by a cut\n")
}

func TestExcerptKeepsFaultsAndWhatCameLast(t *testing.T) {
	n := pictured()
	whole := n.Log()
	excerpt := whole.Excerpt(2)
	require.Equal(t, whole.Excerpt(1000).String(), whole.String(), "there is room for all")
	kept, gone := map[EventKind]int{}, uint64(0)
	for _, e := range excerpt.Events() {
		kept[e.Kind]++
		if e.Kind == Elided {
			gone += e.Number
		}
	}
	all := map[EventKind]int{}
	for _, e := range whole.Events() {
		all[e.Kind]++
	}
	for _, kind := range []EventKind{Killed, Started, Imposed, Lifted, Paused, Resumed, ClockSet, SnapshotTaken} {
		require.Equal(t, all[kind], kept[kind], kind)
	}
	require.Less(t, kept[Sent], all[Sent])
	require.Equal(t, len(whole.Events()), len(excerpt.Events())-kept[Elided]+int(gone), "what is left out is counted")
	last := whole.Events()
	require.Equal(t, last[len(last)-1], excerpt.Events()[len(excerpt.Events())-1])
}

func TestExcerptKeepsPacketsAsAWhole(t *testing.T) {
	whole := pictured().Log()
	for rows := range 30 {
		sent := map[uint64]bool{}
		for _, e := range whole.Excerpt(rows).Events() {
			if sent[e.Number] = sent[e.Number] || e.Kind == Sent; e.isOfPacket() {
				require.True(t, sent[e.Number], "%d rows: %s", rows, whole.Line(e))
			}
		}
	}
}

func TestExcerptNamesAllReceivers(t *testing.T) {
	for rows := 1; rows < 8; rows++ {
		require.NotRegexp(t, `pulse +-> [a-z]`, told(t, pulses().Log().Excerpt(rows)), "%d rows", rows)
	}
}

func TestExcerptLeavesRoutineOut(t *testing.T) {
	n := pictured()
	n.Log().Routine = func(e Event) bool { return strings.HasPrefix(string(e.Data), "1/2") || e.Kind == Wrote }
	excerpt := n.Log().Excerpt(1000)
	require.NotZero(t, excerpt.routine)
	require.Equal(t, len(n.Log().Events()), len(excerpt.Events())+int(excerpt.routine))
	require.Contains(t, told(t, excerpt), fmt.Sprintf("(%d events of routine not shown)", excerpt.routine))
	var diagram bytes.Buffer
	require.NoError(t, excerpt.WriteDiagram(&diagram))
	require.Contains(t, diagram.String(), fmt.Sprintf("%d events of routine not shown", excerpt.routine))
	for _, e := range excerpt.Events() {
		require.NotEqual(t, Wrote, e.Kind)
	}
}

func TestExcerptEndsWithTheFailure(t *testing.T) {
	n := pictured()
	n.Fail(-1, "it is over")
	before := len(n.Log().Events())
	n.Command(0, []byte("1/2 too_late"))
	n.RunFor(Millisecond)
	events := n.Log().Excerpt(1000).Events()
	require.Len(t, events, before)
	require.Equal(t, Failed, events[before-1].Kind)
}

// TestDiagramEndsWithTheFailure, beside what its host did just before: an arrow alone does not say it.
func TestDiagramEndsWithTheFailure(t *testing.T) {
	n := pictured()
	n.Note("9  go on")
	n.Command(1, []byte("1/1 something_wrong"))
	n.RunFor(0)
	n.Fail(1, "nobody likes it")
	var out bytes.Buffer
	require.NoError(t, n.Log().Excerpt(1).WriteDiagram(&out))
	require.Regexp(t, `class="note" [^>]*>9  go on<`, out.String())
	require.Regexp(t, `class="gap" [^>]*>\(\d+ events left out\)<`, out.String())
	require.Regexp(t, `(?s)class="fail" [^>]*>bob sent #\d+ to ann: something_wrong<.*class="fail" [^>]*>fails: nobody likes it<`, out.String())
}

func TestTimelineAsJSONHasEveryEvent(t *testing.T) {
	n := pictured()
	var out bytes.Buffer
	require.NoError(t, n.Log().WriteJSON(&out))
	var got []timelineEvent
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	require.Len(t, got, len(n.Log().Events()))
	for i, e := range n.Log().Events() {
		require.Equal(t, e.At, got[i].At)
		require.Equal(t, n.Log().Line(e), got[i].Line)
		require.Equal(t, e.tone() == fault, got[i].Fault)
	}
	require.Contains(t, got, timelineEvent{At: 3500 * Microsecond, Kind: "killed", Host: "cat & co", Fault: true, Line: "killed with 0 bytes of journal"})
}

func TestFoldedBreaksAtBlanks(t *testing.T) {
	require.Equal(t, []string{"ab cd", "efghi", "jk…l"}, folded("ab cd efghijk…l", 5))
	require.Equal(t, []string{"ab cd"}, folded("ab cd", 5))
	require.Equal(t, []string{""}, folded("", 5))
}
