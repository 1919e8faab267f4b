package report

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // has the schema
	"github.com/stretchr/testify/require"
	"github.com/xeipuuv/gojsonschema"
)

// sarifSchema is the schema of SARIF 2.1.0, as it lies in a module that keeps it to itself.
var sarifSchema = sync.OnceValues(func() (*gojsonschema.Schema, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(strings.TrimSpace(string(dir)), "pkg", "report", "v210", "sarif", "schema.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if value, err := strconv.Unquote(literal.Value); err == nil && len(value) > len(text) {
				text = value
			}
		}
		return true
	})
	return gojsonschema.NewSchema(gojsonschema.NewStringLoader(text))
})

func checkSARIF(document []byte) error {
	schema, err := sarifSchema()
	if err != nil {
		return err
	}
	result, err := schema.Validate(gojsonschema.NewBytesLoader(document))
	if err != nil || result.Valid() {
		return err
	}
	var all []error
	for _, one := range result.Errors() {
		all = append(all, errors.New(one.String()))
	}
	return errors.Join(all...)
}

func TestSARIFFitsItsSchema(t *testing.T) {
	for name, r := range map[string]*Report{"everything": some(), "nothing": {}} {
		document, err := r.SARIF()
		require.NoError(t, err)
		require.NoError(t, checkSARIF(document), "%s:\n%s", name, document)
	}
}

func TestTheSARIFCheckRefuses(t *testing.T) {
	document, err := some().SARIF()
	require.NoError(t, err)
	for _, c := range []struct{ old, bad string }{
		{`"level": "error"`, `"level": "terrible"`},
		{`"startLine": 12`, `"startLine": 0`},
		{`"ruleIndex": 0`, `"ruleNumber": 0`},
		{`"version": "2.1.0"`, `"version": "2.1"`},
	} {
		broken := strings.Replace(string(document), c.old, c.bad, 1)
		require.NotEqual(t, string(document), broken, "%s is not in there", c.old)
		require.Error(t, checkSARIF([]byte(broken)), c.bad)
	}
}

// TestSARIFReadsAsBefore compares with a document that a person has read: one result a
// finding that fails now, with rule, place, trace, command and fingerprints.
func TestSARIFReadsAsBefore(t *testing.T) {
	document, err := some().SARIF()
	require.NoError(t, err)
	golden(t, "some.sarif", document)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), path)
}

func TestALongTraceIsCutInMessages(t *testing.T) {
	f := found("ring-1", "ring")
	f.Trace = strings.Split(strings.Repeat("read offset=1\n", 100_000), "\n")
	f.Trace[len(f.Trace)-1] = "read " + strings.Repeat("x", 1<<20)
	f.Replay = "battle replay '" + strings.Join(f.Trace, "; ") + "'"
	text := f.message()
	require.Less(t, len(text), 10_000)
	require.Contains(t, text, "(99961 updates before)\n")
	require.Contains(t, text, "battle replay ring-1.txtar\n")
	r := &Report{Findings: []Finding{f}}
	document, err := r.SARIF()
	require.NoError(t, err)
	require.Less(t, len(document), 20_000)
	document, err = r.JUnit()
	require.NoError(t, err)
	require.Less(t, len(document), 200_000)
	require.Less(t, len(r.Markdown()), 20_000)
}
