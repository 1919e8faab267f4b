// Package memfs is a file system in memory that fails on demand and crashes as a real
// one may: what was not synced can be lost, and names are as durable as their folder.
//
// It has two states. The present one is what programs see. The durable one is what a
// crash leaves: the contents of each file as of its last Sync, and the names as of the
// last SyncDir.
//
//	m := memfs.New()
//	m.Faults.Space = 100              // the disk is full after 100 more bytes
//	_, err := snapshot.Save(m, "d", s) // fails
//	m.Crash(memfs.Fate{})
package memfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"

	"battle.test/statemachines/snapshot"
)

// The errors of injected faults.
var (
	ErrNoSpace = errors.New("memfs: no space left on device")
	ErrIO      = errors.New("memfs: input/output error")
)

// Unlimited is the value of a fault that does not strike.
const Unlimited = -1

// Faults are counted down: a fault at 0 strikes.
type Faults struct {
	Space      int // bytes that can still be written
	Syncs      int // calls of File.Sync before one fails
	Lies       int // calls of File.Sync before one does nothing, and says so without an error
	DirSyncs   int // calls of SyncDir before one fails
	Renames    int // calls of Rename before one fails
	ShortWrite int // calls of File.Write before one writes half, and says so without an error
	Crash      int // calls of any kind that change something before the machine stops
}

// None are faults that never strike.
func None() Faults {
	return Faults{Unlimited, Unlimited, Unlimited, Unlimited, Unlimited, Unlimited, Unlimited}
}

// Stopped is what a call panics with when the machine stops in it. Recover it, and
// call [FS.Crash].
type Stopped struct{}

// FS is the file system. It is for one goroutine at a time.
type FS struct {
	Faults  Faults
	names   map[string]*inode
	durable map[string]*inode
}

// An inode's bytes are appended to and replaced, but never changed in place, so they can
// be shared.
type inode struct {
	content []byte
	synced  []byte
}

var _ snapshot.FS = (*FS)(nil)

// New makes an empty file system without faults.
func New() *FS {
	return &FS{Faults: None(), names: make(map[string]*inode), durable: make(map[string]*inode)}
}

// PageSize is how many bytes of a file reach the disk together. It is small, so that
// small files have several.
const PageSize = 64

// Fate is what a crash does beyond the least that it may.
type Fate struct {
	KeepNames bool // names that were not synced survive
	KeepBytes int  // of what was not synced, a file keeps that many bytes

	// Torn makes a file that was not synced keep its length and all its pages but one,
	// whose bytes never came to the disk: those that were there before show, or NUL.
	Torn bool
	Page int // which one is lost, modulo how many the file has
}

// Crash loses what is not durable.
func (m *FS) Crash(fate Fate) {
	if fate.KeepNames {
		m.durable = maps.Clone(m.names)
	}
	m.names = maps.Clone(m.durable)
	for _, node := range m.names {
		kept := slices.Clip(node.survives(fate))
		node.content, node.synced = kept, kept
	}
}

// survives is what a crash leaves of a file.
func (node *inode) survives(fate Fate) []byte {
	switch {
	case bytes.Equal(node.content, node.synced):
		return node.synced
	case fate.Torn && len(node.content) > 0:
		return node.torn(fate.Page)
	case bytes.HasPrefix(node.content, node.synced):
		return node.content[:min(len(node.synced)+fate.KeepBytes, len(node.content))]
	}
	return node.synced
}

// torn is the present content but for one page, which has what was synced there.
func (node *inode) torn(page int) []byte {
	kept := slices.Clone(node.content)
	from := page % ((len(kept) + PageSize - 1) / PageSize) * PageSize
	lost := kept[from:min(from+PageSize, len(kept))]
	clear(lost)
	if from < len(node.synced) {
		copy(lost, node.synced[from:])
	}
	return kept
}

// strike counts a fault down and tells whether it is now.
func strike(fault *int) bool {
	if *fault > 0 {
		*fault--
		return false
	}
	struck := *fault == 0
	*fault = Unlimited
	return struck
}

// step is the beginning of every call that changes something.
func (m *FS) step() {
	if strike(&m.Faults.Crash) {
		panic(Stopped{})
	}
}

// Clone copies the file system, faults and all. Bytes that are written stay as they are,
// so both share them: a copy costs so much a file, however large.
func (m *FS) Clone() *FS {
	copies := make(map[*inode]*inode)
	copied := func(names map[string]*inode) map[string]*inode {
		all := make(map[string]*inode, len(names))
		for name, node := range names {
			if copies[node] == nil {
				copies[node] = &inode{slices.Clip(node.content), slices.Clip(node.synced)}
			}
			all[name] = copies[node]
		}
		return all
	}
	return &FS{Faults: m.Faults, names: copied(m.names), durable: copied(m.durable)}
}

// Create implements [snapshot.FS]. A file that is there is emptied in place, as on a
// real disk: its old bytes may come back in a crash.
func (m *FS) Create(name string) (snapshot.File, error) {
	m.step()
	node := m.names[path.Clean(name)]
	if node == nil {
		node = &inode{}
		m.names[path.Clean(name)] = node
	}
	node.content = nil
	return &file{m, node}, nil
}

// Open implements [snapshot.FS].
func (m *FS) Open(name string) (io.ReadCloser, int64, error) {
	content, err := m.Read(name)
	if err != nil {
		return nil, 0, err
	}
	return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
}

// Read returns a file's present content itself, for tests. Don't write to it.
func (m *FS) Read(name string) ([]byte, error) {
	node := m.names[path.Clean(name)]
	if node == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return node.content, nil
}

// Write replaces a file's content durably, behind the back of all rules: this is how
// tests damage files.
func (m *FS) Write(name string, content []byte) {
	node := &inode{slices.Clone(content), slices.Clone(content)}
	m.names[path.Clean(name)], m.durable[path.Clean(name)] = node, node
}

// Rename implements [snapshot.FS].
func (m *FS) Rename(from, to string) error {
	m.step()
	node := m.names[path.Clean(from)]
	if node == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	if strike(&m.Faults.Renames) {
		return &fs.PathError{Op: "rename", Path: from, Err: ErrIO}
	}
	delete(m.names, path.Clean(from))
	m.names[path.Clean(to)] = node
	return nil
}

// Remove implements [snapshot.FS].
func (m *FS) Remove(name string) error {
	m.step()
	if m.names[path.Clean(name)] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(m.names, path.Clean(name))
	return nil
}

// List implements [snapshot.FS]. The names are sorted.
func (m *FS) List(dir string) ([]string, error) {
	var names []string
	for name := range m.names {
		if path.Dir(name) == path.Clean(dir) {
			names = append(names, path.Base(name))
		}
	}
	slices.Sort(names)
	return names, nil
}

// SyncDir implements [snapshot.FS]. A folder's names become durable together.
func (m *FS) SyncDir(dir string) error {
	m.step()
	if strike(&m.Faults.DirSyncs) {
		return &fs.PathError{Op: "sync", Path: dir, Err: ErrIO}
	}
	inDir := func(name string, _ *inode) bool { return path.Dir(name) == path.Clean(dir) }
	maps.DeleteFunc(m.durable, inDir)
	for name, node := range m.names {
		if inDir(name, node) {
			m.durable[name] = node
		}
	}
	return nil
}

type file struct {
	fs   *FS
	node *inode
}

func (f *file) Write(p []byte) (int, error) {
	f.fs.step()
	n := len(p)
	var err error
	if f.fs.Faults.Space != Unlimited {
		if n > f.fs.Faults.Space {
			n, err = f.fs.Faults.Space, ErrNoSpace
		}
		f.fs.Faults.Space -= n
	}
	if err == nil && n > 0 && strike(&f.fs.Faults.ShortWrite) {
		n /= 2
	}
	f.node.content = append(f.node.content, p[:n]...)
	return n, err
}

func (f *file) Sync() error {
	f.fs.step()
	if strike(&f.fs.Faults.Syncs) {
		return ErrIO
	}
	if !strike(&f.fs.Faults.Lies) {
		f.node.synced = slices.Clip(f.node.content)
	}
	return nil
}

func (f *file) Close() error { return nil }
