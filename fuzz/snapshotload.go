package fuzz

import (
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"battle.test/battle"
	"battle.test/oracle"
	"battle.test/statemachines/snapshot"
)

// expect is what a loader of this pair asks for, for the subject and for the oracle.
func (p *snapshotPair) expect(version, epochs uint8, durable uint64) (snapshot.Expect, oracle.Loader) {
	want := snapshot.Expect{Version: uint16(version), Stream: snapshotStream, Service: snapshotService, Epoch: p.epoch - uint64(epochs), Durable: durable, Sections: snapshotSections}
	return want, loader(want)
}

func loader(want snapshot.Expect) oracle.Loader {
	return oracle.Loader{Version: want.Version, Stream: want.Stream, Service: want.Service, Epoch: want.Epoch, Durable: want.Durable}
}

// Load loads a file.
type Load struct {
	File    uint8 `draw:"0..15"`
	Epochs  uint8 `draw:"0..2"`    // how many epochs ago the loader lives
	Durable int8  `draw:"-3..100"` // the durable stream ends so far from the file's offset
	Version uint8 `draw:"1..2"`    // that the loader reads
}

func (l *Load) Apply(t *battle.T, p *snapshotPair) {
	p.load(t, l.File, l.Version, func(want *snapshot.Expect, offset uint64) {
		want.Epoch -= uint64(l.Epochs)
		want.Durable = offset + uint64(l.Durable)
	})
}

// load loads the k-th file as somebody who has changed what this pair expects. He is
// told the offset in the file's name: one that is damaged must not be refused only
// because the durable stream ends before it.
func (p *snapshotPair) load(t *battle.T, k, version uint8, change func(want *snapshot.Expect, offset uint64)) {
	name, content := p.kth(k)
	if name == "" {
		return
	}
	offset, _ := strconv.ParseUint(strings.TrimSuffix(name, ".snap"), 10, 64) // of latest.snap, 0
	want, _ := p.expect(version, 0, offset)
	change(&want, offset)
	verdict, one := p.store.Judge(name, content, loader(want))
	s, err := snapshot.Load(p.disk, path.Join(snapshotDir, name), want)
	p.checkLoaded(t, verdict, one, s, err)
}

// Mistake is what a stranger has wrong.
type Mistake uint8

const (
	NoEpoch Mistake = iota
	NoStream
	StreamBegins // only the first letters of the stream's name
	NoService
	ServiceBegins
)

func (m Mistake) String() string {
	return [...]string{"no-epoch", "no-stream", "stream-begins", "no-service", "service-begins"}[m]
}

// LoadAsStranger loads a file as somebody who has one thing wrong.
type LoadAsStranger struct {
	File    uint8   `draw:"0..15"`
	Wrong   Mistake `draw:"0..4"`
	Version uint8   `draw:"1..2"`
}

func (l *LoadAsStranger) Apply(t *battle.T, p *snapshotPair) {
	p.load(t, l.File, l.Version, func(want *snapshot.Expect, _ uint64) {
		switch l.Wrong {
		case NoEpoch:
			want.Epoch = 0
		case NoStream:
			want.Stream = ""
		case StreamBegins:
			want.Stream = want.Stream[:2]
		case NoService:
			want.Service = ""
		case ServiceBegins:
			want.Service = want.Service[:2]
		}
	})
}

var verdictReasons = map[string]snapshot.Reason{
	oracle.TooNew:       snapshot.BadVersion,
	oracle.OtherStream:  snapshot.WrongStream,
	oracle.OtherService: snapshot.WrongService,
	oracle.OtherEpoch:   snapshot.WrongEpoch,
	oracle.TooFar:       snapshot.NotDurable,
	oracle.NotKnown:     snapshot.UnknownSection,
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
	battle.Equal(t, one.Version, s.Version, "version")
	battle.Equal(t, one.Start, s.Start, "start of the epoch")
	if s.Version == snapshot.Version2 {
		t.Label("loaded version 2")
	}
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
	Version uint8  `draw:"1..2"`
}

func (l *Latest) Apply(t *battle.T, p *snapshotPair) {
	durable := uint64(l.Durable)
	if l.Far {
		durable = ^uint64(0)
	}
	want, loader := p.expect(l.Version, l.Epochs, durable)
	names, files := p.files()
	name, skipped := p.store.Latest(names, files, loader, int64(l.MaxTime))
	s, errs, err := snapshot.Latest(p.disk, snapshotDir, want, int64(l.MaxTime))
	if name == "" {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("no snapshot is valid: got one (%t) and the error %v, want fs.ErrNotExist", s != nil, err)
		}
	} else if err != nil {
		t.Errorf("latest is %s: got %v", name, err)
	} else {
		t.Label("latest found one")
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
