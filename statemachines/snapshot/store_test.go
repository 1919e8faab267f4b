package snapshot

import (
	"io"
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

// A counter notes how many bytes of each file were read.
type counter struct {
	FS
	read map[string]int
}

func (c *counter) Open(name string) (io.ReadCloser, int64, error) {
	file, size, err := c.FS.Open(name)
	return &countedFile{file, c, path.Base(name)}, size, err
}

type countedFile struct {
	io.ReadCloser
	counter *counter
	name    string
}

func (f *countedFile) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	f.counter.read[f.name] += n
	return n, err
}

// Of a snapshot that is too late no more than the header is read, and so what is wrong
// behind it is not said; what is wrong in it is.
func TestLatestReadsTheHeaderOfWhatIsTooLate(t *testing.T) {
	dir := t.TempDir()
	for offset, at := range map[uint64]int64{1: 10, 2: 20, 3: 30, 4: 40, 5: 50} {
		s := sized(1 << 20)
		s.CoreStreamLength, s.StreamTime = offset, at
		s.Epoch += offset / 5
		file, err := Save(OS(), dir, s)
		require.NoError(t, err)
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		switch offset {
		case 3:
			content[headerSize(Version1)]++
		case 4:
			content[timeAt]++
		}
		require.NoError(t, os.WriteFile(file, content, 0o644))
	}
	fsys := &counter{FS: OS(), read: make(map[string]int)}
	want := wanted()
	want.Sections = append(want.Sections, "state")
	s, skipped, err := Latest(fsys, dir, want, 15)
	require.NoError(t, err)
	require.Equal(t, uint64(1), s.CoreStreamLength)
	require.Len(t, s.Sections, 1)
	require.Len(t, skipped, 2)
	require.ErrorIs(t, skipped[0], WrongEpoch)
	require.ErrorIs(t, skipped[1], BadHeader)
	for offset := uint64(2); offset <= 5; offset++ {
		require.Equal(t, headerSize(Version1), fsys.read[Name(offset)], offset)
	}
	require.Greater(t, fsys.read[Name(1)], 1<<20)

	_, skipped, err = Latest(fsys, dir, want, 35)
	require.NoError(t, err)
	require.Len(t, skipped, 3)
	require.ErrorIs(t, skipped[2], BadTable, "it is in time, so all of it counts")
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
	require.Equal(t, s.Sections[0].Stored, buf[headerSize(Version1)+4*entrySize:][:22])
}
