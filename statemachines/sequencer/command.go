package sequencer

import (
	"encoding/binary"
	"fmt"

	"battle.test/statemachines/machine"
)

// Duty is what a grant tells a sequencer to do.
type Duty uint8

// The duties.
const (
	LeadAlone  Duty = 1 + iota // a message is accepted when it is on its disk
	LeadPaired                 // when it is on the standby's, too
	StandBy                    // be the other half of a pair
)

// String is the duty's name, as in "lead-alone".
func (d Duty) String() string {
	names := [...]string{"none", "lead-alone", "lead-paired", "stand-by"}
	if int(d) < len(names) {
		return names[d]
	}
	return fmt.Sprintf("duty %d", uint8(d))
}

// A Grant is the operator's command that gives a sequencer an epoch. In bytes it is
//
//	0  1  1, a grant
//	1  1  duty
//	2  2  zero
//	4  4  address of the other: the standby's of a pair, or the leader's
//	8  8  epoch
//	16 8  after
//
// After is the last epoch that was granted before, 0 for the first. A sequencer that may
// lack something that was accepted in it refuses to lead.
type Grant struct {
	Duty  Duty
	Other machine.Address // of LeadPaired and StandBy
	Epoch uint64
	After uint64 // of those to lead
}

const (
	grantKind  = 1
	grantSize  = 24
	reportKind = 2
	reportSize = 32
)

// Append appends the command's bytes to dst.
func (g *Grant) Append(dst []byte) []byte {
	le := binary.LittleEndian
	dst = append(dst, grantKind, byte(g.Duty), 0, 0)
	dst = le.AppendUint32(dst, uint32(g.Other))
	dst = le.AppendUint64(dst, g.Epoch)
	return le.AppendUint64(dst, g.After)
}

// Decode reads a command, and tells whether it is one.
func (g *Grant) Decode(b []byte) bool {
	if len(b) != grantSize || b[0] != grantKind || b[2]|b[3] != 0 {
		return false
	}
	le := binary.LittleEndian
	*g = Grant{Duty(b[1]), machine.Address(le.Uint32(b[4:])), le.Uint64(b[8:]), le.Uint64(b[16:])}
	switch g.Duty {
	case LeadAlone:
		return g.Other == 0 && g.Epoch > g.After
	case LeadPaired:
		return !g.Other.IsEverybody() && g.Epoch > g.After
	case StandBy:
		return !g.Other.IsEverybody() && g.Epoch > 0
	}
	return false
}

// What says what a report is about.
type What uint8

// What reports are about.
const (
	Leads       What = 1 + iota // it leads from now on; Offset is the epoch's start
	Stands                      // it stands by; Offset is its tail
	IsWhole                     // it stands by, and has all that was accepted: it could lead next
	SteppedDown                 // it leads, or stands by, no more: Epoch is a later one
	RefusedOld                  // a grant, since it knows of a later epoch, or the same
	RefusedHole                 // a grant, since it may lack what was accepted: see Whole
	RefusedSelf                 // a grant that pairs it with itself
)

// String is the report's name, as in "leads".
func (w What) String() string {
	names := [...]string{"", "leads", "stands", "is-whole", "stepped-down", "refused-old", "refused-hole", "refused-self"}
	if w > 0 && int(w) < len(names) {
		return names[w]
	}
	return fmt.Sprintf("report %d", uint8(w))
}

// A Report tells the operator what became of a grant. In bytes it is
//
//	0  1  2, a report
//	1  1  what
//	2  6  zero
//	8  8  epoch
//	16 8  offset
//	24 8  whole
type Report struct {
	What   What
	Epoch  uint64 // of the grant; of SteppedDown, the later one
	Offset uint64
	Whole  uint64 // the last epoch of which it has all that was accepted in it and before
}

// Append appends the report's bytes to dst.
func (r *Report) Append(dst []byte) []byte {
	le := binary.LittleEndian
	dst = append(dst, reportKind, byte(r.What), 0, 0, 0, 0, 0, 0)
	dst = le.AppendUint64(dst, r.Epoch)
	dst = le.AppendUint64(dst, r.Offset)
	return le.AppendUint64(dst, r.Whole)
}

// Decode reads a report, and tells whether it is one.
func (r *Report) Decode(b []byte) bool {
	if len(b) != reportSize || b[0] != reportKind {
		return false
	}
	le := binary.LittleEndian
	*r = Report{What(b[1]), le.Uint64(b[8:]), le.Uint64(b[16:]), le.Uint64(b[24:])}
	return true
}
