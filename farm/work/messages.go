package work

import (
	"time"
	"unicode/utf8"

	"battle.test/battle"

	"battle.test/farm/store"
)

// An Item is a piece of work.
type Item struct {
	ID      string  `json:"id"`
	Target  string  `json:"target"`
	Package string  `json:"package"`
	Engine  string  `json:"engine"`
	Build   string  `json:"build"` // revision
	Seconds float64 `json:"seconds"`
	Seed    uint64  `json:"seed"`
}

// A Source says who hands something in, and what it comes from.
type Source struct {
	Item   string `json:"item"` // its ID
	Worker string `json:"worker"`
	Build  string `json:"build"`
	Engine string `json:"engine"`
	Target string `json:"target"`
}

// A Claim is a finding that a worker says it has.
type Claim struct {
	Source
	Found battle.Finding `json:"found"`
}

// An Entry is a trace for the corpus.
type Entry struct {
	Source
	Trace string `json:"trace"`
}

// A Report says how a piece of work ended.
type Report struct {
	Source
	Delivery int     `json:"delivery"` // which attempt at the item it was, from 1
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpu_seconds"`
	Runs     uint64  `json:"runs"`
	Updates  uint64  `json:"updates"`
	Fault    string  `json:"fault,omitempty"` // why it could not be done, or not well
	Note     string  `json:"note,omitempty"`  // why it ended early

	Of store.Report `json:"of"`
}

// Bounds of what is handed in. The trace of a claim is minimal by rule, that of an entry
// small by experience.
const (
	TraceBytesMax = 96 << 10
	textBytesMax  = 16 << 10 // of each text beside a trace
)

// Trim cuts a claim to what the coordinator needs to see the failure again: the rest follows
// from that.
func (c *Claim) Trim() {
	f := &c.Found
	f.GoTest, f.Replay, f.Tape = "", "", nil
	for _, text := range []*string{&f.Message, &f.Expected, &f.Actual, &f.Diff, &f.Story, &f.Stack} {
		*text = Cut(*text)
	}
}

// Cut shortens a text to what a message or a record can hold, between two letters.
func Cut(text string) string {
	if len(text) <= textBytesMax {
		return text
	}
	end := textBytesMax
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// Times of the queue.
const (
	// AckWait is how long a worker may be silent before its item goes to another.
	AckWait = 45 * time.Second
	// BeatEvery is how often it says that it is still there.
	BeatEvery = 10 * time.Second
	// DeliverMax is how often an item is tried. One that has killed as many workers is dropped.
	DeliverMax = 4
	// Window is how long the server remembers message IDs.
	Window = 10 * time.Minute
)
