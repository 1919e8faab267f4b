package battle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// A Finding is a failure with the shortest known program of updates that leads to
// it. Its text form is one txtar file; its JSON form is for machines.
type Finding struct {
	ID      string `json:"id"`
	Target  string `json:"target"`
	Package string `json:"package"` // import path of the test
	Func    string `json:"func"`    // the test or fuzz function, as FuzzRing
	Failure
	Trace    []string `json:"trace"`              // the updates, a line each
	Tape     []byte   `json:"tape"`               // the same, encoded by this build
	Replay   string   `json:"replay"`             // a command that shows it again
	GoTest   string   `json:"go_test"`            // the same as a Go file
	Engine   string   `json:"engine"`             // what found it
	Seed     uint64   `json:"seed"`               //
	Runs     uint64   `json:"runs"`               // before it was found, in its process
	Updates  uint64   `json:"updates"`            // likewise
	Elapsed  Duration `json:"elapsed"`            // likewise, in seconds
	Original int      `json:"original"`           // updates before minimising
	Tried    int      `json:"tried"`              // candidates that minimising ran
	Unstable bool     `json:"unstable,omitempty"` // the trace does not fail every time
}

// Duration is a time span that JSON has in seconds.
type Duration time.Duration

// MarshalJSON writes seconds.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).Seconds())
}

// UnmarshalJSON reads seconds.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	*d = Duration(seconds * float64(time.Second))
	return nil
}

// source is the test function that a finding comes from.
type source struct {
	pkg      string // import path
	external bool   // it is of package pkg_test
	function string // FuzzRing
	file     string // its source, and the line that calls the library; or ""
	line     int
	variable string // the name of the target's variable, as far as the command knows it
	bug      string // the planted bug in this build, or ""
}

// home is the path that the function's package has in types and frames.
func (src source) home() string {
	if src.external {
		return src.pkg + "_test"
	}
	return src.pkg
}

func newFinding(p *plan, src source, prog program, f *Failure) *Finding {
	hash := sha256.Sum256([]byte(p.name + " " + f.key()))
	mark := hex.EncodeToString(hash[:4])
	found := &Finding{
		ID:      p.name + "-" + mark,
		Target:  p.name,
		Package: src.pkg,
		Func:    src.function,
		Failure: *f,
		Replay:  src.replay(p.name, prog),
		GoTest:  goTest(p, src, prog, mark),
	}
	for _, s := range prog {
		found.Trace = append(found.Trace, s.String())
	}
	if tape, err := p.encode(prog); err == nil {
		found.Tape = tape
	}
	return found
}

// noUpdates is the trace of a run that fails in New: nothing would look like a mistake.
const noUpdates = "# no updates: it fails before the first"

// replay is the command that shows a program's failure again.
func (src source) replay(target string, prog program) string {
	command := fmt.Sprintf("go run battle.test/cmd/battle replay -package %s -target %s", src.pkg, target)
	if src.bug != "" {
		command += " -bug " + src.bug
	}
	if len(prog) == 0 {
		return command + " '" + noUpdates + "'"
	}
	return command + " '" + quoteShell(prog.oneLine()) + "'"
}

// quoteShell makes text safe between single quotes.
func quoteShell(text string) string { return strings.ReplaceAll(text, `'`, `'\''`) }

// Title is the finding in one line.
func (f *Finding) Title() string {
	where := "before the first update"
	if f.Op != "" {
		where = fmt.Sprintf("in update %d of %d (%s)", f.Moment+1, len(f.Trace), f.Op)
	}
	return fmt.Sprintf("%s: %s %s: %s", f.Target, f.Kind, where, firstLine(f.Message))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Text is the finding as txtar.
func (f *Finding) Text() []byte {
	head := f.Title() + "\n"
	if history := f.history(); history != "" {
		head += history + "\n"
	}
	archive := &txtar.Archive{Comment: []byte(head)}
	add := func(name, text string) {
		if text != "" {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: section(text)})
		}
	}
	failure := f.Failure.Message + "\n"
	if f.Place != "" {
		failure += fmt.Sprintf("at %s\nin %s\n", f.Place, f.Failure.Func)
	}
	add("failure", failure)
	add("trace", f.markedTrace())
	add("expected", f.Expected)
	add("actual", f.Actual)
	add("diff", f.Diff)
	add("story", f.Story)
	add("stack", f.Stack)
	add("replay", f.Replay)
	add("regression_test.go", f.GoTest)
	return txtar.Format(archive)
}

// history says how the finding came about.
func (f *Finding) history() string {
	var parts []string
	switch {
	case f.Engine == "":
	case f.Updates == 0 && f.Runs == 0: // its process died before it could say
		parts = append(parts, "found by "+f.Engine)
	default:
		parts = append(parts, fmt.Sprintf("found by %s after %s in %s", f.Engine, counted(f.Updates, "update"), counted(f.Runs, "run")))
	}
	if f.Original > len(f.Trace) {
		parts = append(parts, fmt.Sprintf("minimised from %s to %d", counted(uint64(f.Original), "update"), len(f.Trace)))
	}
	if f.Unstable {
		parts = append(parts, "the trace fails only on some schedules: replay tries several times")
	}
	return strings.Join(parts, "; ")
}

// counted is a number of things in words.
func counted[N int | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// markedTrace is the trace with a caret under the update that failed.
func (f *Finding) markedTrace() string {
	if len(f.Trace) == 0 {
		return noUpdates + "\n"
	}
	var b strings.Builder
	for i, line := range f.Trace {
		b.WriteString(line + "\n")
		if i == f.Moment {
			fmt.Fprintf(&b, "#%s %s\n", strings.Repeat("^", max(1, len(line)-1)), comment(firstLine(f.Message)))
		}
	}
	return b.String()
}

// comment makes text fit into a comment of a trace, which is text.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return '?'
		}
		return r
	}, text)
}

// section makes text fit into a txtar file: it ends in a line end, and a line that
// would be taken for a file marker is indented.
func section(text string) []byte {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	lines := bytes.SplitAfter([]byte(text), []byte("\n"))
	for i, line := range lines {
		if bytes.HasPrefix(line, []byte("-- ")) {
			lines[i] = append([]byte(" "), line...)
		}
	}
	return bytes.Join(lines, nil)
}

// Write puts the finding's text and its JSON twin into a folder, as <ID>.txtar and
// <ID>.json. A finding that is there already stays if its trace is no longer.
func (f *Finding) Write(dir string) (path string, err error) {
	path = filepath.Join(dir, f.ID+".txtar")
	twin := filepath.Join(dir, f.ID+".json")
	if old, err := ReadFinding(twin); err == nil && len(old.Trace) <= len(f.Trace) {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if err := writeWhole(path, f.Text()); err != nil {
		return "", err
	}
	document, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", err
	}
	return path, writeWhole(twin, append(document, '\n'))
}

// ReadFinding reads the JSON twin of a finding.
func ReadFinding(path string) (*Finding, error) {
	document, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &Finding{}
	if err := json.Unmarshal(document, f); err != nil {
		return nil, fmt.Errorf("%s: %w", position(path, document, offsetOf(err, len(document))), err)
	}
	if f.Target == "" || f.Kind == "" {
		return nil, fmt.Errorf("%s: no target or no kind: this is not a finding", path)
	}
	return f, nil
}

// offsetOf is where in a document JSON went wrong, or its end.
func offsetOf(err error, size int) int {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		size = min(size, max(0, int(syntax.Offset)-1))
	case errors.As(err, &typ):
		size = min(size, max(0, int(typ.Offset)-1))
	}
	return size
}

// tempSuffix ends the names of files that are being written.
const tempSuffix = ".tmp"

// writeWhole writes a file so that a reader, or a crash, sees all of it or nothing.
func writeWhole(path string, content []byte) error {
	temp := fmt.Sprintf("%s.%d%s", path, os.Getpid(), tempSuffix)
	err := os.WriteFile(temp, content, 0o644)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
