package battle

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestBadCorpusFilesAreReportedTogetherAndGoodOnesUsed(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	target := everythingTarget()
	target.Corpus = fstest.MapFS{
		"everything/seeds/a-good.trace":        file("idle\nidle\n"),
		"everything/seeds/b-unknown.trace":     file("idle\njump\n"),
		"everything/seeds/c-empty.trace":       file("# nothing yet\n"),
		"everything/seeds/d-notes.txt":         file("idle"),
		"everything/seeds/e-folder/x.trace":    file("idle"),
		"everything/regressions/binary.trace":  file("\x00\x01"),
		"everything/regressions/crlf.trace":    file("idle\r\n"),
		"everything/regressions/z-good.trace":  file("everything u8=3"),
		"another/seeds/does-not-count.trace":   file("jump"),
		"everything/seeds/huge.trace":          file(strings.Repeat("# huge\n", traceMax/7+1)),
		"everything/regressions/range.trace":   file("everything i8=400"),
		"everything/elsewhere/not-looked.text": file("jump"),
	}
	entries, err := compile(target).loadCorpus(orders{}.corpusKinds())
	var got []string
	for _, e := range entries {
		got = append(got, e.file+": "+e.prog[0].kind.name)
	}
	want := "everything/seeds/a-good.trace: idle, everything/regressions/z-good.trace: everything"
	if strings.Join(got, ", ") != want {
		t.Errorf("the good files:\ngot  %s\nwant %s", strings.Join(got, ", "), want)
	}
	const errors = `everything/seeds/b-unknown.trace:2:1: unknown update "jump" in target everything, want everything or idle
everything/seeds/c-empty.trace: the trace has no updates
everything/seeds/d-notes.txt: not a trace: the corpus holds files named *.trace
everything/seeds/e-folder: not a trace: the corpus holds files named *.trace
everything/seeds/huge.trace: 16777222 bytes, a trace has at most 16777216
everything/regressions/binary.trace:1:1: a NUL byte: this is a binary file, not a trace
everything/regressions/crlf.trace:1:5: a carriage return: a trace's lines end in LF alone (for git: *.trace text eol=lf)
everything/regressions/range.trace:1:15: got "400", want -128..127 (field i8)`
	if err == nil || err.Error() != errors {
		t.Errorf("the errors:\ngot\n%v\nwant\n%s", err, errors)
	}
}

// What hunts for a bug must not be told of it.
func TestRegressionsAreLeftOutOnRequest(t *testing.T) {
	target := everythingTarget()
	target.Corpus = fstest.MapFS{
		"everything/seeds/a.trace":         &fstest.MapFile{Data: []byte("idle\n")},
		"everything/regressions/b.trace":   &fstest.MapFile{Data: []byte("everything u8=3\n")},
		"everything/regressions/bad.trace": &fstest.MapFile{Data: []byte("jump\n")},
	}
	entries, err := compile(target).loadCorpus(orders{seedsOnly: true}.corpusKinds())
	if err != nil || len(entries) != 1 || entries[0].file != "everything/seeds/a.trace" {
		t.Errorf("got %v and %v, want the seed alone", entries, err)
	}
}

func TestATargetWithoutACorpusHasNone(t *testing.T) {
	target := everythingTarget()
	target.Corpus = fstest.MapFS{}
	if entries, err := compile(target).loadCorpus(orders{}.corpusKinds()); err != nil || len(entries) != 0 {
		t.Errorf("got %d entries and %v, want none", len(entries), err)
	}
}
