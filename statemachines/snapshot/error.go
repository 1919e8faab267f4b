package snapshot

import "fmt"

// A Reason is why a file is refused. It is an error itself, for errors.Is.
type Reason string

func (r Reason) Error() string { return "snapshot: " + string(r) }

// The reasons.
const (
	Unreadable     Reason = "reading failed"
	Empty          Reason = "the file is empty"
	BadMagic       Reason = "not a snapshot"
	BadVersion     Reason = "unknown version"
	BadFeature     Reason = "unknown required feature"
	BadHeader      Reason = "header checksum"
	BadTable       Reason = "table checksum"
	BadSection     Reason = "section checksum"
	BadFooter      Reason = "footer"
	BadSize        Reason = "file size"
	BadCount       Reason = "number of sections"
	BadLength      Reason = "length of a section"
	BadField       Reason = "a field has no canonical form"
	BadContents    Reason = "contents of a section"
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
	File   string // name, without folders
	Offset int64  // in the file, of what is wrong
	Got    string // what is there; of a checksum, that of what is there
	Want   string // what should be
	Err    error  // the cause, where the file system had one, or nil
}

func (e *Error) Error() string {
	return fmt.Sprintf("snapshot %s: %s: at byte %d: got %s, want %s", e.File, string(e.Reason), e.Offset, e.Got, e.Want)
}

// byteCount is a number of bytes in words.
func byteCount[N int | int64 | uint64](n N) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// Unwrap makes errors.Is(err, snapshot.BadMagic) work, and with it that for the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Err}
}
