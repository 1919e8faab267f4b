package tree

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// A Tree is a folder that has the files of one revision after the other. It stays where it
// is, so that Go compiles again only what has changed.
type Tree struct {
	Dir string
}

// fileBytesMax bounds a file of an archive: nobody's source is as large.
const fileBytesMax = 256 << 20

// Revision is what the tree has, or "" if nothing whole.
func (t Tree) Revision() string {
	content, err := os.ReadFile(t.mark())
	if err != nil {
		return ""
	}
	return string(content)
}

// mark is the file that says what the tree has. It is written last.
func (t Tree) mark() string { return t.Dir + ".revision" }

// Set makes the tree have the files of an archive, and no others. Archives come over the
// network: nothing in one gets out of the folder. Links are left out.
func (t Tree) Set(revision string, archive []byte) error {
	if err := os.MkdirAll(t.Dir, 0o755); err != nil {
		return err
	}
	if err := os.Remove(t.mark()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	root, err := os.OpenRoot(t.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	wanted, err := unpack(root, archive)
	if err != nil {
		return fmt.Errorf("the source of %s: %w", revision, err)
	}
	if err := removeOthers(root, wanted); err != nil {
		return err
	}
	return os.WriteFile(t.mark(), []byte(revision), 0o644)
}

// unpack writes the files that are not there as they should be.
func unpack(root *os.Root, archive []byte) (wanted map[string]bool, err error) {
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	wanted = make(map[string]bool)
	for reader := tar.NewReader(plain); ; {
		header, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return wanted, nil
		case err != nil:
			return nil, err
		case header.Typeflag != tar.TypeReg:
			continue
		case header.Size > fileBytesMax:
			return nil, fmt.Errorf("%s has %d bytes, want at most %d", header.Name, header.Size, fileBytesMax)
		}
		name := path.Clean(header.Name)
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%q is no path in the sources", header.Name)
		}
		wanted[name] = true
		content, err := io.ReadAll(reader)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := write(root, name, content, header.FileInfo().Mode().Perm()); err != nil {
			return nil, err
		}
	}
}

func write(root *os.Root, name string, content []byte, mode fs.FileMode) error {
	if old, err := root.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if err := root.RemoveAll(name); err != nil {
		return err
	}
	return root.WriteFile(name, content, mode|0o600)
}

// removeOthers removes the files that the revision does not have, and folders that are empty
// then.
func removeOthers(root *os.Root, wanted map[string]bool) error {
	var dirs []string
	err := fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			dirs = append(dirs, name)
			return nil
		case wanted[name]:
			return nil
		}
		return root.Remove(name)
	})
	for i := len(dirs) - 1; i > 0; i-- {
		_ = root.Remove(dirs[i]) // which it does only if it is empty
	}
	return err
}
