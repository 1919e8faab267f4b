package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestFindingsAreToldFromEarlierOnes(t *testing.T) {
	moved, other, gone, elsewhere := found("ring-9", "ring"), found("ring-2", "ring"), found("ring-7", "ring"), found("ring-1", "tip")
	moved.Place = "example.test/fuzz/ring.go:99"
	other.Message, gone.Message = "another", "a third"
	now := []Finding{found("ring-1", "ring"), other}
	left := Compare(now, []*battle.Finding{moved.Finding, gone.Finding, elsewhere.Finding})
	require.Equal(t, []State{Ongoing, New}, []State{now[0].State, now[1].State})
	require.Equal(t, []*battle.Finding{gone.Finding, elsewhere.Finding}, left)
}

func TestAFindingIsTheSameThoughItsLineMoved(t *testing.T) {
	a := found("ring-1", "ring").Finding
	for _, c := range []struct {
		name   string
		change func(*battle.Finding)
		want   bool
	}{
		{"the same name", func(f *battle.Finding) { f.ID, f.Message = "ring-1", "another" }, true},
		{"another line", func(f *battle.Finding) { f.Place = "x/y.go:3" }, true},
		{"another line, of a message with more lines", func(f *battle.Finding) { f.Message += "\nand 7" }, true},
		{"another message", func(f *battle.Finding) { f.Message = "another" }, false},
		{"another update", func(f *battle.Finding) { f.Op = "append" }, false},
		{"another function", func(f *battle.Finding) { f.Failure.Func = "another" }, false},
		{"another kind", func(f *battle.Finding) { f.ID, f.Kind = "ring-1", battle.Panic }, false},
		{"another target", func(f *battle.Finding) { f.ID, f.Target = "ring-1", "tip" }, false},
	} {
		b := found("ring-2", "ring").Finding
		c.change(b)
		require.Equal(t, c.want, Same(a, b), c.name)
		require.Equal(t, c.want, Same(b, a), c.name)
	}
	nowhere, too := found("ring-1", "ring").Finding, found("ring-2", "ring").Finding
	nowhere.Failure.Func, too.Failure.Func = "", ""
	require.False(t, Same(nowhere, too), "of what is known nowhere, only the name tells")
}

func TestReportsSurviveJSON(t *testing.T) {
	document, err := some().JSON()
	require.NoError(t, err)
	read, err := Parse(document)
	require.NoError(t, err)
	require.Equal(t, some(), read)
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	for _, c := range []struct{ document, want string }{
		{"", "unexpected end of JSON input"},
		{"\x00", "invalid character '\\x00' looking for beginning of value"},
		{"{}", ErrNoReport.Error()},
		{`{"findings": [], "jobs": []}`, ErrNoReport.Error()},
		{`{"findings": [{}], "targets": []}`, "finding 1 has no target or no kind"},
		{`{"findings": [{"id": "x"}], "targets": []}`, "finding 1 has no target or no kind"},
	} {
		_, err := Parse([]byte(c.document))
		require.EqualError(t, err, c.want)
	}
}
