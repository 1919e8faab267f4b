package memfs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/snapshot"
)

func write(t *testing.T, m *FS, name, content string, sync bool) {
	t.Helper()
	f, err := m.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte(content))
	require.NoError(t, err)
	if sync {
		require.NoError(t, f.Sync())
	}
	require.NoError(t, f.Close())
}

func TestACrashLosesWhatWasNotSynced(t *testing.T) {
	m := New()
	write(t, m, "d/a", "hello", true)
	require.NoError(t, m.SyncDir("d"))
	write(t, m, "d/b", "lost name", true)
	require.NoError(t, m.Rename("d/a", "d/c"))
	m.Crash(Fate{})
	names, err := m.List("d")
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, names, "the rename is undone")
	content, err := m.Read("d/a")
	require.NoError(t, err)
	require.Equal(t, "hello", string(content))
}

func TestACrashMayKeepNamesAndSomeBytes(t *testing.T) {
	m := New()
	write(t, m, "d/a", "hello", false)
	m.Crash(Fate{KeepNames: true, KeepBytes: 2})
	content, err := m.Read("d/a")
	require.NoError(t, err)
	require.Equal(t, "he", string(content))
}

func TestACrashMayTearAPage(t *testing.T) {
	first, second := strings.Repeat("1", 150), strings.Repeat("2", 150)
	torn := func(content string, page int) string {
		b := []byte(content)
		from := page * PageSize
		copy(b[from:min(from+PageSize, len(b))], make([]byte, PageSize))
		return string(b)
	}
	for page := range 3 {
		m := New()
		write(t, m, "d/new", first, false)
		write(t, m, "d/synced", first, true)
		write(t, m, "d/again", first[:100], true)
		write(t, m, "d/again", second, false)
		m.Crash(Fate{KeepNames: true, Torn: true, Page: page + 3})
		for name, want := range map[string]string{
			"d/new":    torn(first, page),
			"d/synced": first,
			"d/again":  []string{first[:64] + second[64:], second[:64] + first[64:100] + strings.Repeat("\x00", 28) + second[128:], torn(second, 2)}[page],
		} {
			content, err := m.Read(name)
			require.NoError(t, err)
			require.Equal(t, want, string(content), "%s, page %d", name, page)
		}
	}
}

func TestAFileThatIsEmptiedMayComeBack(t *testing.T) {
	m := New()
	write(t, m, "d/a", "old", true)
	require.NoError(t, m.SyncDir("d"))
	write(t, m, "d/a", "new", false)
	m.Crash(Fate{})
	content, err := m.Read("d/a")
	require.NoError(t, err)
	require.Equal(t, "old", string(content))
}

func TestADiskMayLieAboutASync(t *testing.T) {
	m := New()
	m.Faults.Lies = 1
	write(t, m, "d/a", "true", true)
	write(t, m, "d/b", "a lie", true)
	write(t, m, "d/c", "true again", true)
	m.Crash(Fate{KeepNames: true})
	for name, want := range map[string]string{"d/a": "true", "d/b": "", "d/c": "true again"} {
		content, err := m.Read(name)
		require.NoError(t, err)
		require.Equal(t, want, string(content), name)
	}
}

func TestFaultsStrikeOnceAndInTime(t *testing.T) {
	s := &snapshot.Snapshot{Sections: []snapshot.Section{snapshot.PlainSection("a", make([]byte, 100))}}
	for name, set := range map[string]func(*Faults){
		"space": func(f *Faults) { f.Space = 100 },
		"sync":  func(f *Faults) { f.Syncs = 0 },
		"dir":   func(f *Faults) { f.DirSyncs = 0 },
		"move":  func(f *Faults) { f.Renames = 0 },
		"short": func(f *Faults) { f.ShortWrite = 1 },
	} {
		m := New()
		set(&m.Faults)
		_, err := snapshot.Save(m, "d", s)
		require.Error(t, err, name)
		m.Faults = None()
		path, err := snapshot.Save(m, "d", s)
		require.NoError(t, err, name)
		m.Crash(Fate{})
		_, err = snapshot.Load(m, path, snapshot.Expect{Sections: []string{"a"}})
		require.NoError(t, err, name)
	}
}

func TestTheMachineStopsInAnyCall(t *testing.T) {
	const steps = 6 // create, header, footer, sync, rename, sync of the folder
	for calls := range steps {
		m := New()
		m.Faults.Crash = calls
		require.PanicsWithValue(t, Stopped{}, func() { _, _ = snapshot.Save(m, "d", &snapshot.Snapshot{}) }, calls)
		require.NotPanics(t, func() { m.Crash(Fate{KeepNames: true}) })
	}
	m := New()
	m.Faults.Crash = steps
	_, err := snapshot.Save(m, "d", &snapshot.Snapshot{})
	require.NoError(t, err)
}
