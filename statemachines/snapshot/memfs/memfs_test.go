package memfs

import (
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
	s := &snapshot.Snapshot{}
	for calls := range 6 {
		m := New()
		m.Faults.Crash = calls
		if calls < 6-1 {
			require.PanicsWithValue(t, Stopped{}, func() { _, _ = snapshot.Save(m, "d", s) }, calls)
		}
		require.NotPanics(t, func() { m.Clone().Crash(Fate{KeepNames: true}) })
	}
}
