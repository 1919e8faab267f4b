package properties

import (
	"bytes"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/battle"
	"battle.test/fuzz"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/snapshot/memfs"
)

func TestSnapshot(t *testing.T)      { battle.Check(t, fuzz.Snapshot) }
func TestSnapshotBytes(t *testing.T) { battle.Check(t, fuzz.SnapshotBytes) }

// text draws a text of at most that many bytes, often the longest: any bytes but NUL.
func text(t *rapid.T, least, most int, label string) string {
	size := rapid.OneOf(rapid.IntRange(least, most), rapid.Just(most)).Draw(t, label+" length")
	return string(rapid.SliceOfN(rapid.ByteRange(1, 255), size, size).Draw(t, label))
}

// anySnapshot draws a snapshot of up to 40 sections, some compressed, some optional.
func anySnapshot(t *rapid.T) *snapshot.Snapshot {
	s := &snapshot.Snapshot{Meta: snapshot.Meta{
		Stream:           text(t, 0, 64, "stream"),
		Service:          text(t, 0, 64, "service"),
		Writer:           text(t, 0, 64, "writer"),
		Epoch:            rapid.Uint64().Draw(t, "epoch"),
		CoreStreamLength: rapid.Uint64().Draw(t, "offset"),
		StreamTime:       rapid.Int64().Draw(t, "time"),
		Version:          rapid.Uint16Range(snapshot.Version1, snapshot.LatestVersion).Draw(t, "version"),
		Minor:            rapid.Uint16().Draw(t, "minor"),
	}}
	if s.Version >= snapshot.Version2 {
		s.Start = rapid.Uint64().Draw(t, "start")
	}
	names := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string { return text(t, 1, 32, "name") }), 0, 40, rapid.ID[string]).Draw(t, "names")
	for _, name := range names {
		data := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "contents"), rapid.IntRange(1, 9).Draw(t, "times"))
		section := snapshot.PlainSection(name, data)
		if rapid.Bool().Draw(t, "zstd") {
			section = snapshot.ZstdSection(name, data)
		}
		section.Optional = rapid.Bool().Draw(t, "optional")
		s.Sections = append(s.Sections, section)
	}
	return s
}

// encoded is the file of a snapshot, with its name.
func encoded(t require.TestingT, s *snapshot.Snapshot) (name string, file []byte) {
	file, err := snapshot.Encode(s)
	require.NoError(t, err)
	return snapshot.Name(s.CoreStreamLength), file
}

func TestEverySnapshotComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySnapshot(t)
		name, file := encoded(t, s)
		got, err := snapshot.Inspect(name, file)
		require.NoError(t, err)
		require.Equal(t, s.Meta, got.Meta)
		require.Len(t, got.Sections, len(s.Sections))
		for i, want := range s.Sections {
			require.True(t, bytes.Equal(want.Stored, got.Sections[i].Stored))
			wanted, err := want.Contents()
			require.NoError(t, err)
			contents, err := got.Sections[i].Contents()
			require.NoError(t, err)
			require.True(t, bytes.Equal(wanted, contents))
			want.Stored, got.Sections[i].Stored = nil, nil
			require.Equal(t, want, got.Sections[i])
		}
	})
}

// The other way round: of each snapshot there is one file.
func TestEveryFileThatLoadsEncodesToItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, file := encoded(t, anySnapshot(t))
		got, err := snapshot.Inspect(name, file)
		require.NoError(t, err)
		_, again := encoded(t, got)
		require.True(t, bytes.Equal(file, again))
	})
}

// No byte may change: header, table and sections are each under a checksum that is
// itself under another or compared, and each part of the footer is compared. There is
// no byte that a loader ignores.
func TestNoByteMayChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, file := encoded(t, anySnapshot(t))
		change := rapid.ByteRange(1, 255).Draw(t, "xor")
		for at := range file {
			file[at] ^= change
			_, err := snapshot.Inspect(name, file)
			var refusal *snapshot.Error
			require.ErrorAs(t, err, &refusal, "byte %d of %d", at, len(file))
			file[at] ^= change
		}
	})
}

func TestNoPrefixLoadsAndNothingLonger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, file := encoded(t, anySnapshot(t))
		for size := range file {
			_, err := snapshot.Inspect(name, file[:size])
			require.Error(t, err, "%d bytes of %d", size, len(file))
		}
		tail := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "tail")
		_, err := snapshot.Inspect(name, slices.Concat(file, tail))
		require.ErrorIs(t, err, snapshot.BadSize)
	})
}

// A folder of some snapshots, some of them torn.
func TestLatestIsTheMaximumOfWhatIsValidAndInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := memfs.New()
		times, torn := make(map[uint64]int64), make(map[uint64]bool)
		for range rapid.IntRange(0, 8).Draw(t, "snapshots") {
			offset := rapid.OneOf(rapid.Uint64Range(0, 12), rapid.Uint64()).Draw(t, "offset")
			s := &snapshot.Snapshot{Meta: snapshot.Meta{CoreStreamLength: offset, StreamTime: rapid.Int64Range(-3, 3).Draw(t, "time")}}
			name, err := snapshot.Save(m, "d", s)
			require.NoError(t, err)
			times[offset], torn[offset] = s.StreamTime, rapid.IntRange(0, 2).Draw(t, "torn") == 0
			if torn[offset] {
				_, file := encoded(t, s)
				clear(file[128:192])
				file[130] = 1
				m.Write(name, file)
			}
		}
		want := snapshot.Expect{Durable: rapid.OneOf(rapid.Uint64Range(0, 12), rapid.Just(uint64(math.MaxUint64))).Draw(t, "durable")}
		until := rapid.Int64Range(-4, 4).Draw(t, "until")

		var newest *uint64
		var skipped []string
		for _, offset := range slices.Backward(slices.Sorted(maps.Keys(times))) {
			if torn[offset] || offset > want.Durable {
				skipped = append(skipped, snapshot.Name(offset))
			} else if times[offset] <= until {
				newest = &offset
				break
			}
		}
		s, errs, err := snapshot.Latest(m, "d", want, until)
		if newest == nil {
			require.ErrorIs(t, err, fs.ErrNotExist)
		} else {
			require.NoError(t, err)
			require.Equal(t, *newest, s.CoreStreamLength)
		}
		require.Len(t, errs, len(skipped))
		for i, name := range skipped {
			require.ErrorContains(t, errs[i], name)
		}
	})
}

// saves are a snapshot and the one that a second save puts in its place, in the folder d.
func saves() (older, newer *snapshot.Snapshot, want snapshot.Expect) {
	of := func(state string) *snapshot.Snapshot {
		return &snapshot.Snapshot{
			Meta:     snapshot.Meta{Stream: "aria", Service: "tip", Epoch: 1, CoreStreamLength: 315567},
			Sections: []snapshot.Section{snapshot.PlainSection("a", []byte(strings.Repeat(state, 30))), snapshot.PlainSection("b", []byte(state))},
		}
	}
	return of("older"), of("the newer"), snapshot.Expect{Stream: "aria", Service: "tip", Epoch: 1, Durable: 315567, Sections: []string{"a", "b"}}
}

// everyFate is all that a crash may do to a file of that many bytes.
func everyFate(size int) (all []memfs.Fate) {
	for _, names := range []bool{false, true} {
		for kept := range size + 1 {
			all = append(all, memfs.Fate{KeepNames: names, KeepBytes: kept})
		}
		for page := 0; page*memfs.PageSize < size; page++ {
			all = append(all, memfs.Fate{KeepNames: names, Torn: true, Page: page})
		}
	}
	return all
}

// stopped saves on a machine that stops before the call of that number. It tells
// whether the machine got so far.
func stopped(m *memfs.FS, s *snapshot.Snapshot, call int) (stopped bool) {
	defer func() {
		if r := recover(); r != nil && r != any(memfs.Stopped{}) {
			panic(r)
		} else if r != nil {
			stopped = true
		}
	}()
	m.Faults.Crash = call
	_, _ = snapshot.Save(m, "d", s)
	return false
}

// Exhaustive: the machine stops before each call that a save makes, and the crash does
// each thing that it may, over an older snapshot and over none.
func TestACrashInAnyStepOfASaveLeavesTheOldOrTheNew(t *testing.T) {
	older, newer, want := saves()
	name, old := encoded(t, older)
	_, fresh := encoded(t, newer)
	const calls = 8 // create, header and table, two sections, footer, sync, rename, sync of the folder
	for _, before := range []bool{false, true} {
		seen := make(map[string]bool)
		for call := range calls + 1 {
			m := memfs.New()
			if before {
				_, err := snapshot.Save(m, "d", older)
				require.NoError(t, err)
			}
			require.Equal(t, call < calls, stopped(m, newer, call), "call %d", call)
			for _, fate := range everyFate(len(fresh)) {
				after := m.Clone()
				after.Faults = memfs.None()
				after.Crash(fate)
				file, err := after.Read(path.Join("d", name))
				switch {
				case err == nil && bytes.Equal(file, fresh):
					seen["newer"] = true
				case err == nil && before && bytes.Equal(file, old):
					seen["older"] = true
				case err != nil && !before:
					seen["none"] = true
				default:
					t.Fatalf("stopped in call %d, crash %+v: %d bytes, %v", call, fate, len(file), err)
				}
				require.True(t, call < calls || err == nil && bytes.Equal(file, fresh), "saved, and then %+v", fate)
				recovers(t, after, newer, want)
			}
		}
		require.Equal(t, map[string]bool{"newer": true, "older": before, "none": !before}, map[string]bool{"newer": seen["newer"], "older": seen["older"], "none": seen["none"]}, "a crash has each outcome somewhere")
	}
}

// recovers is a service that starts again: it clears the folder, and saves.
func recovers(t *testing.T, m *memfs.FS, s *snapshot.Snapshot, want snapshot.Expect) {
	t.Helper()
	_, err := snapshot.RemoveTemporary(m, "d")
	require.NoError(t, err)
	name, err := snapshot.Save(m, "d", s)
	require.NoError(t, err)
	m.Crash(memfs.Fate{})
	_, err = snapshot.Load(m, name, want)
	require.NoError(t, err)
	names, err := m.List("d")
	require.NoError(t, err)
	require.Equal(t, []string{path.Base(name)}, names)
}

// Exhaustive as well: every way in which a disk can fail a save, without a crash.
func TestASaveThatFailsLeavesTheOldOrTheNewAndNothingElse(t *testing.T) {
	older, newer, want := saves()
	name, old := encoded(t, older)
	_, fresh := encoded(t, newer)
	var all []memfs.Faults
	add := func(set func(f *memfs.Faults)) {
		f := memfs.None()
		set(&f)
		all = append(all, f)
	}
	for room := range len(fresh) {
		add(func(f *memfs.Faults) { f.Space = room })
	}
	for write := range 4 { // header and table, two sections, footer
		add(func(f *memfs.Faults) { f.ShortWrite = write })
	}
	add(func(f *memfs.Faults) { f.Syncs = 0 })
	add(func(f *memfs.Faults) { f.Renames = 0 })
	add(func(f *memfs.Faults) { f.DirSyncs = 0 })
	for _, faults := range all {
		m := memfs.New()
		_, err := snapshot.Save(m, "d", older)
		require.NoError(t, err)
		m.Faults = faults
		_, err = snapshot.Save(m, "d", newer)
		require.Error(t, err, "%+v", faults)
		names, err := m.List("d")
		require.NoError(t, err)
		require.Equal(t, []string{name}, names, "%+v", faults)
		file, err := m.Read(path.Join("d", name))
		require.NoError(t, err)
		if renamed := faults.DirSyncs == 0; renamed {
			require.Equal(t, fresh, file)
		} else {
			require.Equal(t, old, file, "%+v", faults)
		}
		m.Faults = memfs.None()
		recovers(t, m, newer, want)
	}
}
