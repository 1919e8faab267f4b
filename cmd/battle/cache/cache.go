// Package cache keeps what is dear to make for the next command: test binaries, which take a second
// to link, and sources with counters in them. It is a folder with a file for each name, the
// user's by default. A file is checked when it is read. What can't be read or written is as if it
// were not there: commands are slower then, and nothing else.
//
// Several commands may use one folder at a time.
package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Env names the folder, by a full path, or is [Off].
const (
	Env = "BATTLE_CACHE"
	Off = "off"
)

// What is older or more than that goes when something new comes.
const (
	ageMax   = 5 * 24 * time.Hour // since it was last read
	bytesMax = 1 << 30            // of all together
)

// A Cache is the folder.
type Cache struct {
	dir string // "" keeps nothing
}

// Open is the cache that the environment names, or else the user's. Of a user without one it keeps
// nothing.
func Open() (*Cache, error) {
	dir := os.Getenv(Env)
	switch {
	case dir == Off:
		return &Cache{}, nil
	case dir != "" && !filepath.IsAbs(dir):
		return nil, fmt.Errorf("%s=%s: want a full path, or %s", Env, dir, Off)
	case dir != "":
		return &Cache{dir}, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return &Cache{}, nil
	}
	return &Cache{filepath.Join(user, "battletest")}, nil
}

// file is where something is, by its name.
func (c *Cache) file(name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:]))
}

// Load returns what was saved last under a name, or nil.
func (c *Cache) Load(name string) []byte {
	if c.dir == "" {
		return nil
	}
	path := c.file(name)
	kept, err := os.ReadFile(path)
	if err != nil || len(kept) < sha256.Size {
		return nil
	}
	sum, content := kept[:sha256.Size], kept[sha256.Size:]
	if want := sha256.Sum256(content); !bytes.Equal(sum, want[:]) {
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now)
	return content
}

// Save keeps something under a name, instead of what was there.
func (c *Cache) Save(name string, content []byte) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	file, err := os.CreateTemp(c.dir, unfinished)
	if err != nil {
		return
	}
	sum := sha256.Sum256(content)
	_, err = file.Write(append(sum[:], content...))
	if closeErr := file.Close(); err != nil || closeErr != nil || os.Rename(file.Name(), c.file(name)) != nil {
		os.Remove(file.Name())
	}
	c.trim(time.Now())
}

// unfinished is how files begin that are still being written, or that nobody will finish.
const unfinished = "unfinished-"

// trim removes what is too old, and the oldest of what is too much.
func (c *Cache) trim(now time.Time) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []os.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && ours(info) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	var size int64
	for _, info := range files {
		if size += info.Size(); size > bytesMax || now.Sub(info.ModTime()) > ageMax {
			os.Remove(filepath.Join(c.dir, info.Name()))
		}
	}
}

// ours tells whether a file is one that the cache writes: the folder may have been meant for
// something else.
func ours(info os.FileInfo) bool {
	name, err := hex.DecodeString(info.Name())
	return info.Mode().IsRegular() && (err == nil && len(name) == sha256.Size || strings.HasPrefix(info.Name(), unfinished))
}
