package fuzz

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"runtime/metrics"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/statemachines/snapshot"
)

// SnapshotBytes hands bytes to the loader that no save ever wrote: raw ones, and files
// forged so well that their checksums are right. It must not panic, not take memory
// that the file's size does not warrant, and what it accepts must encode to the same.
var SnapshotBytes = battle.Target[*loaderBytes]{
	Name: "snapshotbytes",
	New:  newLoaderBytes,
	Ops: battle.Ops(
		battle.Op[*Raw](1),
		battle.Op[*Forge](4),
		battle.Op[*ForgeNumber](3),
		battle.Op[*Fresh](1),
		battle.Op[*Resize](1),
	),
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("accepted", 0.5),
		battle.Require("refused", 0.5),
	},
}

// loaderBytes is the file that is being forged.
type loaderBytes struct{ file []byte }

func newLoaderBytes() *loaderBytes {
	b := &loaderBytes{}
	b.fresh(2, 20)
	return b
}

func (b *loaderBytes) fresh(sections, size int) {
	s := &snapshot.Snapshot{Meta: snapshot.Meta{Stream: "aria", Epoch: 1, CoreStreamLength: 315567, Service: "tip", Writer: "fuzz"}}
	for i := range sections {
		data := make([]byte, size)
		section := snapshot.PlainSection(string(rune('a'+i)), data)
		if i%2 == 1 {
			section = snapshot.ZstdSection(string(rune('a'+i)), data)
		}
		section.Optional = i%3 == 2
		s.Sections = append(s.Sections, section)
	}
	file, err := snapshot.Encode(s)
	if err != nil {
		panic(err)
	}
	b.file = file
}

// The layout, once more: an oracle does not ask its subject.
const (
	atLength, atCount, atSize, atTableSum, atHeaderSum = 24, 40, 48, 248, 252
	sizeOfHeader, sizeOfEntry, sizeOfFooter            = 256, 56, 32
)

// mend makes the checksums right again.
func (b *loaderBytes) mend() {
	if len(b.file) < sizeOfHeader {
		return
	}
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	count := uint64(binary.LittleEndian.Uint32(b.file[atCount:]))
	if end := sizeOfHeader + count*sizeOfEntry; end <= uint64(len(b.file)) {
		at := end
		for i := range count {
			e := b.file[sizeOfHeader+i*sizeOfEntry:]
			stored := binary.LittleEndian.Uint64(e[40:])
			if stored <= uint64(len(b.file))-at {
				binary.LittleEndian.PutUint32(e[36:], crc32.Checksum(b.file[at:at+stored], castagnoli))
				at += stored
			}
		}
		binary.LittleEndian.PutUint32(b.file[atTableSum:], crc32.Checksum(b.file[sizeOfHeader:end], castagnoli))
	}
	binary.LittleEndian.PutUint32(b.file[atHeaderSum:], crc32.Checksum(b.file[:atHeaderSum], castagnoli))
}

// load hands the file to the loader, under the name that its header asks for.
func load(t *battle.T, file []byte) {
	name := "x.snap"
	if len(file) >= atLength+8 {
		name = snapshot.Name(binary.LittleEndian.Uint64(file[atLength:]))
	}
	before := allocated()
	s, err := snapshot.Inspect(name, file)
	if took, limit := allocated()-before, allowance(len(file)); took > limit {
		t.Errorf("loading %d bytes allocated %d, want at most %d", len(file), took, limit)
	}
	if err != nil {
		t.Label("refused")
		var refusal *snapshot.Error
		if !errors.As(err, &refusal) || refusal.File != name {
			t.Errorf("refused with %v, want a *snapshot.Error that names %s", err, name)
		}
		return
	}
	t.Label("accepted")
	again, err := snapshot.Encode(s)
	if err != nil {
		t.Errorf("what loads does not encode: %v", err)
		return
	}
	battle.Equal(t, file, again, "encoding of what was loaded")
	for _, section := range s.Sections {
		before := allocated()
		data, err := section.Contents()
		if took, limit := allocated()-before, allowance(256*len(section.Stored)); took > limit {
			t.Errorf("unpacking %d bytes allocated %d, want at most %d", len(section.Stored), took, limit)
		}
		if err == nil {
			battle.Equal(t, section.Length, uint64(len(data)), "length of the contents")
		}
	}
}

// allowance is what loading n bytes may allocate: a few times n for names, errors and
// sections, and a decoder's own memory. It is generous, because the rest of the process
// allocates too; what it is after is a length that was believed.
func allowance(n int) uint64 { return 16<<20 + 8*uint64(n) }

var allocatedBytes = []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}

func allocated() uint64 {
	metrics.Read(allocatedBytes)
	return allocatedBytes[0].Value.Uint64()
}

// Raw loads bytes as they are.
type Raw struct {
	File []byte `draw:"len=0..700"`
}

func (r *Raw) Apply(t *battle.T, b *loaderBytes) { load(t, r.File) }

// Forge changes a byte, and mends the checksums if Mend is set.
type Forge struct {
	Place  Place `draw:"0..3"`
	Offset int16 `draw:"-64..260"`
	Value  uint8
	Mend   bool
}

func (f *Forge) Apply(t *battle.T, b *loaderBytes) {
	if len(b.file) == 0 {
		return
	}
	at := f.Place.in(string(b.file)) + int(f.Offset)
	at = ((at % len(b.file)) + len(b.file)) % len(b.file)
	b.file[at] = f.Value
	if f.Mend {
		b.mend()
	}
	load(t, b.file)
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

// ForgeNumber replaces a length or a count, and mends the checksums if Mend is set.
type ForgeNumber struct {
	Number  Number `draw:"0..3"`
	Section uint8  `draw:"0..2"`
	Shift   uint8  `draw:"0..63"` // the value is 1<<Shift and Plus
	Plus    int8   `draw:"-3..3"`
	Mend    bool
}

func (f *ForgeNumber) Apply(t *battle.T, b *loaderBytes) {
	value := uint64(1)<<f.Shift + uint64(f.Plus)
	entry := sizeOfHeader + int(f.Section)*sizeOfEntry
	at := [...]int{atCount, atSize, entry + 40, entry + 48}[f.Number]
	if at+8 > len(b.file) {
		return
	}
	if f.Number == Count {
		binary.LittleEndian.PutUint32(b.file[at:], uint32(value))
	} else {
		binary.LittleEndian.PutUint64(b.file[at:], value)
	}
	if f.Mend {
		b.mend()
	}
	load(t, b.file)
}

// Fresh starts over with a valid file.
type Fresh struct {
	Sections uint8 `draw:"0..3"`
	Size     uint8
}

func (f *Fresh) Apply(t *battle.T, b *loaderBytes) {
	b.fresh(int(f.Sections), int(f.Size))
	load(t, b.file)
}

// Resize cuts the file short or puts NUL bytes behind it, and makes the header agree
// if Mend is set.
type Resize struct {
	By   int16 `draw:"-300..300"`
	Mend bool
}

func (r *Resize) Apply(t *battle.T, b *loaderBytes) {
	size := max(0, len(b.file)+int(r.By))
	b.file = append(b.file, make([]byte, max(0, size-len(b.file)))...)[:size]
	if r.Mend && len(b.file) >= sizeOfHeader {
		binary.LittleEndian.PutUint64(b.file[atSize:], uint64(size))
		b.mend()
	}
	load(t, b.file)
}
