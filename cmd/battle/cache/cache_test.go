package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsSavedIsThereAgain(t *testing.T) {
	c := &Cache{t.TempDir()}
	require.Nil(t, c.Load("a"))
	c.Save("a", []byte("first"))
	c.Save("b", []byte("other"))
	c.Save("a", []byte("second"))
	require.Equal(t, []byte("second"), c.Load("a"))
	require.Equal(t, []byte("other"), c.Load("b"))
}

func TestWhatIsNotWhatWasSavedIsNotThere(t *testing.T) {
	c := &Cache{t.TempDir()}
	for _, spoilt := range [][]byte{nil, []byte("short"), make([]byte, 100)} {
		c.Save("a", []byte("content"))
		require.NoError(t, os.WriteFile(c.file("a"), spoilt, 0o600))
		require.Nil(t, c.Load("a"))
	}
}

func TestWithoutAFolderNothingIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, c := range []*Cache{{}, {file}} {
		c.Save("a", []byte("content"))
		require.Nil(t, c.Load("a"))
	}
}

func TestWhatIsOldOrTooMuchGoes(t *testing.T) {
	c := &Cache{t.TempDir()}
	foreign := filepath.Join(c.dir, "of somebody else")
	require.NoError(t, os.WriteFile(foreign, nil, 0o600))
	age := func(path string, by time.Duration) {
		then := time.Now().Add(-by)
		require.NoError(t, os.Chtimes(path, then, then))
	}
	age(foreign, 2*ageMax)
	for _, name := range []string{"old", "read", "large", "new"} {
		c.Save(name, []byte(name))
	}
	age(c.file("old"), 2*ageMax)
	age(c.file("read"), 2*ageMax)
	require.NotNil(t, c.Load("read"))
	require.NoError(t, os.Truncate(c.file("large"), bytesMax)) // takes no room on the disk
	age(c.file("large"), time.Hour)
	c.Save("new", []byte("new"))

	for name, stays := range map[string]bool{"old": false, "read": true, "large": false, "new": true} {
		require.Equal(t, stays, c.Load(name) != nil, name)
	}
	require.FileExists(t, foreign)
}

func TestWhereItIs(t *testing.T) {
	t.Setenv(Env, Off)
	c, err := Open()
	require.NoError(t, err)
	require.Empty(t, c.dir)

	t.Setenv(Env, "relative")
	_, err = Open()
	require.EqualError(t, err, "BATTLE_CACHE=relative: want a full path, or off")

	full := t.TempDir()
	t.Setenv(Env, full)
	c, err = Open()
	require.NoError(t, err)
	require.Equal(t, full, c.dir)
}
