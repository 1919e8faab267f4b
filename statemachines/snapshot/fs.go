package snapshot

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// An FS is the part of a file system that snapshots need. It is small, so that a test
// can put one in between that fails: see package memfs.
type FS interface {
	// Create makes an empty file, or empties one that is there.
	Create(path string) (File, error)
	// Open opens a file for reading, and tells its size in bytes. If what it returns is
	// an io.ReaderAt too, large sections are read by several goroutines at once.
	Open(path string) (io.ReadCloser, int64, error)
	// Rename gives a file another name, in place of a file that has it.
	Rename(from, to string) error
	Remove(path string) error
	// List returns the names of all that is in a folder, without the folder.
	List(dir string) ([]string, error)
	// SyncDir makes the names in a folder durable.
	SyncDir(dir string) error
}

// A File is written front to back.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// OS is the file system of the operating system.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) Create(path string) (File, error) { return os.Create(path) }

// errNotRegular refuses what has no size, or no end.
var errNotRegular = errors.New("not a regular file")

// Open looks before it opens: to open a pipe would wait for a writer.
func (osFS) Open(path string) (io.ReadCloser, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	// The size is that of what was opened: a save may have replaced the file since.
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

func (osFS) Rename(from, to string) error { return os.Rename(from, to) }
func (osFS) Remove(path string) error     { return os.Remove(path) }

func (osFS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// SyncDir does nothing on Windows, which can't sync a folder: there a rename is made
// durable by the file system's own journal, as far as it goes.
func (osFS) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
