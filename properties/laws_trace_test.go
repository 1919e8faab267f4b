package properties

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A trace means the same however it is laid out.
func TestLawLayoutDoesNotCount(t *testing.T) {
	forEveryTarget(t, func(t *rapid.T, f forms, tape []byte) {
		program := f.trace(tape)
		want, err := f.parse(program)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{
			strings.ReplaceAll(strings.TrimSuffix(program, "\n"), "\n", "; "),
			"# a story\n\n" + strings.ReplaceAll(program, "\n", " # why; not\n\n"),
			strings.ReplaceAll("\n"+program, "\n", "\n\t  "),
		} {
			if got, err := f.parse(other); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%v\ngot  %x\nwant %x\nof\n%s", err, got, want, other)
			}
		}
	})
}

var place = regexp.MustCompile(`^law\.trace:\d+:\d+: .`)

// A damaged trace is an error that names its place, or it is another trace; then what
// was read can be written and read again.
func TestLawDamageIsAnErrorWithItsPlace(t *testing.T) {
	refused := 0
	forEveryTarget(t, func(t *rapid.T, f forms, tape []byte) {
		damaged := []byte(f.trace(tape))
		if len(damaged) == 0 {
			return
		}
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			at := rapid.IntRange(0, len(damaged)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "edit") {
			case 0:
				damaged[at] = rapid.Byte().Draw(t, "byte")
			case 1:
				damaged = append(damaged[:at:at], damaged[at+rapid.IntRange(0, len(damaged)-at-1).Draw(t, "gone"):]...)
			default:
				damaged = append(damaged[:at:at], append(rapid.SliceOfN(rapid.Byte(), 1, 6).Draw(t, "more"), damaged[at:]...)...)
			}
		}
		read, err := f.parse(string(damaged))
		if err != nil {
			refused++
			if !place.MatchString(err.Error()) {
				t.Fatalf("the error does not say where: %v", err)
			}
			return
		}
		if again, err := f.parse(f.trace(read)); err != nil || !bytes.Equal(again, read) {
			t.Fatalf("%v\ngot  %x\nwant %x", err, again, read)
		}
	})
	if refused == 0 {
		t.Error("no damage was refused: the law tests nothing")
	}
}
