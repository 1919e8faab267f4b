package snapshot

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

const (
	suffix     = ".snap"
	tempSuffix = ".tmp"
)

// Save writes a snapshot into a folder, under the name of its offset, in place of an
// older one of that offset. The folder must exist; paths have slashes.
//
// When Save returns nil, the snapshot survives a crash. When it fails, or a crash ends
// it, the name has what it had before or the new snapshot, and never a part of either.
// A failure leaves no temporary file; a crash can leave one, see [RemoveTemporary].
func Save(fsys FS, dir string, s *Snapshot) (string, error) {
	prefix, err := s.prefix()
	if err != nil {
		return "", err
	}
	final := path.Join(dir, Name(s.CoreStreamLength))
	temp := final + tempSuffix
	err = write(fsys, temp, prefix, s.Sections)
	if err == nil {
		err = fsys.Rename(temp, final)
	}
	if err != nil {
		_ = fsys.Remove(temp) // the first error says more
		return "", fmt.Errorf("snapshot: save %s: %w", final, err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return "", fmt.Errorf("snapshot: save %s: %w", final, err)
	}
	return final, nil
}

// RemoveTemporary removes the temporary files that crashes have left in a folder, and
// returns their names. Call it when a service starts: a save that is at work in the
// folder would lose its file.
func RemoveTemporary(fsys FS, dir string) (removed []string, err error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !strings.HasSuffix(name, suffix+tempSuffix) {
			continue
		}
		if err := fsys.Remove(path.Join(dir, name)); err != nil {
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, nil
}

// write writes a file and makes its contents durable, but not its name.
func write(fsys FS, name string, prefix []byte, sections []Section) (err error) {
	file, err := fsys.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := writeAll(file, prefix); err != nil {
		return err
	}
	for _, section := range sections {
		if err := writeAll(file, section.Stored); err != nil {
			return err
		}
	}
	if err := writeAll(file, footer(prefix)); err != nil {
		return err
	}
	return file.Sync()
}

// writeAll does not trust the count of a writer that reports no error.
func writeAll(file File, b []byte) error {
	n, err := file.Write(b)
	if err == nil && n != len(b) {
		err = fmt.Errorf("%w: got %s written, want %d", io.ErrShortWrite, byteCount(n), len(b))
	}
	return err
}

// Load reads the snapshot at a path, checks it against itself and against what is
// expected, and returns it. It takes memory for the file's size. It refuses with an
// *[Error]; that the file can't be opened is the file system's own error.
func Load(fsys FS, name string, want Expect) (*Snapshot, error) {
	return LoadInto(fsys, name, want, nil)
}

// LoadInto is Load into a buffer, which it uses if its capacity is that of the file or
// more. The snapshot's sections are parts of it.
func LoadInto(fsys FS, name string, want Expect, buf []byte) (*Snapshot, error) {
	return load(fsys, name, want, math.MaxInt64, buf)
}

// load is LoadInto, but of a snapshot whose stream time is after maxStreamTime it reads the
// header alone, and returns what that says.
func load(fsys FS, name string, want Expect, maxStreamTime int64, buf []byte) (*Snapshot, error) {
	file, size, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s, err := parse(path.Base(name), size, maxStreamTime, want.Version, newStream(file, buf))
	if err == nil {
		err = want.check(path.Base(name), s)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Latest returns the snapshot of the highest offset whose stream time is not after
// maxStreamTime, among those that are valid and what is expected. Whatever else has a
// snapshot's suffix and a name after the one returned is skipped, and reported with its
// error, newest first: a folder in which the newest does not load is something an
// operator should hear of. A snapshot that is too late is no error. Its header is all that
// is read of it, and so all that is checked: an hour's worth of snapshots may be gigabytes.
// Without any snapshot to return the error is fs.ErrNotExist.
func Latest(fsys FS, dir string, want Expect, maxStreamTime int64) (s *Snapshot, skipped []error, err error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, suffix) })
	slices.Sort(names) // offsets have 20 digits, so this is their order
	for _, name := range slices.Backward(names) {
		s, err := load(fsys, path.Join(dir, name), want, maxStreamTime, nil)
		switch {
		case err != nil:
			skipped = append(skipped, err)
		case s.StreamTime <= maxStreamTime:
			return s, skipped, nil
		}
	}
	return nil, skipped, fmt.Errorf("snapshot: none in %s at or before stream time %d, of %d files: %w", dir, maxStreamTime, len(names), fs.ErrNotExist)
}
