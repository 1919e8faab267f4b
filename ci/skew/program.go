package skew

import "battle.test/statemachines/wire"

// A Program is what a host may run: the machines of a release, in a version of the formats. A
// host's program changes when it starts.
type Program uint8

// The programs, in the order of an upgrade.
const (
	Old1 Program = iota // the previous release, which writes and reads as version 1
	Old2
	New1 // this tree
	New2
	programs
)

var programNames = [programs]string{"old-1", "old-2", "new-1", "new-2"}

// String is the program's name, as in "old-1".
func (p Program) String() string { return programNames[p%programs] }

// isOld tells the previous release from this tree.
func (p Program) isOld() bool { return p < New1 }

// version is that of the formats.
func (p Program) version() uint8 {
	if p == Old1 || p == New1 {
		return wire.Version1
	}
	return wire.Version2
}
