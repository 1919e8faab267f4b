package battle

import (
	"encoding/json"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// someFinding is a finding with everything in it.
func someFinding(t *testing.T) *Finding {
	p := everythingPlan()
	prog, err := p.parse("x.trace", []byte("idle\neverything text=\"it's\" array=[1 2 3] colour=red\nidle"))
	if err != nil {
		t.Fatal(err)
	}
	found := newFinding(p, source{pkg: "battle.test/fuzz", function: "FuzzEverything", variable: "Everything", bug: "tip-bug"}, prog, &Failure{
		Kind: Mismatch, Message: "bytes read differs from the oracle's\nand a second line", Expected: "2 bytes \"ab\"", Actual: "-- not a marker --",
		Diff: "-a\n+b\n", Place: "battle.test/fuzz/ring.go:12", Func: "battle.test/fuzz.(*Read).Apply", Op: "everything", Moment: 1,
		Stack: "battle.test/fuzz.(*Read).Apply\n\tbattle.test/fuzz/ring.go:12\n",
	})
	found.Engine, found.Seed, found.Runs, found.Updates = "rapid", 3, 20, 4000
	found.Elapsed, found.Original, found.Tried, found.Unstable = Duration(1500*time.Millisecond), 250, 90, true
	return found
}

func TestFindingsReadAsText(t *testing.T) {
	golden := filepath.Join("testdata", "finding.txtar")
	got := string(someFinding(t).Text())
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", golden, got, want)
	}
	archive := txtar.Parse([]byte(got))
	var names []string
	for _, f := range archive.Files {
		names = append(names, f.Name)
	}
	if want := "failure trace expected actual diff stack replay regression_test.go"; strings.Join(names, " ") != want {
		t.Errorf("sections: got %v, want %s", names, want)
	}
	// What a person sees as the trace must still be one.
	trace := archive.Files[1].Data
	prog, err := everythingPlan().parse(golden, trace)
	if err != nil || len(prog) != 3 {
		t.Errorf("the trace of a finding: %d updates and %v, want 3", len(prog), err)
	}
	lines := strings.Split(string(trace), "\n")
	if !strings.HasPrefix(lines[1], "everything ") || !strings.HasPrefix(lines[2], "#^^^") || len(lines[2]) < len(lines[1]) {
		t.Errorf("the caret is not under the update that failed:\n%s", trace)
	}
}

// A finding of New has no updates, and is a finding all the same: it has a trace, which a
// person sees and the replay command reads, and which says so.
func TestAFindingWithoutUpdatesHasATrace(t *testing.T) {
	p := everythingPlan()
	found := newFinding(p, source{pkg: "a.b/c"}, nil, &Failure{Kind: Harness, Message: "no subject"})
	found.Engine, found.Updates, found.Runs, found.Original = "explore", 0, 1, 1
	archive := txtar.Parse(found.Text())
	want := "everything: harness before the first update: no subject\n" +
		"found by explore after 0 updates in 1 run; minimised from 1 update to 0\n"
	if got := string(archive.Comment); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if trace := archive.Files[1]; trace.Name != "trace" || string(trace.Data) != "# no updates: it fails before the first\n" {
		t.Errorf("got section %s:\n%s", trace.Name, trace.Data)
	}
	if want := "replay -package a.b/c -target everything '# no updates: it fails before the first'"; !strings.HasSuffix(found.Replay, want) {
		t.Errorf("got %s, want …%s", found.Replay, want)
	}
	if prog, err := p.parse("trace", archive.Files[1].Data); err != nil || len(prog) > 0 {
		t.Errorf("the trace does not read as one without updates: %v, %v", prog, err)
	}
}

func TestAFindingOfATestHasNoEmptyLine(t *testing.T) {
	found := someFinding(t)
	found.Engine, found.Original, found.Unstable = "", 0, false
	if got := string(txtar.Parse(found.Text()).Comment); got != found.Title()+"\n" {
		t.Errorf("got %q", got)
	}
}

func TestAnyMessageFitsIntoTheTrace(t *testing.T) {
	found := someFinding(t)
	found.Failure.Message = "got \x00\xff\r and \x1b[1m"
	if got := found.markedTrace(); !strings.Contains(got, "^ got ??? and ?[1m\n") {
		t.Errorf("got %q", got)
	}
	if _, err := everythingPlan().parse("x", []byte(found.markedTrace())); err != nil {
		t.Error(err)
	}
}

func TestFindingsSurviveJSON(t *testing.T) {
	dir := t.TempDir()
	found := someFinding(t)
	path, err := found.Write(dir)
	if err != nil || path != filepath.Join(dir, found.ID+".txtar") {
		t.Fatalf("written to %s: %v", path, err)
	}
	got, err := ReadFinding(filepath.Join(dir, found.ID+".json"))
	if err != nil || !reflect.DeepEqual(got, found) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, found)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != string(found.Text()) {
		t.Errorf("the text beside it: %v\n%s", err, text)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestALongerTraceDoesNotReplaceAShorterOne(t *testing.T) {
	dir := t.TempDir()
	short, long := someFinding(t), someFinding(t)
	short.Trace, short.Moment = short.Trace[:2], 1
	for _, f := range []*Finding{long, short, long} {
		if _, err := f.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadFinding(filepath.Join(dir, short.ID+".json"))
	if err != nil || len(got.Trace) != 2 {
		t.Errorf("got %d updates and %v, want 2", len(got.Trace), err)
	}
}

func TestDamagedFindingsAreErrorsWithTheirPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.json")
	whole, err := json.MarshalIndent(someFinding(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, content, want string }{
		{"empty", "", ":1:1: unexpected end of JSON input"},
		{"truncated", string(whole[:30]), ":2:28: unexpected end of JSON input"},
		{"binary", "\x00\x01", ":1:1: invalid character '\\x00' looking for beginning of value"},
		{"of another shape", "{\n \"trace\": 3}", ":2:11: json: cannot unmarshal number into Go struct field Finding.trace of type []string"},
		{"not a finding", "{}", ": no target or no kind: this is not a finding"},
	} {
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFinding(file); err == nil || err.Error() != file+c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.name, err, file+c.want)
		}
	}
}

// imports parses a whole Go file, which must be formatted, and lists its imports.
func imports(t *testing.T, text string) (pkg string, paths []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "regression_test.go", text, parser.AllErrors)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
		t.Errorf("not formatted (%v):\n%s", err, text)
	}
	for _, one := range file.Imports {
		paths = append(paths, one.Path.Value)
	}
	return file.Name.Name, paths
}

func TestTheGoTestOfAFindingIsAWholeFile(t *testing.T) {
	found := someFinding(t)
	pkg, paths := imports(t, found.GoTest)
	if pkg != "fuzz" || !slices.Equal(paths, []string{`"testing"`, `"battle.test/battle"`}) {
		t.Errorf("got package %s, imports %s", pkg, paths)
	}
	want := "func TestEverythingRegression_" + strings.TrimPrefix(found.ID, "everything-") + "(t *testing.T) {\n\tbattle.Replay(t, Everything,\n\t\t&battle.idle{},\n"
	if !strings.Contains(found.GoTest, want) {
		t.Errorf("got\n%s\nwant\n%s", found.GoTest, want)
	}
}

// The variable and its package are those of the call in the test's source.
func TestTheGoTestNamesTheVariableThatTheTestUses(t *testing.T) {
	const text = `package outside_test

import (
	"testing"

	"battle.test/battle"
	own "example.org/own"
	"example.org/targets"
)

func TestLruRegression(t *testing.T) { battle.Replay(t, MyTarget) }
func FuzzOther(f *testing.F)         { battle.Fuzz[*pair](f, targets.Other) }
func TestAlias(t *testing.T) {
	battle.Check(
		t,
		own.Alias)
}
func TestLocal(t *testing.T) {
	target := MyTarget
	battle.Check(t, target)
}
func TestMade(t *testing.T) { battle.Check(t, made("x")) }
func check(t *testing.T, target battle.Target[int]) { battle.Check(t, target) }
`
	file := filepath.Join(t.TempDir(), "outside_test.go")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const library = `"battle.test/battle"`
	for _, c := range []struct {
		call, variable string
		imports        []string
	}{
		{"battle.Replay(t, MyTarget", "MyTarget", []string{library}},
		{"battle.Fuzz[", "targets.Other", []string{library, `"example.org/targets"`}},
		{"own.Alias", "own.Alias", []string{library, `"example.org/own"`}},
		{"battle.Check(t, target)\n}", unknownVariable, []string{library}},
		{"battle.Check(t, made", unknownVariable, []string{library}},
		{"battle.Check(t, target) }", unknownVariable, []string{library}},
		{"package", unknownVariable, []string{library}},
	} {
		src := source{pkg: "a.b/outside", external: true, file: file, line: 1 + strings.Count(text[:strings.Index(text, c.call)], "\n")}
		got := goTest(everythingPlan(), src, nil, "1a2b")
		if !strings.Contains(got, "battle.Replay(t, "+c.variable+")\n") {
			t.Errorf("%s: got\n%s\nwant %s", c.call, got, c.variable)
		}
		pkg, paths := imports(t, got)
		if want := append([]string{`"testing"`}, c.imports...); pkg != "outside_test" || !slices.Equal(paths, want) {
			t.Errorf("%s: got package %s, imports %s, want %s", c.call, pkg, paths, want)
		}
	}
}

// Without the source, the package's name is the types', or the path's.
func TestTheGoTestIsOfThePackageOfItsTest(t *testing.T) {
	for _, c := range []struct {
		src  source
		want string
	}{
		{source{pkg: ownPackage}, "battle"},
		{source{pkg: "a.b/c", external: true}, "c_test"},
		{source{pkg: "a.b/go-c.d", file: "/not/there_test.go"}, "go_c_d"},
		{source{pkg: "a.b/7"}, "regression"},
	} {
		if got, _ := imports(t, goTest(everythingPlan(), c.src, nil, "")); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.src, got, c.want)
		}
	}
	if got := goTest(everythingPlan(), source{pkg: "a.b/c", variable: "3 x"}, nil, ""); !strings.Contains(got, "battle.Replay(t, 3 x,") {
		t.Errorf("a finding is lost for the name of a variable: %s", got)
	}
}

func TestTheReplayCommandPlantsTheBug(t *testing.T) {
	prog, err := everythingPlan().parse("x", []byte("idle\nidle"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ bug, want string }{
		{"", "go run battle.test/cmd/battle replay -package a.b/c -target everything 'idle; idle'"},
		{"tip-bug", "go run battle.test/cmd/battle replay -package a.b/c -target everything -bug tip-bug 'idle; idle'"},
	} {
		if got := (source{pkg: "a.b/c", bug: c.bug}).replay("everything", prog); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if got := someFinding(t).Replay; !strings.Contains(got, `text="it'\''s"`) {
		t.Errorf("quotes are not safe for the shell: %s", got)
	}
}

func TestNamesTurnIntoGoNames(t *testing.T) {
	for target, want := range map[string]string{"ring": "Ring", "tip-ring": "TipRing", "a--b-": "AB"} {
		if got := exported(target); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
	for name, want := range map[string]string{"ReadAt": "read-at", "HTTPServer": "http-server", "X": "x", "ReadID": "read-id", "A1B": "a1-b"} {
		if got := dashed(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// What can't be put into its place leaves nothing else.
func TestWriteWholeLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(path, []byte("x")); err == nil {
		t.Error("a file took a folder's place")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
