package tree

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository makes a git repository, with a commit for each map of files.
func repository(t *testing.T, commits ...map[string]string) Checkout {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.test"}, args...)...)
		output, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
	git("init", "-q", "-b", "main")
	for i, files := range commits {
		git("rm", "-rq", "--ignore-unmatch", ".")
		for name, content := range files {
			path := filepath.Join(dir, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		}
		git("add", "-A")
		git("commit", "-qm", "commit "+string(rune('a'+i)))
	}
	return Checkout{Dir: dir}
}

func TestATreeFollowsTheRevisions(t *testing.T) {
	c := repository(t, map[string]string{"a.go": "1", "sub/b.go": "2"}, map[string]string{"a.go": "1", "c.go": "3"})
	head, err := c.Head(t.Context())
	require.NoError(t, err)
	require.Equal(t, "commit b", head.Subject)
	require.Equal(t, "Ada", head.Author)
	revisions, err := c.Before(t.Context(), head.Revision, 10)
	require.NoError(t, err)
	require.Len(t, revisions, 2)
	require.Equal(t, head.Revision, revisions[0])

	tree := Tree{filepath.Join(t.TempDir(), "tree")}
	require.Empty(t, tree.Revision())
	for i, want := range [][]string{{"a.go", "c.go"}, {"a.go", "sub", "sub/b.go"}, {"a.go", "c.go"}} {
		revision := revisions[i%2]
		archive, err := c.Archive(t.Context(), revision)
		require.NoError(t, err)
		require.NoError(t, tree.Set(revision, archive))
		require.Equal(t, revision, tree.Revision())
		var got []string
		require.NoError(t, filepath.Walk(tree.Dir, func(path string, _ os.FileInfo, err error) error {
			if relative, _ := filepath.Rel(tree.Dir, path); relative != "." {
				got = append(got, filepath.ToSlash(relative))
			}
			return err
		}))
		require.Equal(t, want, got)
	}
}

// TestAnUnchangedFileStays lets Go's cache do its work, which looks at times of change.
func TestAnUnchangedFileStays(t *testing.T) {
	c := repository(t, map[string]string{"a.go": "1", "b.go": "2"}, map[string]string{"a.go": "1", "b.go": "3"})
	tree := Tree{filepath.Join(t.TempDir(), "tree")}
	revisions, err := c.Before(t.Context(), "HEAD", 10)
	require.NoError(t, err)
	var before os.FileInfo
	for i, revision := range revisions {
		archive, err := c.Archive(t.Context(), revision)
		require.NoError(t, err)
		require.NoError(t, tree.Set(revision, archive))
		info, err := os.Stat(filepath.Join(tree.Dir, "a.go"))
		require.NoError(t, err)
		if i > 0 {
			require.True(t, os.SameFile(before, info))
			require.Equal(t, before.ModTime(), info.ModTime())
		}
		before = info
	}
}

func TestAnArchiveStaysInItsFolder(t *testing.T) {
	for _, name := range []string{"../out.go", "/out.go", "a/../../out.go"} {
		dir := t.TempDir()
		tree := Tree{filepath.Join(dir, "tree")}
		require.ErrorContains(t, tree.Set("r", archiveOf(t, &tar.Header{Name: name, Typeflag: tar.TypeReg, Size: 1, Mode: 0o644}, "x")), "no path in the sources", name)
		require.NoFileExists(t, filepath.Join(dir, "out.go"))
		require.Empty(t, tree.Revision(), "what is not whole has no name")
	}
	tree := Tree{filepath.Join(t.TempDir(), "tree")}
	require.NoError(t, tree.Set("r", archiveOf(t, &tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, "")))
	require.NoFileExists(t, filepath.Join(tree.Dir, "link"))
	require.Error(t, tree.Set("r", []byte("no archive")))
}

func archiveOf(t *testing.T, header *tar.Header, content string) []byte {
	t.Helper()
	var packed bytes.Buffer
	compress := gzip.NewWriter(&packed)
	writer := tar.NewWriter(compress)
	require.NoError(t, writer.WriteHeader(header))
	_, err := writer.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	require.NoError(t, compress.Close())
	return packed.Bytes()
}

// Where git's variables say another repository, as they do in a hook, the folder still counts.
func TestACheckoutIsWhereItsFolderIs(t *testing.T) {
	c := repository(t, map[string]string{"a.go": "1", "sub/b.go": "2"})
	other := repository(t, map[string]string{"z.go": "26"})
	t.Setenv("GIT_DIR", filepath.Join(other.Dir, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other.Dir, ".git", "index"))
	sub := Checkout{Dir: filepath.Join(c.Dir, "sub")}
	prefix, err := sub.Prefix(t.Context())
	require.NoError(t, err)
	require.Equal(t, "sub", prefix)
	top, err := sub.Top(t.Context())
	require.NoError(t, err)
	want, err := filepath.EvalSymlinks(c.Dir)
	require.NoError(t, err)
	require.Equal(t, want, top)
}

func TestABranchThatIsNotThereIsNamed(t *testing.T) {
	c := repository(t, map[string]string{"sub/b.go": "2"})
	for _, name := range []string{"nosuch", "sub"} { // that is a folder
		c.Branch = name
		_, err := c.Head(t.Context())
		require.ErrorContains(t, err, "there is no branch \""+name+"\", nor a commit of that name, in "+c.Dir+": there are main: ")
	}
	c.Branch = "main"
	_, err := c.Head(t.Context())
	require.NoError(t, err)
}
