package snapshot

import "fmt"

// A Reason is why a file is refused. It is an error itself, for errors.Is.
type Reason string

func (r Reason) Error() string { return "snapshot: " + string(r) }

// The reasons.
const (
	Empty          Reason = "the file is empty"
	BadMagic       Reason = "not a snapshot"
	BadVersion     Reason = "unknown major version"
	BadFeature     Reason = "unknown required feature"
	BadHeader      Reason = "header checksum"
	BadTable       Reason = "table checksum"
	BadSection     Reason = "section checksum"
	BadFooter      Reason = "footer"
	BadSize        Reason = "file size"
	BadCount       Reason = "number of sections"
	BadLength      Reason = "length of a section"
	BadField       Reason = "a field has no canonical form"
	WrongName      Reason = "file name and header differ"
	WrongStream    Reason = "another stream"
	WrongService   Reason = "another service"
	WrongEpoch     Reason = "another epoch"
	NotDurable     Reason = "past the durable stream"
	UnknownSection Reason = "unknown required section"
)

// An Error refuses a file.
type Error struct {
	Reason Reason
	File   string
	Offset int64 // in the file
	Got    string
	Want   string
}

func (e *Error) Error() string {
	return fmt.Sprintf("snapshot %s: %s: at byte %d: got %s, want %s", e.File, string(e.Reason), e.Offset, e.Got, e.Want)
}

// Unwrap makes errors.Is(err, snapshot.BadMagic) work.
func (e *Error) Unwrap() error { return e.Reason }
