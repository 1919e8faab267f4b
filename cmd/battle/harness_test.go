package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// harnessed writes the test files of a package into a folder, and returns the sources that
// a target's harness needs of them, by name, trimmed of what is blank.
func harnessed(t *testing.T, external bool, files map[string]string) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "p")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	require.NoError(t, writeHarnesses(dir, target{external: external}))
	if external {
		dir += "_test"
	}
	written, err := filepath.Glob(filepath.Join(dir, "*battle*.go"))
	require.NoError(t, err)
	all := make(map[string]string)
	for _, path := range written {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		all[filepath.Base(path)] = string(content)
	}
	return all
}

// names are the declarations of a file, and the paths of its imports.
func names(t *testing.T, source string) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", source, parser.SkipObjectResolution)
	require.NoError(t, err, source)
	for _, spec := range file.Imports {
		all = append(all, strings.Trim(spec.Path.Value, `"`))
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && (fn.Recv != nil || isInit(fn)) {
			all = append(all, fn.Name.Name)
		} else {
			all = append(all, declared(decl)...)
		}
	}
	return all
}

// A target of the package itself needs none of its test files.
func TestAHarnessCallsTheTarget(t *testing.T) {
	all := harnessed(t, false, map[string]string{
		"ring_test.go": "package fuzz\n\nimport (\n\t\"testing\"\n\n\t\"battle.test/battle\"\n)\n\nfunc FuzzRing(f *testing.F) { battle.Fuzz(f, Ring) }\n",
	})
	require.Equal(t, map[string]string{"battle_FuzzRing.go": `package fuzz

import battletape "battle.test/battle"

var runFuzzRing_tape func([]byte) int

func FuzzRing_tape(tape []byte) int {
	if runFuzzRing_tape == nil {
		runFuzzRing_tape = battletape.Bytes(Ring)
	}
	runFuzzRing_tape(tape)
	return 0
}
`}, all)
}

// Of test files come what the target is made of, and the imports of that alone: go-fuzz
// can't build what most tests import.
func TestAHarnessTakesWhatTheTargetIsMadeOf(t *testing.T) {
	all := harnessed(t, false, map[string]string{
		"queue_test.go": `package queue

import (
	"testing"

	"battle.test/battle"
	"example.test/go-slow/v2"
	"github.com/stretchr/testify/require"
)

var queue = battle.Target[*pair]{New: newPair, Ops: battle.Ops(battle.Op[*Push](1))}

// Push is an update.
type Push struct{ N size }

func (p *Push) Apply(t *battle.T, s *pair) { s.want = append(s.want, limit) }

func FuzzQueue(f *testing.F) { battle.Fuzz[*pair](f, queue) }

//go:noinline
func helper() {}

func TestQueue(t *testing.T) { require.True(t, true); helper() }
`,
		"pair_test.go":   "package queue\n\nimport slow \"example.test/slow\"\n\ntype pair struct{ want []int }\n\nfunc newPair() *pair { slow.Down(); return nil }\n\ntype size uint8\n\nconst limit = 3\n\nfunc init() { prepare() }\n\nfunc prepare() {}\n",
		"other_test.go":  "package queue\n\nfunc init() {}\n",
		"outer_test.go":  "package queue_test\n\ntype Push int\n",
		"tagged_test.go": "//go:build !gofuzz\n\npackage queue\n\ntype size int\n",
	})
	require.Len(t, all, 3)
	require.Contains(t, all["battle_FuzzQueue.go"], "battletape.Bytes(queue)")
	require.Equal(t, []string{"battle.test/battle", "queue", "Push", "Apply"}, names(t, all["queue_test_battle.go"]))
	require.NotContains(t, all["queue_test_battle.go"], "go:noinline")
	require.ElementsMatch(t, []string{"example.test/slow", "pair", "newPair", "size", "limit", "init", "prepare"}, names(t, all["pair_test_battle.go"]))
	require.Equal(t, "type Push struct{ N size }", strings.Split(all["queue_test_battle.go"], "\n")[13], "lines stay where they are")
}

func TestAHarnessOfExternalTestsIsBesideThePackage(t *testing.T) {
	all := harnessed(t, true, map[string]string{
		"a_test.go": "package p_test\n\nimport (\n\t\"testing\"\n\n\tb \"battle.test/battle\"\n\t\"example.test/p\"\n\t\"example.test/targets.v3\"\n)\n\nfunc FuzzA(f *testing.F) { b.Fuzz(f, targets.New(p.Size)) }\n",
		"b_test.go": "package p\n",
	})
	require.Len(t, all, 1)
	require.Equal(t, []string{"battle.test/battle", "example.test/p", "example.test/targets.v3", "runFuzzA_tape", "FuzzA_tape"}, names(t, all["battle_FuzzA.go"]))
	require.Contains(t, all["battle_FuzzA.go"], "Bytes(targets.New(p.Size))")
}

func TestImportsAreToldFromTheirPaths(t *testing.T) {
	for path, name := range map[string]string{
		`"example.test/deque"`: "deque", `"example.test/deque/v2"`: "deque", `"example.test/v"`: "v", `"gopkg.in/yaml.v3"`: "yaml",
		`"example.test/go-cmp"`: "cmp", `"example.test/nats-go"`: "nats", `q "example.test/deque"`: "q",
	} {
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Value: path}}
		if alias, quoted, named := strings.Cut(path, " "); named {
			spec.Name, spec.Path.Value = ast.NewIdent(alias), quoted
		}
		require.True(t, imported(spec, map[string]bool{name: true}), path)
		require.False(t, imported(spec, map[string]bool{"other": true}), path)
	}
}
