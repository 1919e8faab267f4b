package fuzz

import (
	"bytes"
	"path"
	"slices"
	"strings"

	fuzzheaders "github.com/AdaLogics/go-fuzz-headers"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/oracle"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/snapshot/memfs"
)

// Snapshot is a folder of snapshots on a disk that fails, beside its model.
var Snapshot = battle.Target[*snapshotPair]{
	Name: "snapshot",
	New:  func() *snapshotPair { return &snapshotPair{disk: memfs.New(), epoch: 1} },
	Ops: battle.Ops(
		battle.Op[*Save](6),
		battle.Op[*SaveRandom](1),
		battle.Op[*Load](4),
		battle.Op[*Latest](3),
		battle.Op[*Corrupt](2),
		battle.Op[*Truncate](1),
		battle.Op[*Extend](1),
		battle.Op[*Splice](1),
		battle.Op[*Move](1),
		battle.Op[*Crash](2),
		battle.Op[*NewEpoch](1),
		battle.Op[*Tear](1),
		battle.Op[*Clean](1),
		battle.Op[*Stray](1),
		battle.Op[*LoadAsStranger](1),
	),
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("save failed", 0.5),
		battle.Require("stopped in mid-save", 0.3),
		battle.Require("crashed", 0.5),
		battle.Require("crash tore a page", 0.2),
		battle.Require("disk lied", 0.3),
		battle.Require("the format cannot hold it", 0.2),
		battle.Require("temporary file removed", 0.02),
		battle.Require("loaded", 0.2),
		battle.Require("latest found one", 0.3),
		battle.Require("latest skipped a file", 0.3),
		battle.Require("refused: damaged", 0.5),
		battle.Require("refused: epoch", 0.2),
		battle.Require("refused: past the durable stream", 0.2),
		battle.Require("refused: unknown section", 0.1),
		battle.Require("refused: stream", 0.1),
		battle.Require("refused: service", 0.1),
		battle.Require("refused: version", 0.2),
		battle.Require("loaded version 2", 0.1),
	},
}

const (
	snapshotDir     = "snapshots"
	snapshotStream  = "aria"
	snapshotService = "tip"
)

var snapshotSections = []string{"a", "b", "c"}

type snapshotPair struct {
	disk  *memfs.FS
	store oracle.Store
	epoch uint64
	salt  byte
}

// Fault is what goes wrong in a save.
type Fault uint8

const (
	NoFault Fault = iota
	DiskFull
	FailedSync
	FailedDirSync
	FailedRename
	ShortWrite
	MachineStops
	LyingSync
)

func (f Fault) String() string {
	return [...]string{"none", "disk-full", "failed-sync", "failed-dir-sync", "failed-rename", "short-write", "machine-stops", "lying-sync"}[f]
}

// inject sets the fault to strike after some calls, or bytes.
func (f Fault) inject(disk *memfs.FS, after int) {
	switch f {
	case DiskFull:
		disk.Faults.Space = after * 16
	case FailedSync:
		disk.Faults.Syncs = 0
	case FailedDirSync:
		disk.Faults.DirSyncs = 0
	case FailedRename:
		disk.Faults.Renames = 0
	case ShortWrite:
		disk.Faults.ShortWrite = after % 4
	case MachineStops:
		disk.Faults.Crash = after % 12
	case LyingSync:
		disk.Faults.Lies = 0
	}
}

// Save saves a snapshot.
type Save struct {
	Offset   uint16 `draw:"0..120"` // in the stream
	Far      bool   // the offset is counted down from 2^64-1
	Time     int16  `draw:"-5..100"`
	Sections uint8  `draw:"0..3"`
	Size     uint8  `draw:"0..200"` // of each section
	Zstd     bool
	Optional bool  // the last section is one that loaders don't know, and optional
	Unknown  bool  // the last section is one that loaders don't know, and is not
	Fault    Fault `draw:"0..7"`
	After    uint8 `draw:"0..60"` // calls until the fault strikes; of a full disk, 16 bytes each
	Fate     Fate  // if the machine stops
	Version  uint8 `draw:"1..2"`   // of the format
	Start    uint8 `draw:"0..120"` // where the epoch began
}

func (s *Save) Apply(t *battle.T, p *snapshotPair) {
	made := &snapshot.Snapshot{Meta: p.meta(s.offset(), int64(s.Time), s.Version)}
	made.Start = uint64(s.Start)
	for i := range s.Sections {
		data := bytes.Repeat([]byte{p.salt + i}, int(s.Size))
		p.salt += 7
		section := snapshot.PlainSection(snapshotSections[i], data)
		if s.Zstd {
			section = snapshot.ZstdSection(snapshotSections[i], data)
		}
		made.Sections = append(made.Sections, section)
	}
	unknown := len(made.Sections) > 0 && s.Unknown
	if last := len(made.Sections) - 1; last >= 0 && (s.Unknown || s.Optional) {
		made.Sections[last].Name = "from another version"
		made.Sections[last].Optional = !s.Unknown
	}
	p.save(t, made, unknown, s.Fault, int(s.After), s.Fate)
}

func (s *Save) offset() uint64 {
	if s.Far {
		return ^uint64(s.Offset)
	}
	return uint64(s.Offset)
}

func (p *snapshotPair) meta(offset uint64, at int64, version uint8) snapshot.Meta {
	return snapshot.Meta{
		Stream: snapshotStream, Epoch: p.epoch, CoreStreamLength: offset, StreamTime: at, Service: snapshotService,
		Writer: "fuzz", Version: uint16(version),
	}
}

// SaveRandom saves a snapshot of names and contents that nobody would think of, and
// some that the format can't hold.
type SaveRandom struct {
	Seed    []byte `draw:"len=0..160"`
	Version uint8  `draw:"1..3"` // of the format; there is no third
}

func (s *SaveRandom) Apply(t *battle.T, p *snapshotPair) {
	made := p.random(fuzzheaders.NewConsumer(s.Seed), s.Version)
	unknown := false
	for _, section := range made.Sections {
		unknown = unknown || !section.Optional && !slices.Contains(snapshotSections, section.Name)
	}
	if len(made.Sections) > 0 {
		t.Label("random sections")
	}
	p.save(t, made, unknown, NoFault, 0, Fate{})
}

// random builds a snapshot piece by piece. The consumer's own GenerateStruct takes four
// bytes for each length and gives up on one that is longer than the rest, so nearly
// always. When the bytes run out, zeros follow.
func (p *snapshotPair) random(c *fuzzheaders.ConsumeFuzzer, version uint8) *snapshot.Snapshot {
	text := func(most int) []byte {
		n, _ := c.GetInt()
		b, _ := c.GetNBytes(n % (most + 1))
		return b
	}
	offset, _ := c.GetInt()
	at, _ := c.GetInt()
	made := &snapshot.Snapshot{Meta: p.meta(uint64(offset), int64(at), version)}
	made.Minor, _ = c.GetUint16()
	made.Writer = string(text(66))
	count, _ := c.GetInt()
	for range count % 6 {
		section := snapshot.PlainSection(string(text(34)), text(60))
		section.Optional, _ = c.GetBool()
		section.Zstd, _ = c.GetBool() // with contents that no compressor wrote
		made.Sections = append(made.Sections, section)
	}
	return made
}

// save saves, and checks at once what a crash would leave.
func (p *snapshotPair) save(t *battle.T, made *snapshot.Snapshot, unknown bool, fault Fault, after int, fate Fate) {
	laid := layout(made)
	file := laid.Bytes()
	if !laid.Fits() {
		t.Label("the format cannot hold it")
		if _, err := snapshot.Encode(made); err == nil {
			t.Errorf("a snapshot of %d sections that the format cannot hold encodes", len(made.Sections))
		}
		return
	}
	encoded, err := snapshot.Encode(made)
	if err != nil {
		t.Errorf("a snapshot that the format can hold does not encode: %v", err)
		return
	}
	if !battle.Equal(t, file, encoded, "encoding") {
		return
	}
	name := snapshot.Name(made.CoreStreamLength)
	p.store.Began(oracle.Saved{
		Name: name, File: string(file), Stream: made.Stream, Service: made.Service, Epoch: made.Epoch,
		Length: made.CoreStreamLength, Time: made.StreamTime, Version: made.Version, Start: said(made), Unknown: unknown,
	})
	p.disk.Faults = memfs.None()
	fault.inject(p.disk, after)
	saved, err, stopped := p.trySave(made)
	p.disk.Faults = memfs.None()
	switch {
	case stopped:
		t.Label("stopped in mid-save")
		p.crash(t, fate)
	case err != nil:
		t.Label("save failed")
		if fault == NoFault {
			t.Errorf("save failed on a disk without faults: %v", err)
		}
		p.checkFailed(t, name)
	case fault == LyingSync:
		t.Label("disk lied")
		p.store.Touched(name)
	default:
		p.store.Succeeded()
		battle.Equal(t, path.Join(snapshotDir, name), saved, "path")
		p.checkSaved(t, saved, file)
	}
}

// said is what a snapshot's file says of where the epoch began.
func said(s *snapshot.Snapshot) uint64 {
	if s.Version < 2 {
		return 0
	}
	return s.Start
}

// layout is a snapshot as the oracle has it.
func layout(s *snapshot.Snapshot) oracle.SnapshotFile {
	f := oracle.SnapshotFile{
		Version: s.Version, Minor: s.Minor, Start: said(s), Epoch: s.Epoch, Length: s.CoreStreamLength, Time: s.StreamTime,
		Stream: s.Stream, Service: s.Service, Writer: s.Writer,
	}
	for _, section := range s.Sections {
		var flags uint32
		if section.Optional {
			flags |= 1
		}
		if section.Zstd {
			flags |= 2
		}
		f.Sections = append(f.Sections, oracle.SnapshotSection{Name: section.Name, Flags: flags, Stored: section.Stored, Contents: section.Length})
	}
	return f
}

func (p *snapshotPair) trySave(made *snapshot.Snapshot) (saved string, err error, stopped bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, stopped = r.(memfs.Stopped); !stopped {
				panic(r)
			}
		}
	}()
	saved, err = snapshot.Save(p.disk, snapshotDir, made)
	return saved, err, false
}

// checkSaved is the promise of Save: it survives a crash in this moment, whatever that
// does to what is not durable.
func (p *snapshotPair) checkSaved(t *battle.T, saved string, file []byte) {
	for _, fate := range []memfs.Fate{{}, {KeepNames: true}, {KeepNames: true, Torn: true, Page: len(file) / memfs.PageSize}} {
		after := p.disk.Clone()
		after.Crash(fate)
		got, err := after.Read(saved)
		if err != nil {
			t.Errorf("a crash after a save that succeeded: %v", err)
			return
		}
		battle.Equal(t, file, got, "file after a crash that follows the save")
	}
}

// checkFailed looks at what a save that failed leaves: no temporary file, and under the
// snapshot's name what was there or what was to be written.
func (p *snapshotPair) checkFailed(t *battle.T, name string) {
	if _, err := p.disk.Read(path.Join(snapshotDir, name+".tmp")); err == nil {
		t.Errorf("a save that failed leaves %s.tmp", name)
	}
	content, present := p.content(name), slices.Contains(p.names(), name)
	if !p.store.Survives(name, content, present) {
		t.Errorf("a save that failed leaves %d bytes in %s (there: %t), neither what was there nor what was to be written", len(content), name, present)
	}
}

// names are those of the snapshots' present files, in order.
func (p *snapshotPair) names() []string {
	all, _ := p.disk.List(snapshotDir)
	return slices.DeleteFunc(all, func(name string) bool { return !strings.HasSuffix(name, ".snap") })
}

// content is what a snapshot's file holds at present.
func (p *snapshotPair) content(name string) string {
	b, _ := p.disk.Read(path.Join(snapshotDir, name))
	return string(b)
}

// files are the snapshots' present files, in order of their names.
func (p *snapshotPair) files() (names []string, content map[string]string) {
	names = p.names()
	content = make(map[string]string, len(names))
	for _, name := range names {
		content[name] = p.content(name)
	}
	return names, content
}

// kth is the k-th file, modulo how many there are, or "" if there is none.
func (p *snapshotPair) kth(k uint8) (name, content string) {
	names := p.names()
	if len(names) == 0 {
		return "", ""
	}
	name = names[int(k)%len(names)]
	return name, p.content(name)
}

// Fate is what a crash does beyond the least that it may.
type Fate struct {
	Names bool  // names that were not synced survive
	Bytes uint8 `draw:"0..200"` // of what was not synced, a file keeps that many
	Torn  bool  // instead, a file keeps all its pages but one
	Page  uint8 `draw:"0..15"` // that one, modulo how many there are
}

// Crash stops the machine.
type Crash struct {
	Fate Fate
}

func (c *Crash) Apply(t *battle.T, p *snapshotPair) { p.crash(t, c.Fate) }

func (p *snapshotPair) crash(t *battle.T, fate Fate) {
	t.Label("crashed")
	if fate.Torn {
		t.Label("crash tore a page")
	}
	names, _ := p.files()
	p.disk.Crash(memfs.Fate{KeepNames: fate.Names, KeepBytes: int(fate.Bytes), Torn: fate.Torn, Page: int(fate.Page)})
	after, files := p.files()
	for _, name := range append(names, after...) {
		content, present := files[name]
		if !p.store.Survives(name, content, present) {
			t.Errorf("after a crash %s has %d bytes (there: %t), and not one of the files that were saved", name, len(content), present)
		}
		p.store.Crashed(name, content, present)
	}
}

// Clean removes what crashes have left, as a service does that starts.
type Clean struct{}

func (*Clean) Apply(t *battle.T, p *snapshotPair) {
	before, _ := p.disk.List(snapshotDir)
	var want, left []string
	for _, name := range before {
		if strings.HasSuffix(name, ".snap.tmp") {
			want = append(want, name)
		} else {
			left = append(left, name)
		}
	}
	removed, err := snapshot.RemoveTemporary(p.disk, snapshotDir)
	if err != nil {
		t.Errorf("removing temporary files: %v", err)
	}
	if len(want) > 0 {
		t.Label("temporary file removed")
	}
	battle.Equal(t, want, removed, "files removed")
	after, _ := p.disk.List(snapshotDir)
	battle.Equal(t, left, after, "files that stay")
}

// NewEpoch begins another epoch.
type NewEpoch struct{}

func (*NewEpoch) Apply(t *battle.T, p *snapshotPair) { p.epoch++ }
