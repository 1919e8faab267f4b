package fuzz

import (
	"path"

	"battle.test/battle"
	"battle.test/oracle"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/snapshot/memfs"
)

// damage replaces a file.
func (p *snapshotPair) damage(name, content string) {
	p.store.Touched(name)
	p.disk.Write(path.Join(snapshotDir, name), []byte(content))
}

// Place is a part of a file.
type Place uint8

const (
	Start Place = iota
	Table
	Sections
	End
)

func (p Place) String() string { return [...]string{"start", "table", "sections", "end"}[p] }

// in is the offset of a place in a file.
func (p Place) in(file string) int {
	head := oracle.SnapshotHeaderSize([]byte(file))
	return [...]int{0, head, head + oracle.SnapshotEntrySize, len(file)}[p]
}

// Corrupt changes one byte.
type Corrupt struct {
	File   uint8 `draw:"0..15"`
	Place  Place `draw:"0..3"`
	Offset int16 `draw:"-40..260"`
	Xor    uint8 `draw:"1..255"`
}

func (c *Corrupt) Apply(t *battle.T, p *snapshotPair) {
	name, content := p.kth(c.File)
	if len(content) == 0 {
		return
	}
	at := c.Place.in(content) + int(c.Offset)
	at = ((at % len(content)) + len(content)) % len(content)
	b := []byte(content)
	b[at] ^= c.Xor
	p.damage(name, string(b))
}

// Truncate cuts bytes off the end.
type Truncate struct {
	File  uint8 `draw:"0..15"`
	Bytes uint16
}

func (c *Truncate) Apply(t *battle.T, p *snapshotPair) {
	if name, content := p.kth(c.File); name != "" {
		p.damage(name, content[:len(content)-min(int(c.Bytes), len(content))])
	}
}

// Extend puts bytes behind the end.
type Extend struct {
	File uint8  `draw:"0..15"`
	Tail []byte `draw:"len=1..40"`
}

func (c *Extend) Apply(t *battle.T, p *snapshotPair) {
	if name, content := p.kth(c.File); name != "" {
		p.damage(name, content+string(c.Tail))
	}
}

// Splice gives a file the end of another, from the same place on.
type Splice struct {
	File, Other uint8 `draw:"0..15"`
	Place       Place `draw:"0..3"`
	Offset      int16 `draw:"-60..260"`
}

func (c *Splice) Apply(t *battle.T, p *snapshotPair) {
	name, content := p.kth(c.File)
	_, other := p.kth(c.Other)
	if name == "" {
		return
	}
	at := max(0, c.Place.in(content)+int(c.Offset))
	p.damage(name, content[:min(at, len(content))]+other[min(at, len(other)):])
}

// Move gives a file the name of another offset.
type Move struct {
	File   uint8  `draw:"0..15"`
	Offset uint16 `draw:"0..120"`
}

func (c *Move) Apply(t *battle.T, p *snapshotPair) {
	if name, content := p.kth(c.File); name != "" {
		p.store.Touched(name)
		_ = p.disk.Remove(path.Join(snapshotDir, name))
		_ = p.disk.SyncDir(snapshotDir)
		p.damage(snapshot.Name(uint64(c.Offset)), content)
	}
}

// Tear gives a file, from a multiple of the page's size on, a page of NUL bytes or of
// another file.
type Tear struct {
	File  uint8 `draw:"0..15"`
	Page  uint8 `draw:"0..15"` // modulo how many the file has
	Other bool
	From  uint8 `draw:"0..15"` // the other file
}

func (c *Tear) Apply(t *battle.T, p *snapshotPair) {
	name, content := p.kth(c.File)
	if content == "" {
		return
	}
	b := []byte(content)
	from := int(c.Page) * memfs.PageSize % len(b)
	from -= from % memfs.PageSize
	page := b[from:min(from+memfs.PageSize, len(b))]
	clear(page)
	if _, other := p.kth(c.From); c.Other {
		copy(page, other[min(from, len(other)):])
	}
	p.damage(name, string(b))
}

// StrayName is the name of a file that no save made.
type StrayName uint8

const (
	Notes StrayName = iota
	LockFile
	LatestCopy
	OldCopy
)

func (n StrayName) String() string { return [...]string{"notes", "lock", "latest", "old"}[n] }

func (n StrayName) file() string {
	return [...]string{"notes", "lock.tmp", "latest.snap", snapshot.Name(1) + ".old"}[n]
}

// Stray puts a copy of a snapshot under another name, as people do.
type Stray struct {
	File uint8     `draw:"0..15"`
	Name StrayName `draw:"0..3"`
}

func (c *Stray) Apply(t *battle.T, p *snapshotPair) {
	_, content := p.kth(c.File)
	p.damage(c.Name.file(), content)
}
