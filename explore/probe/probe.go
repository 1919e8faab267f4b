// Package probe is what instrumented sources write to: a counter for each block of
// code, and the operands of comparisons. The battle command rewrites the packages under
// test to use it, and adds a file to the test binary that loads the table of their blocks.
// Nothing else imports it, but for harnesses that have something unwatched, and ordinary
// builds of what is under test do not link it.
//
// What is here is written by the subject on its hot paths, and read by the explorer
// between updates, on the same goroutine. Where a subject has goroutines of its own the
// counts are approximate, and that is good enough.
package probe

// Max bounds the number of blocks. Beyond it, blocks are not counted.
const Max = 1 << 16

// Counters count how often each block ran, modulo 256. An index that is a constant
// costs one instruction and no check of bounds.
var Counters [Max]uint8

// A Block is a stretch of code without branches.
type Block struct {
	File       string // package path and file name
	Line, Last int    // of its lines, from 1
}

// What Load was given: nothing in a binary without instrumented sources.
var (
	Size    int      // blocks that have a counter
	Blocks  []Block  // by their index in Counters
	Numbers []uint64 // constants of the instrumented sources
	Texts   []string // likewise
	Sites   []uint8  // by the site of a comparison, how many bytes its operands have, 0 of byte strings
)

// Load takes the table of the instrumented sources, before anything runs.
func Load(blocks []Block, numbers []uint64, texts []string, sites []uint8) {
	Size, Blocks, Numbers, Texts, Sites = len(blocks), blocks, numbers, texts, sites
}

// Watching tells whether comparisons are recorded. It is off on most runs: what it finds
// is worth little per update, and it costs a call for each comparison.
var Watching bool

// A Comparison is two operands that were compared, and differed.
type Comparison struct{ A, B uint64 }

// A Sited comparison is one with its site: the number of its place in the sources.
type Sited struct {
	Comparison
	Site uint32
}

// A Text is two byte strings that were compared, and differed, and where. It holds their
// first textMax bytes.
type Text struct {
	A, B string
	Site uint32
}

const (
	comparisonsMax = 256
	textsMax       = 32
	textMax        = 64

	// Made keeps more: it tells of a whole run.
	trailMax      = 1 << 12
	textsTrailMax = 1 << 8
)

var (
	trail      [trailMax]Sited // the last comparisons, in a circle
	count      int
	equalities [comparisonsMax]Comparison // those of them that asked whether two are equal
	equalCount int
	equalTaken int
	texts      []Text // the first
	watched    [comparisonsMax]Comparison
)

// Watch starts recording, and forgets what was recorded before.
func Watch() {
	Watching, count, texts = true, 0, texts[:0]
	equalCount, equalTaken = 0, 0
}

// Watched stops recording. It returns the last comparisons that were made, up to 256 of
// integers, in no order, and the first 32 of byte strings. Both slices are valid until the
// next Watch.
func Watched() ([]Comparison, []Text) {
	Watching = false
	for i := max(0, count-comparisonsMax); i < count; i++ {
		watched[i%comparisonsMax] = trail[i%trailMax].Comparison
	}
	return watched[:min(count, comparisonsMax)], texts[:min(len(texts), textsMax)]
}

// Made stops recording, and yields the comparisons of integers since Watch, in order and up
// to the last 4096. It returns the first 256 of byte strings, up to the next Watch.
func Made(yield func(Sited)) []Text {
	Watching = false
	for i := max(0, count-trailMax); i < count; i++ {
		yield(trail[i%trailMax])
	}
	return texts
}

// Latest stops recording, and returns of the comparisons of integers since Watch some of the last
// 256, and the first 256 of byte strings, both up to the next Watch. It copies nothing.
func Latest() ([]Sited, []Text) {
	Watching = false
	begin := max(0, count-comparisonsMax) % trailMax
	return trail[begin:min(begin+min(count, comparisonsMax), trailMax)], texts
}

// Unequal are the comparisons for equality since it was last called, up to the last 256,
// by way of yield. They are those of the present Watch.
func Unequal(yield func(Comparison)) {
	for i := max(equalTaken, equalCount-comparisonsMax); i < equalCount; i++ {
		if c := equalities[i%comparisonsMax]; c.A != c.B {
			yield(c)
		}
	}
	equalTaken = equalCount
}

func noteEquality(site uint32, a, b uint64) {
	note(site, a, b)
	equalities[equalCount%comparisonsMax] = Comparison{a, b}
	equalCount++
}

func note(site uint32, a, b uint64) {
	trail[count%trailMax] = Sited{Comparison{a, b}, site}
	count++
}

func noteText(site uint32, a, b string) {
	if len(texts) < textsTrailMax {
		texts = append(texts, Text{a[:min(len(a), textMax)], b[:min(len(b), textMax)], site})
	}
}

// Integer is any integer type.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// The operators, as instrumented sources have them.

func Eq[T Integer](site uint32, a, b T) bool {
	if Watching {
		noteEquality(site, uint64(a), uint64(b))
	}
	return a == b
}

func Ne[T Integer](site uint32, a, b T) bool {
	if Watching {
		noteEquality(site, uint64(a), uint64(b))
	}
	return a != b
}

func Lt[T Integer](site uint32, a, b T) bool {
	if Watching {
		note(site, uint64(a), uint64(b))
	}
	return a < b
}

func Le[T Integer](site uint32, a, b T) bool {
	if Watching {
		note(site, uint64(a), uint64(b))
	}
	return a <= b
}

func Gt[T Integer](site uint32, a, b T) bool {
	if Watching {
		note(site, uint64(a), uint64(b))
	}
	return a > b
}

func Ge[T Integer](site uint32, a, b T) bool {
	if Watching {
		note(site, uint64(a), uint64(b))
	}
	return a >= b
}

func EqText[T ~string](site uint32, a, b T) bool {
	if Watching && a != b {
		noteText(site, string(a), string(b))
	}
	return a == b
}

func NeText[T ~string](site uint32, a, b T) bool {
	if Watching && a != b {
		noteText(site, string(a), string(b))
	}
	return a != b
}

func LtText[T ~string](site uint32, a, b T) bool {
	if Watching && a != b {
		noteText(site, string(a), string(b))
	}
	return a < b
}

func LeText[T ~string](site uint32, a, b T) bool {
	if Watching && a != b {
		noteText(site, string(a), string(b))
	}
	return a <= b
}

func GtText[T ~string](site uint32, a, b T) bool {
	if Watching && a != b {
		noteText(site, string(a), string(b))
	}
	return a > b
}

func GeText[T ~string](site uint32, a, b T) bool {
	if Watching && a != b {
		noteText(site, string(a), string(b))
	}
	return a >= b
}

// Bytes stands around the arguments of bytes.Equal and bytes.Compare, and of those of slices.
func Bytes(site uint32, a, b []byte) ([]byte, []byte) {
	if Watching && string(a) != string(b) {
		noteText(site, string(a), string(b))
	}
	return a, b
}

// Switch stands around the value of a switch, with the constants among its cases, whose sites
// follow each other. Up to the one that is equal they were compared. What they tell apart is
// nothing new, as each case is a block: they are only operands.
func Switch[T Integer](site uint32, cases []uint64, v T) T {
	if Watching {
		noteCases(site, cases, uint64(v))
	}
	return v
}

func noteCases(site uint32, cases []uint64, v uint64) {
	for i, c := range cases {
		note(site+uint32(i), v, c)
		if v == c {
			return
		}
	}
}

// SwitchText is Switch of strings.
func SwitchText[T ~string](site uint32, cases []string, v T) T {
	if Watching {
		noteTexts(site, cases, string(v))
	}
	return v
}

func noteTexts(site uint32, cases []string, v string) {
	for i, c := range cases {
		if v == c {
			return
		}
		noteText(site+uint32(i), v, c)
	}
}

// Case stands around a case that is no constant, with the value of its switch.
func Case[T Integer](site uint32, v, c T) T {
	if Watching {
		noteEquality(site, uint64(v), uint64(c))
	}
	return c
}

// CaseText is Case of strings.
func CaseText[T ~string](site uint32, v, c T) T {
	if Watching && v != c {
		noteText(site, string(v), string(c))
	}
	return c
}
