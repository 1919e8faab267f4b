package properties

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"battle.test/battle"
	"battle.test/fuzz"
)

// forms translates one target's tapes and traces, without the type of its subject.
type forms struct {
	name  string
	trace func(tape []byte) string
	parse func(trace string) ([]byte, error)
}

func formsOf[S any](target battle.Target[S]) forms {
	return forms{
		name:  target.Name,
		trace: func(tape []byte) string { return battle.Trace(target, tape) },
		parse: func(trace string) ([]byte, error) { return battle.Parse(target, "law.trace", []byte(trace)) },
	}
}

// everyTarget lists the targets that the laws of tape and trace are checked for: all.
func everyTarget() []forms {
	return []forms{
		formsOf(fuzz.Ring),
		formsOf(fuzz.Readers),
		formsOf(fuzz.Snapshot),
		formsOf(fuzz.SnapshotBytes),
		formsOf(fuzz.Wire),
		formsOf(fuzz.Tip),
		formsOf(fuzz.Schedules),
		formsOf(fuzz.Cluster),
	}
}

// forEveryTarget checks a law of tapes. The bytes are uniform, which rapid's own are
// not: small ones select the first kinds of update only.
func forEveryTarget(t *testing.T, law func(t *rapid.T, f forms, tape []byte)) {
	for _, f := range everyTarget() {
		t.Run(f.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				tape := make([]byte, rapid.IntRange(0, 600).Draw(t, "length"))
				random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				for i := range tape {
					tape[i] = byte(random.Uint32())
				}
				law(t, f, tape)
			})
		})
	}
}

// Decoding is total, and encoding is its inverse: the tape that comes back decodes to
// the same program, and is the only one that encoding makes of it.
func TestLawEncodingInvertsDecoding(t *testing.T) {
	forEveryTarget(t, func(t *rapid.T, f forms, tape []byte) {
		program := f.trace(tape)
		encoded, err := f.parse(program)
		if err != nil {
			t.Fatalf("what was decoded does not encode: %v\n%s", err, program)
		}
		if again := f.trace(encoded); again != program {
			t.Fatalf("got\n%s\nwant\n%s", again, program)
		}
		twice, err := f.parse(f.trace(encoded))
		if err != nil || !bytes.Equal(twice, encoded) {
			t.Fatalf("encoded twice: %v\ngot  %x\nwant %x", err, twice, encoded)
		}
	})
}

// A prefix of a tape is a rewound run: the updates before the cut stay what they were.
func TestLawAPrefixRewinds(t *testing.T) {
	forEveryTarget(t, func(t *rapid.T, f forms, tape []byte) {
		whole := strings.SplitAfter(f.trace(tape), "\n")
		rewound := strings.SplitAfter(f.trace(tape[:rapid.IntRange(0, len(tape)).Draw(t, "cut")]), "\n")
		rewound = rewound[:len(rewound)-1] // what follows the last line end
		for i := range len(rewound) - 1 {  // the last one may have lost some of its bytes
			if rewound[i] != whole[i] {
				t.Fatalf("update %d is %s, in the whole tape it is %s", i+1, rewound[i], whole[i])
			}
		}
	})
}

// A target that is new in fuzz/ must not be forgotten here.
func TestTheLawsKnowEveryTarget(t *testing.T) {
	files, err := filepath.Glob("../fuzz/*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in ../fuzz: %v", err)
	}
	var want, got []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range regexp.MustCompile(`battle\.Fuzz\(f, (\w+)\)`).FindAllStringSubmatch(string(source), -1) {
			want = append(want, strings.ToLower(call[1]))
		}
	}
	for _, f := range everyTarget() {
		got = append(got, f.name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("everyTarget has %v, the fuzz functions of ../fuzz %v", got, want)
	}
}
