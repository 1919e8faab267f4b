package wire

import "fmt"

// Reason sorts faults, in the order in which packets are checked.
type Reason uint8

// The reasons. Machines count refused packets by them.
const (
	None        Reason = iota // no fault
	Short                     // less than a header
	BadMagic                  // not a packet of the bus
	TooNew                    // of a version that this reader can't read, or of none
	BadChecksum               // damaged
	BadLength                 // cut off or extended, or too long for a packet
	OtherStream               // of another stream
	UnknownKind               // of a kind that there is not
	BadBody                   // a body that no writer writes
	BadFrame                  // bytes that are not part of any stream

	// Reasons is how many there are: the size of a table by reason.
	Reasons = int(BadFrame) + 1
)

// String is the reason's name, as in "bad-magic".
func (r Reason) String() string {
	names := [Reasons]string{"none", "short", "bad-magic", "too-new", "bad-checksum", "bad-length",
		"other-stream", "unknown-kind", "bad-body", "bad-frame"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// A Fault says why a packet or frame is refused. Its zero value is none. It is returned as a
// value and not as an error, since whoever sends wrong packets sends many: refusing them
// allocates nothing.
type Fault struct {
	Reason Reason
	Offset int    // in the packet, or in the bytes that hold the frame
	Got    uint64 // what is there
	Rule   string // how Want is meant, such as "at most"
	Want   uint64
}

// Error makes a fault an error, for those who want one.
func (f Fault) Error() string {
	if f.Reason == None {
		return "wire: no fault"
	}
	number := "%d"
	switch f.Reason {
	case BadMagic, BadChecksum, OtherStream:
		number = "%#x"
	}
	return fmt.Sprintf("wire: %s: at byte %d: got "+number+", want %s "+number, f.Reason, f.Offset, f.Got, f.Rule, f.Want)
}
