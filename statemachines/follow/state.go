package follow

import (
	"encoding/binary"
	"fmt"
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Section is the name of the section that has a follower's state, in its owner's snapshot. All
// numbers are little-endian, of 8 bytes: offsets and times, in the order of [Follower.numbers];
// flags; the server that was asked; how many servers there are; and each server's address and
// service, first and flags. What follows is the beginning of a frame.
const Section = "follow"

const (
	numbersSize = 14
	fixedSize   = 8 * (numbersSize + 3) // with flags, server and count
	serverSize  = 24

	probeFlag, roundFlag, moreFlag, askedFlag = 1, 2, 4, 8
	staticFlag, hintedFlag, triedFlag         = 1, 2, 4
	flagsMax                                  = 15
	serverFlagsMax                            = 7
)

// A StateError says why a snapshot is not the state of a follower or of its owner. Its
// checksums were right: another program wrote it, or another version.
type StateError struct {
	Section string
	Offset  int // in the section
	Got     string
	Want    string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("section %q at byte %d: got %s, want %s", e.Section, e.Offset, e.Got, e.Want)
}

// Wrong is a [StateError].
func Wrong(section string, offset int, got, want any) error {
	return &StateError{section, offset, fmt.Sprint(got), fmt.Sprint(want)}
}

func wrong(offset int, got, want any) error { return Wrong(Section, offset, got, want) }

// Contents are those of a section that an owner's snapshot must have.
func Contents(s *snapshot.Snapshot, section string) ([]byte, error) {
	found, there := s.Section(section)
	if !there {
		return nil, Wrong(section, 0, "no such section", "one")
	}
	return found.Contents()
}

// A number of the state is an offset or a time.
type number struct {
	offset *uint64
	time   *int64
}

func (n number) get() uint64 {
	if n.offset != nil {
		return *n.offset
	}
	return uint64(*n.time)
}

func (n number) set(to uint64) {
	if n.offset != nil {
		*n.offset = to
	} else {
		*n.time = int64(to)
	}
}

// numbers are those of the state, to be written or read.
func (f *Follower) numbers() [numbersSize]number {
	a := &f.asking
	return [numbersSize]number{
		{offset: &f.epoch}, {offset: &f.start}, {offset: &f.base}, {offset: &f.tail}, {offset: &f.committed},
		{offset: &f.ahead}, {offset: &a.offset}, {offset: &a.turn},
		{time: &f.now}, {time: &f.heard}, {time: &a.again}, {time: &a.pause}, {time: &a.retry}, {time: &a.lookup},
	}
}

// AppendState appends the state, as a section has it. The stream time is in the
// snapshot's header, and the limit is the owner's. Equal states give equal sections.
func (f *Follower) AppendState(dst []byte) []byte {
	le := binary.LittleEndian
	a := &f.asking
	for _, n := range f.numbers() {
		dst = le.AppendUint64(dst, n.get())
	}
	dst = le.AppendUint64(dst, bitIf(a.probe, probeFlag)|bitIf(a.round, roundFlag)|bitIf(a.more, moreFlag)|bitIf(a.asked, askedFlag))
	dst = le.AppendUint64(dst, uint64(a.server))
	dst = le.AppendUint64(dst, uint64(len(a.servers)))
	for _, s := range a.servers {
		dst = le.AppendUint64(dst, uint64(s.Address)|uint64(s.Service)<<32)
		dst = le.AppendUint64(dst, s.first)
		dst = le.AppendUint64(dst, bitIf(s.static, staticFlag)|bitIf(s.hinted, hintedFlag)|bitIf(s.tried, triedFlag))
	}
	return append(dst, f.partial()...)
}

func bitIf(set bool, bit uint64) uint64 {
	if set {
		return bit
	}
	return 0
}

// Snapshot is an owner's snapshot at an offset, which has the follower's state so far.
func (f *Follower) Snapshot(service, writer string, offset uint64) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Meta: snapshot.Meta{
			Stream: f.config.Stream, Epoch: f.epoch, CoreStreamLength: offset, StreamTime: f.time,
			Service: service, Writer: writer, Version: uint16(f.config.Version), Start: f.start,
		},
		Sections: []snapshot.Section{snapshot.PlainSection(Section, f.AppendState(nil))},
	}
}

// Restore makes a follower of its owner's snapshot. Where the configuration's servers have
// changed since, the new ones count. The error is a [StateError], snapshot.BadVersion, or one of the
// configuration or of unpacking a section.
func Restore(config Config, s *snapshot.Snapshot) (Follower, error) {
	f, err := New(config, 0)
	if err != nil {
		return Follower{}, err
	}
	if s.Stream != config.Stream {
		return Follower{}, wrong(0, fmt.Sprintf("stream %q", s.Stream), fmt.Sprintf("stream %q", config.Stream))
	}
	if most := config.EpochMax; most != 0 && s.Epoch > most {
		return Follower{}, wrong(0, fmt.Sprintf("epoch %d", s.Epoch), fmt.Sprintf("at most %d, the last that was granted", most))
	}
	if err := s.ReadableBy(f.config.Version); err != nil {
		return Follower{}, err
	}
	state, err := Contents(s, Section)
	if err != nil {
		return Follower{}, err
	}
	if len(state) < fixedSize {
		return Follower{}, wrong(0, fmt.Sprintf("%d bytes", len(state)), fmt.Sprintf("at least %d", fixedSize))
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(state[8*i:]) }
	for i, n := range f.numbers() {
		if n.set(word(i)); n.time != nil && *n.time < 0 {
			return Follower{}, wrong(8*i, *n.time, "a time of 0 or later")
		}
	}
	flags, count := word(numbersSize), word(numbersSize+2)
	switch {
	case flags > flagsMax:
		return Follower{}, wrong(8*numbersSize, flags, fmt.Sprintf("at most %d", flagsMax))
	case count > uint64(len(state)-fixedSize)/serverSize:
		return Follower{}, wrong(8*(numbersSize+2), fmt.Sprintf("%d servers", count), fmt.Sprintf("at most %d", (len(state)-fixedSize)/serverSize))
	case f.tail < f.base:
		return Follower{}, wrong(8*3, fmt.Sprintf("tail %d", f.tail), fmt.Sprintf("at least %d", f.base))
	}
	a := &f.asking
	a.probe, a.round, a.more, a.asked = flags&probeFlag != 0, flags&roundFlag != 0, flags&moreFlag != 0, flags&askedFlag != 0
	a.server = machine.Address(word(numbersSize + 1))
	f.time = s.StreamTime
	if err := f.restoreServers(config.Servers, state[fixedSize:][:count*serverSize]); err != nil {
		return Follower{}, err
	}
	part := state[fixedSize+count*serverSize:]
	if size, fault := wire.WholeFrames(part); size > 0 || fault.Reason != wire.None {
		return Follower{}, wrong(len(state)-len(part), "frames, or none", "the beginning of one")
	}
	f.part = slices.Clone(part)
	return f, nil
}

func (f *Follower) restoreServers(static []Server, b []byte) error {
	a := &f.asking
	a.servers = a.servers[:0]
	for at := 0; at < len(b); at += serverSize {
		word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[at+8*i:]) }
		name, flags := word(0), word(2)
		if name>>40 != 0 {
			return wrong(fixedSize+at, fmt.Sprintf("%#x", name), "an address and a service")
		}
		if flags > serverFlagsMax {
			return wrong(fixedSize+at+16, flags, fmt.Sprintf("at most %d", serverFlagsMax))
		}
		s := server{
			Server: Server{machine.Address(name), wire.Service(name >> 32)}, first: word(1),
			static: flags&staticFlag != 0, hinted: flags&hintedFlag != 0, tried: flags&triedFlag != 0,
		}
		if !s.static || slices.Contains(static, s.Server) {
			a.servers = append(a.servers, s)
		}
	}
	for _, s := range static {
		if !slices.ContainsFunc(a.servers, func(other server) bool { return other.Server == s }) {
			a.servers = append(a.servers, server{Server: s, static: true})
		}
	}
	return nil
}
