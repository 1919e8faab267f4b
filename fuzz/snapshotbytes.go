package fuzz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"path"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/oracle"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/snapshot/memfs"
)

// SnapshotBytes hands files to the loader that no save ever wrote: raw bytes, and
// forgeries up to those in which everything agrees. It must not panic and not take
// memory that the file's size does not warrant. It must accept what the oracle accepts,
// and nothing else; and what it accepts must encode to the same bytes.
var SnapshotBytes = battle.Target[*loaderBytes]{
	Name: "snapshotbytes",
	New:  newLoaderBytes,
	Ops: battle.Ops(
		battle.Op[*Raw](1),
		battle.Op[*Forge](4),
		battle.Op[*ForgeNumber](3),
		battle.Op[*Fresh](2),
		battle.Op[*Resize](1),
		battle.Op[*ForgeEntry](2),
	),
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("accepted", 0.5),
		battle.Require("accepted a forgery", 0.2),
		battle.Require("refused", 0.5),
		battle.Require("refused what agrees with itself", 0.2),
		battle.Require("refused: version", 0.2),
	},
}

// loaderBytes is the file that is being forged.
type loaderBytes struct {
	file   []byte
	forged bool
	reader uint16 // the highest version that the loader reads
}

func newLoaderBytes() *loaderBytes {
	b := &loaderBytes{reader: snapshot.Version2}
	b.fresh(snapshot.Version1, 2, 20)
	return b
}

func (b *loaderBytes) fresh(version uint16, sections, size int) {
	f := oracle.SnapshotFile{Version: version, Epoch: 1, Start: 313425, Length: 315567, Stream: "aria", Service: "tip", Writer: "fuzz"}
	for i := range sections {
		section := snapshot.ZstdSection("", make([]byte, size*(i%2)))
		if i%2 == 0 {
			section = snapshot.PlainSection("", make([]byte, size))
		}
		flags := uint32(0)
		if section.Zstd {
			flags |= 2
		}
		if i%3 == 2 {
			flags |= 1
		}
		f.Sections = append(f.Sections, oracle.SnapshotSection{Name: string(rune('a' + i)), Flags: flags, Stored: section.Stored, Contents: section.Length})
	}
	b.file, b.forged = f.Bytes(), false
}

// Mending is how much of a forgery is made to agree.
type Mending uint8

const (
	NotMended Mending = iota
	Checksums
	Everything // the footer too
)

func (m Mending) String() string { return [...]string{"nothing", "checksums", "everything"}[m] }

// load hands the file to the loader, under the name that its header asks for and to
// somebody who expects what it says.
func (b *loaderBytes) load(t *battle.T) { load(t, b.file, b.forged, b.reader) }

func load(t *battle.T, file []byte, forged bool, reader uint16) {
	says, _ := oracle.ReadSnapshot(file) // as far as it goes
	name, want := says.Name(), snapshot.Expect{Version: reader, Stream: says.Stream, Service: says.Service, Epoch: says.Epoch, Durable: math.MaxUint64}
	for _, section := range says.Sections {
		want.Sections = append(want.Sections, section.Name)
	}
	whole := oracle.WholeSnapshot(name, file)
	disk := memfs.New()
	disk.Write(path.Join(snapshotDir, name), file)
	var s *snapshot.Snapshot
	var err error
	took, over := overspends(func() { s, err = snapshot.Load(disk, path.Join(snapshotDir, name), want) }, allowance(len(file)))
	if over {
		t.Errorf("loading %d bytes allocated %d, want at most %d", len(file), took, allowance(len(file)))
	}
	inspected, inspectErr := snapshot.Inspect(name, file)
	battle.Equal(t, whole && says.Version <= reader, err == nil, "whether the file loads")
	battle.Equal(t, whole, inspectErr == nil, "whether the file passes inspection")
	if err != nil {
		checkVersionFirst(t, file, reader, err)
		checkRefusal(t, name, file, err)
		return
	}
	t.Label("accepted")
	if forged {
		t.Label("accepted a forgery")
	}
	checkSame(t, file, s)
	checkSame(t, file, inspected)
	checkContents(t, s)
}

// checkVersionFirst: a version that the loader does not read is the reason, whatever else may be
// wrong. Nothing of another version has to be where this one has it.
func checkVersionFirst(t *battle.T, file []byte, reader uint16, err error) {
	const least = 256 + oracle.SnapshotFooterSize
	if len(file) < least || !bytes.HasPrefix(file, []byte("ARIASNAP")) {
		return
	}
	if version := binary.LittleEndian.Uint16(file[8:]); version < 1 || version > reader {
		t.Label("refused: version")
		if !errors.Is(err, snapshot.BadVersion) {
			t.Errorf("a file of version %d, to a reader of %d: refused with %v, want %v", version, reader, err, snapshot.BadVersion)
		}
	}
}

func checkRefusal(t *battle.T, name string, file []byte, err error) {
	t.Label("refused")
	mended := bytes.Clone(file)
	oracle.MendSnapshot(mended, true)
	if len(file) > oracle.SnapshotHeaderSize(file)+oracle.SnapshotFooterSize && bytes.Equal(mended, file) {
		t.Label("refused what agrees with itself")
	}
	var refusal *snapshot.Error
	if !errors.As(err, &refusal) || refusal.File != name {
		t.Errorf("refused with %v, want a *snapshot.Error that names %s", err, name)
	}
}

func checkSame(t *battle.T, file []byte, s *snapshot.Snapshot) {
	again, err := snapshot.Encode(s)
	if err != nil {
		t.Errorf("what loads does not encode: %v", err)
		return
	}
	battle.Equal(t, file, again, "encoding of what was loaded")
}

// checkContents unpacks every section. Forged contents need not unpack.
func checkContents(t *battle.T, s *snapshot.Snapshot) {
	for _, section := range s.Sections {
		var data []byte
		var err error
		took, over := overspends(func() { data, err = section.Contents() }, allowance(256*len(section.Stored)))
		if over {
			t.Errorf("unpacking %d bytes allocated %d, want at most %d", len(section.Stored), took, allowance(256*len(section.Stored)))
		}
		if err == nil {
			battle.Equal(t, section.Length, uint64(len(data)), "length of the contents")
		} else if !errors.Is(err, snapshot.BadContents) {
			t.Errorf("contents are refused with %v, want %v", err, snapshot.BadContents)
		}
	}
}

// allowance is what loading n bytes may allocate: a few times n for the file, names,
// errors and sections, and a decoder's own memory.
func allowance(n int) uint64 { return 4<<20 + 8*uint64(n) }

// Raw loads bytes as they are.
type Raw struct {
	File []byte `draw:"len=0..700"`
}

func (r *Raw) Apply(t *battle.T, b *loaderBytes) { load(t, r.File, false, b.reader) }

// forge ends every forgery: it mends the file and loads it.
func (b *loaderBytes) forge(t *battle.T, mend Mending) {
	b.forged = true
	if mend != NotMended {
		oracle.MendSnapshot(b.file, mend == Everything)
	}
	b.load(t)
}

// Forge changes a byte.
type Forge struct {
	Place  Place `draw:"0..3"`
	Offset int16 `draw:"-64..260"`
	Value  uint8
	Mend   Mending `draw:"0..2"`
}

func (f *Forge) Apply(t *battle.T, b *loaderBytes) {
	if len(b.file) == 0 {
		return
	}
	at := f.Place.in(string(b.file)) + int(f.Offset)
	at = ((at % len(b.file)) + len(b.file)) % len(b.file)
	b.file[at] = f.Value
	b.forge(t, f.Mend)
}

// Number is a number in a file that a loader may believe too early.
type Number uint8

const (
	Count Number = iota
	FileSize
	StoredLength
	ContentsLength
)

func (n Number) String() string { return [...]string{"count", "file-size", "stored", "contents"}[n] }

// ForgeNumber replaces a length or a count.
type ForgeNumber struct {
	Number   Number  `draw:"0..3"`
	Section  uint8   `draw:"0..3"`
	Relative bool    // Plus is added to the number that is there
	Shift    uint8   `draw:"0..63"` // else the value is 1<<Shift and Plus
	Plus     int8    `draw:"-60..60"`
	Mend     Mending `draw:"0..2"`
}

func (f *ForgeNumber) Apply(t *battle.T, b *loaderBytes) {
	entry := oracle.SnapshotHeaderSize(b.file) + int(f.Section)*oracle.SnapshotEntrySize
	at := [...]int{oracle.SnapshotCountAt, oracle.SnapshotSizeAt, entry + oracle.SnapshotStoredAt, entry + oracle.SnapshotContentsAt}[f.Number]
	if at+8 > len(b.file) {
		return
	}
	value := uint64(1) << f.Shift
	if f.Relative {
		value = binary.LittleEndian.Uint64(b.file[at:])
	}
	value += uint64(f.Plus)
	if f.Number == Count {
		binary.LittleEndian.PutUint32(b.file[at:], uint32(value))
	} else {
		binary.LittleEndian.PutUint64(b.file[at:], value)
	}
	b.forge(t, f.Mend)
}

// ForgeEntry copies a part of one section's entry in the table over another's.
type ForgeEntry struct {
	From, To uint8   `draw:"0..3"`
	Part     Part    `draw:"0..2"`
	Mend     Mending `draw:"0..2"`
}

// Part is a part of an entry.
type Part uint8

const (
	WholeEntry Part = iota
	NameOfEntry
	LengthsOfEntry
)

func (p Part) String() string { return [...]string{"whole", "name", "lengths"}[p] }

func (f *ForgeEntry) Apply(t *battle.T, b *loaderBytes) {
	entry := func(k uint8) []byte {
		at := oracle.SnapshotHeaderSize(b.file) + int(k)*oracle.SnapshotEntrySize
		if at+oracle.SnapshotEntrySize > len(b.file) {
			return nil
		}
		e := b.file[at : at+oracle.SnapshotEntrySize]
		return [...][]byte{e, e[:32], e[oracle.SnapshotStoredAt:]}[f.Part]
	}
	copy(entry(f.To), entry(f.From))
	b.forge(t, f.Mend)
}

// Fresh starts over with a valid file.
type Fresh struct {
	Sections uint8 `draw:"0..3"`
	Size     uint8
	Version  uint8 `draw:"1..2"` // of the file
	Reader   uint8 `draw:"1..2"` // the highest that the loader reads from now on
}

func (f *Fresh) Apply(t *battle.T, b *loaderBytes) {
	b.reader = uint16(f.Reader)
	b.fresh(uint16(f.Version), int(f.Sections), int(f.Size))
	b.load(t)
}

// Resize cuts bytes off the file or puts NUL bytes into it, and may make the header
// agree.
type Resize struct {
	By     int16   `draw:"-300..300"`
	Before bool    // before the footer, else at the end
	Mend   Mending `draw:"0..2"`
}

func (r *Resize) Apply(t *battle.T, b *loaderBytes) {
	tail := []byte(nil)
	if end := len(b.file) - oracle.SnapshotFooterSize; r.Before && end > 0 {
		b.file, tail = b.file[:end], append(tail, b.file[end:]...)
	}
	size := max(0, len(b.file)+int(r.By))
	b.file = append(b.file, make([]byte, max(0, size-len(b.file)))...)[:size]
	b.file = append(b.file, tail...)
	if r.Mend != NotMended && len(b.file) >= oracle.SnapshotHeaderSize(b.file) {
		binary.LittleEndian.PutUint64(b.file[oracle.SnapshotSizeAt:], uint64(len(b.file)))
	}
	b.forge(t, r.Mend)
}
