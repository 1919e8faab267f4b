package snapshot

import (
	"io/fs"
	"os"
	"path"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLatestIsTheNewestValidOneInTime(t *testing.T) {
	dir := t.TempDir()
	save := func(offset uint64, at int64) string {
		s := sample()
		s.CoreStreamLength, s.StreamTime = offset, at
		path, err := Save(OS(), dir, s)
		require.NoError(t, err)
		return path
	}
	save(9, 10)
	save(100, 20)
	save(2000, 30)
	broken := save(30000, 25)
	require.NoError(t, os.Truncate(broken, 50))
	require.NoError(t, os.WriteFile(path.Join(dir, Name(400)+".tmp"), []byte("left over"), 0o644))

	s, skipped, err := Latest(OS(), dir, wanted(), 29)
	require.NoError(t, err)
	require.Equal(t, uint64(100), s.CoreStreamLength)
	require.Len(t, skipped, 1)
	require.ErrorIs(t, skipped[0], BadSize)

	_, skipped, err = Latest(OS(), dir, wanted(), 9)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "snapshot: none in "+dir+" at or before stream time 9, of 4 files: file does not exist")
	require.Len(t, skipped, 1)
	_, _, err = Latest(OS(), path.Join(dir, "none"), wanted(), 9)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestSaveLeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	_, err := Save(OS(), dir, sample())
	require.NoError(t, err)
	names, err := OS().List(dir)
	require.NoError(t, err)
	require.Equal(t, []string{sampleName}, names)
	_, err = Save(OS(), path.Join(dir, "none"), sample())
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "snapshot: save "+path.Join(dir, "none", sampleName)+": open ")
}

func TestTheLaterOfTwoSavesOfAnOffsetStays(t *testing.T) {
	dir := t.TempDir()
	for _, state := range []string{"first", "second, longer", "third"} {
		s := sample()
		s.Sections[0] = PlainSection("state", []byte(state))
		path, err := Save(OS(), dir, s)
		require.NoError(t, err)
		loaded, err := Load(OS(), path, wanted())
		require.NoError(t, err)
		require.Equal(t, state, string(loaded.Sections[0].Stored))
	}
}

func TestTemporaryFilesOfACrashAreRemoved(t *testing.T) {
	dir := t.TempDir()
	_, err := Save(OS(), dir, sample())
	require.NoError(t, err)
	for _, name := range []string{Name(1) + ".tmp", Name(2) + ".tmp", "notes.tmp", "notes"} {
		require.NoError(t, os.WriteFile(path.Join(dir, name), []byte("left over"), 0o644))
	}
	removed, err := RemoveTemporary(OS(), dir)
	require.NoError(t, err)
	require.Equal(t, []string{Name(1) + ".tmp", Name(2) + ".tmp"}, removed)
	names, err := OS().List(dir)
	require.NoError(t, err)
	require.Equal(t, []string{sampleName, "notes", "notes.tmp"}, names)
	_, err = RemoveTemporary(OS(), path.Join(dir, "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestAFolderThatCannotBeSyncedIsAnError(t *testing.T) {
	require.ErrorIs(t, OS().SyncDir(path.Join(t.TempDir(), "none")), fs.ErrNotExist)
}

func TestLoadIntoUsesTheBuffer(t *testing.T) {
	path, err := Save(OS(), t.TempDir(), sample())
	require.NoError(t, err)
	buf := make([]byte, 4096)
	s, err := LoadInto(OS(), path, wanted(), buf)
	require.NoError(t, err)
	require.Equal(t, s.Sections[0].Stored, buf[headerSize+4*entrySize:][:22])
}
