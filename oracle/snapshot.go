package oracle

import "slices"

// Saved is a snapshot that was handed to a save, with the file that it makes.
type Saved struct {
	Name    string // of the file
	File    string // its bytes
	Stream  string
	Epoch   uint64
	Length  uint64 // the offset
	Time    int64
	Unknown bool // it has a required section that loaders don't know
}

// Store is the model of a folder of snapshots. A file is valid if, and only if, it has
// exactly the bytes that a save was to write under that name: whatever else happened to
// it must be noticed.
type Store struct {
	saves []Saved
	// durable are the files that a name may have after a crash, once a save of that
	// name has succeeded; the last is the newest.
	durable map[string][]string
}

// What is wrong with a file that must be refused.
const (
	Valid      = ""
	Damaged    = "damaged"
	OtherEpoch = "epoch"
	TooFar     = "past the durable stream"
	NotKnown   = "unknown section"
)

// Began notes that a save begins.
func (s *Store) Began(one Saved) {
	if s.durable == nil {
		s.durable = make(map[string][]string)
	}
	s.saves = append(s.saves, one)
	if len(s.durable[one.Name]) > 0 {
		s.durable[one.Name] = append(s.durable[one.Name], one.File)
	}
}

// Succeeded notes that the last save returned without an error.
func (s *Store) Succeeded() {
	one := s.saves[len(s.saves)-1]
	s.durable[one.Name] = []string{one.File}
}

// Touched notes that a file was changed from outside: nothing is known of it any more.
func (s *Store) Touched(name string) { delete(s.durable, name) }

// Survives tells whether a crash may leave this file, or none, under a name.
func (s *Store) Survives(name, file string, present bool) bool {
	allowed := s.durable[name]
	if len(allowed) == 0 {
		return true
	}
	return present && slices.Contains(allowed, file)
}

// Judge says what a loader must make of a file, and which snapshot it is.
func (s *Store) Judge(name, file string, epoch, durable uint64) (verdict string, one Saved) {
	for _, saved := range slices.Backward(s.saves) {
		if saved.Name != name || saved.File != file {
			continue
		}
		switch {
		case saved.Epoch != epoch:
			return OtherEpoch, saved
		case saved.Length > durable:
			return TooFar, saved
		case saved.Unknown:
			return NotKnown, saved
		}
		return Valid, saved
	}
	return Damaged, Saved{}
}

// Latest picks the valid file of the highest offset that is not after a time, and the
// files above it that must be reported as skipped. names is in order of offsets.
func (s *Store) Latest(names []string, files map[string]string, epoch, durable uint64, maxTime int64) (name string, skipped []string) {
	for _, name := range slices.Backward(names) {
		verdict, one := s.Judge(name, files[name], epoch, durable)
		switch {
		case verdict != Valid:
			skipped = append(skipped, name)
		case one.Time <= maxTime:
			return name, skipped
		}
	}
	return "", skipped
}
