package oracle

import "slices"

// Saved is a snapshot that was handed to a save, with the file that it makes.
type Saved struct {
	Name    string // of the file
	File    string // its bytes
	Stream  string
	Service string
	Epoch   uint64
	Length  uint64 // the offset
	Time    int64
	Version uint16 // of the format
	Start   uint64 // where the epoch began, if the version says it
	Unknown bool   // it has a required section that loaders don't know
}

// Store is the model of a folder of snapshots. A file is valid if, and only if, it has
// exactly the bytes that a save was to write under that name: whatever else happened to
// it must be noticed.
type Store struct {
	saves []Saved
	names map[string]*promise
}

// A promise is what a name may have after a crash.
type promise struct {
	kept    bool     // it must have a file
	files   []string // one of these
	touched bool     // nothing is known of it
}

// What is wrong with a file that must be refused.
const (
	Valid        = ""
	Damaged      = "damaged"
	TooNew       = "version"
	OtherStream  = "stream"
	OtherService = "service"
	OtherEpoch   = "epoch"
	TooFar       = "past the durable stream"
	NotKnown     = "unknown section"
)

// A Loader is what somebody expects who loads a file.
type Loader struct {
	Version         uint16 // the highest that he reads
	Stream, Service string
	Epoch           uint64
	Durable         uint64 // length of the durable stream
}

func (s *Store) of(name string) *promise {
	if s.names == nil {
		s.names = make(map[string]*promise)
	}
	if s.names[name] == nil {
		s.names[name] = &promise{}
	}
	return s.names[name]
}

// Began notes that a save begins.
func (s *Store) Began(one Saved) {
	s.saves = append(s.saves, one)
	s.of(one.Name).files = append(s.of(one.Name).files, one.File)
}

// Succeeded notes that the last save returned without an error.
func (s *Store) Succeeded() {
	one := s.saves[len(s.saves)-1]
	*s.of(one.Name) = promise{kept: true, files: []string{one.File}}
}

// Touched notes that a file was changed from outside, or by a disk that lies: nothing
// is known of its name until the next save succeeds.
func (s *Store) Touched(name string) { s.of(name).touched = true }

// Survives tells whether a failed save, or a crash, may leave this file, or none, under
// a name: what was there before or what was to be written, and never a part of it.
func (s *Store) Survives(name, file string, present bool) bool {
	p := s.of(name)
	return p.touched || present && slices.Contains(p.files, file) || !present && !p.kept
}

// Crashed notes what a name has after a crash. It stays.
func (s *Store) Crashed(name, file string, present bool) {
	if p := s.of(name); !p.touched {
		*p = promise{kept: present, files: []string{file}}
	}
}

// Judge says what a loader must make of a file, and which snapshot it is.
func (s *Store) Judge(name, file string, want Loader) (verdict string, one Saved) {
	for _, saved := range slices.Backward(s.saves) {
		if saved.Name != name || saved.File != file {
			continue
		}
		verdict = want.judge(saved)
		if verdict == Valid && saved.Unknown {
			verdict = NotKnown
		}
		return verdict, saved
	}
	return Damaged, Saved{}
}

// judge compares what a header says with what is expected.
func (want Loader) judge(saved Saved) (verdict string) {
	switch {
	case saved.Version > want.Version:
		return TooNew
	case saved.Stream != want.Stream:
		return OtherStream
	case saved.Service != want.Service:
		return OtherService
	case saved.Epoch != want.Epoch:
		return OtherEpoch
	case saved.Length > want.Durable:
		return TooFar
	}
	return Valid
}

// Latest picks the valid file of the highest offset that is not after a time, and the
// files above it that must be reported as skipped: of one that is after it, the header is
// all that matters. names is in order of offsets.
func (s *Store) Latest(names []string, files map[string]string, want Loader, maxTime int64) (name string, skipped []string) {
	for _, name := range slices.Backward(names) {
		verdict, one := s.Judge(name, files[name], want)
		if head, whole := ReadSnapshotHeader(name, []byte(files[name])); whole && head.Time > maxTime {
			one = Saved{Version: head.Version, Stream: head.Stream, Service: head.Service, Epoch: head.Epoch, Length: head.Length, Time: head.Time}
			verdict = want.judge(one)
		}
		switch {
		case verdict != Valid:
			skipped = append(skipped, name)
		case one.Time <= maxTime:
			return name, skipped
		}
	}
	return "", skipped
}
