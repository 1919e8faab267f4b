package fuzz

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
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
	),
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("save failed", 0.5),
		battle.Require("stopped in mid-save", 0.3),
		battle.Require("crashed", 0.5),
		battle.Require("latest skipped a file", 0.3),
		battle.Require("refused: damaged", 0.5),
		battle.Require("refused: epoch", 0.2),
		battle.Require("refused: past the durable stream", 0.2),
		battle.Require("refused: unknown section", 0.1),
	},
}

const (
	snapshotDir    = "snapshots"
	snapshotStream = "aria"
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
)

func (f Fault) String() string {
	return [...]string{"none", "disk-full", "failed-sync", "failed-dir-sync", "failed-rename", "short-write", "machine-stops"}[f]
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
	}
}

// Save saves a snapshot at Offset*Scale bytes into the stream.
type Save struct {
	Offset   uint16 `draw:"0..120"`
	Far      bool   // the offset is counted down from 2^64-1
	Time     int16  `draw:"-5..100"`
	Sections uint8  `draw:"0..3"`
	Size     uint8  `draw:"0..200"` // of each section
	Zstd     bool
	Optional bool  // the last section is one that loaders don't know, and optional
	Unknown  bool  // the last section is one that loaders don't know, and is not
	Fault    Fault `draw:"0..6"`
	After    uint8 `draw:"0..60"`
}

func (s *Save) Apply(t *battle.T, p *snapshotPair) {
	made := &snapshot.Snapshot{Meta: p.meta(s.offset(), int64(s.Time))}
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
	p.save(t, made, unknown, s.Fault, int(s.After))
}

func (s *Save) offset() uint64 {
	if s.Far {
		return ^uint64(s.Offset)
	}
	return uint64(s.Offset)
}

func (p *snapshotPair) meta(offset uint64, at int64) snapshot.Meta {
	return snapshot.Meta{Stream: snapshotStream, Epoch: p.epoch, CoreStreamLength: offset, StreamTime: at, Service: "tip", Writer: "fuzz"}
}

// SaveRandom saves whatever go-fuzz-headers makes of some bytes: names and contents
// that nobody would think of.
type SaveRandom struct {
	Seed []byte `draw:"len=0..96"`
}

func (s *SaveRandom) Apply(t *battle.T, p *snapshotPair) {
	var made snapshot.Snapshot
	// It fails when the bytes run out; what it has filled by then will do.
	_ = fuzzheaders.NewConsumer(s.Seed).GenerateStruct(&made)
	made.Stream, made.Service, made.Epoch = snapshotStream, "tip", p.epoch
	made.CoreStreamLength %= 1000
	if _, err := snapshot.Encode(&made); err != nil {
		t.Label("the format refuses it")
		return
	}
	unknown := false
	for _, section := range made.Sections {
		unknown = unknown || !section.Optional && !strings.Contains("a b c", section.Name)
	}
	t.Label("random contents")
	p.save(t, &made, unknown, NoFault, 0)
}

// save saves, and checks at once what a crash would leave.
func (p *snapshotPair) save(t *battle.T, made *snapshot.Snapshot, unknown bool, fault Fault, after int) {
	file, err := snapshot.Encode(made)
	if err != nil {
		t.Fault("a snapshot of our own does not encode: %v", err)
	}
	name := snapshot.Name(made.CoreStreamLength)
	p.store.Began(oracle.Saved{
		Name: name, File: string(file), Stream: made.Stream, Epoch: made.Epoch,
		Length: made.CoreStreamLength, Time: made.StreamTime, Unknown: unknown,
	})
	p.disk.Faults = memfs.None()
	fault.inject(p.disk, after)
	saved, err, stopped := p.trySave(made)
	p.disk.Faults = memfs.None()
	switch {
	case stopped:
		t.Label("stopped in mid-save")
		p.crash(t, memfs.Fate{KeepNames: after%2 == 1, KeepBytes: after % 3 * 50})
	case err != nil:
		t.Label("save failed")
		if fault == NoFault {
			t.Errorf("save failed on a disk without faults: %v", err)
		}
		p.checkNoLeftover(t, name)
	default:
		p.store.Succeeded()
		battle.Equal(t, path.Join(snapshotDir, name), saved, "path")
		p.checkSaved(t, saved, file)
	}
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

// checkSaved is the promise of Save: it survives a crash in this moment.
func (p *snapshotPair) checkSaved(t *battle.T, saved string, file []byte) {
	for _, fate := range []memfs.Fate{{}, {KeepNames: true}} {
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

// checkNoLeftover looks for the temporary file of a save that failed. One that a crash
// has left may stay until the next save of that offset.
func (p *snapshotPair) checkNoLeftover(t *battle.T, name string) {
	if _, err := p.disk.Read(path.Join(snapshotDir, name+".tmp")); err == nil {
		t.Errorf("a save that failed leaves %s.tmp", name)
	}
}

// files are the snapshots' present files, in order of their names.
func (p *snapshotPair) files() (names []string, content map[string]string) {
	all, _ := p.disk.List(snapshotDir)
	content = make(map[string]string)
	for _, name := range all {
		if strings.HasSuffix(name, ".snap") {
			b, _ := p.disk.Read(path.Join(snapshotDir, name))
			names, content[name] = append(names, name), string(b)
		}
	}
	return names, content
}

// kth is the k-th file, modulo how many there are, or "" if there is none.
func (p *snapshotPair) kth(k uint8) (name, content string) {
	names, files := p.files()
	if len(names) == 0 {
		return "", ""
	}
	name = names[int(k)%len(names)]
	return name, files[name]
}

// damage replaces a file.
func (p *snapshotPair) damage(name, content string) {
	p.store.Touched(name)
	p.disk.Write(path.Join(snapshotDir, name), []byte(content))
}

// expect is what a loader of this pair asks for.
func (p *snapshotPair) expect(epochs uint8, durable uint64) snapshot.Expect {
	return snapshot.Expect{Stream: snapshotStream, Service: "tip", Epoch: p.epoch - uint64(epochs), Durable: durable, Sections: snapshotSections}
}

// Load loads a file.
type Load struct {
	File    uint8 `draw:"0..15"`
	Epochs  uint8 `draw:"0..2"`    // how many epochs ago the loader lives
	Durable int8  `draw:"-3..100"` // the durable stream ends so far from the file's offset
	Zero    bool  // the loader expects epoch 0
}

func (l *Load) Apply(t *battle.T, p *snapshotPair) {
	name, content := p.kth(l.File)
	if name == "" {
		return
	}
	_, one := p.store.Judge(name, content, 0, 0)
	durable := one.Length + uint64(l.Durable)
	want := p.expect(l.Epochs, durable)
	if l.Zero {
		want.Epoch = 0
	}
	verdict, one := p.store.Judge(name, content, want.Epoch, durable)
	s, err := snapshot.Load(p.disk, path.Join(snapshotDir, name), want)
	p.checkLoaded(t, verdict, one, s, err)
}

var verdictReasons = map[string]snapshot.Reason{
	oracle.OtherEpoch: snapshot.WrongEpoch,
	oracle.TooFar:     snapshot.NotDurable,
	oracle.NotKnown:   snapshot.UnknownSection,
}

func (p *snapshotPair) checkLoaded(t *battle.T, verdict string, one oracle.Saved, s *snapshot.Snapshot, err error) {
	if verdict != oracle.Valid {
		t.Label("refused: " + verdict)
		var refusal *snapshot.Error
		if !errors.As(err, &refusal) {
			t.Errorf("a file that must be refused (%s): got the error %v", verdict, err)
			return
		}
		if reason, fixed := verdictReasons[verdict]; fixed {
			battle.Equal(t, reason, refusal.Reason, "reason")
		}
		return
	}
	t.Label("loaded")
	if err != nil {
		t.Errorf("a valid snapshot is refused: %v", err)
		return
	}
	battle.Equal(t, one.Length, s.CoreStreamLength, "offset")
	battle.Equal(t, one.Time, s.StreamTime, "stream time")
	again, err := snapshot.Encode(s)
	if err != nil {
		t.Errorf("what loads does not encode: %v", err)
	}
	battle.Equal(t, one.File, string(again), "encoding of what was loaded")
}

// Latest asks for the newest snapshot.
type Latest struct {
	MaxTime int16  `draw:"-6..110"`
	Epochs  uint8  `draw:"0..1"`
	Durable uint16 `draw:"0..130"`
	Far     bool   // the durable stream reaches to the last offset
}

func (l *Latest) Apply(t *battle.T, p *snapshotPair) {
	durable := uint64(l.Durable)
	if l.Far {
		durable = ^uint64(0)
	}
	want := p.expect(l.Epochs, durable)
	names, files := p.files()
	name, skipped := p.store.Latest(names, files, want.Epoch, durable, int64(l.MaxTime))
	s, errs, err := snapshot.Latest(p.disk, snapshotDir, want, int64(l.MaxTime))
	if name == "" {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("no snapshot is valid: got %+v and %v, want fs.ErrNotExist", s, err)
		}
	} else if err != nil {
		t.Errorf("latest is %s: got %v", name, err)
	} else {
		battle.Equal(t, name, snapshot.Name(s.CoreStreamLength), "latest")
	}
	if len(skipped) > 0 {
		t.Label("latest skipped a file")
	}
	battle.Equal(t, len(skipped), len(errs), "number of files skipped")
	for i := range min(len(skipped), len(errs)) {
		var refusal *snapshot.Error
		if !errors.As(errs[i], &refusal) {
			t.Errorf("a skipped file is reported as %v", errs[i])
			return
		}
		battle.Equal(t, skipped[i], refusal.File, "file skipped")
	}
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
	return [...]int{0, 256, 256 + 56, len(file)}[p]
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

// Crash stops the machine.
type Crash struct {
	KeepNames bool
	KeepBytes uint8 `draw:"0..200"`
}

func (c *Crash) Apply(t *battle.T, p *snapshotPair) {
	p.crash(t, memfs.Fate{KeepNames: c.KeepNames, KeepBytes: int(c.KeepBytes)})
}

func (p *snapshotPair) crash(t *battle.T, fate memfs.Fate) {
	t.Label("crashed")
	names, _ := p.files()
	p.disk.Crash(fate)
	after, files := p.files()
	for _, name := range append(names, after...) {
		content, present := files[name]
		if !p.store.Survives(name, content, present) {
			t.Errorf("after a crash %s has %d bytes (there: %t), and not one of the files that were saved", name, len(content), present)
		}
	}
}

// NewEpoch begins another epoch.
type NewEpoch struct{}

func (*NewEpoch) Apply(t *battle.T, p *snapshotPair) { p.epoch++ }
