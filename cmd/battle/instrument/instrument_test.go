package instrument

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"battle.test/cmd/battle/cache"
	"golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// plain is the sample as it is: all tests but one look at the same result.
var plain = sync.OnceValues(func() (*Result, error) {
	return Packages(context.Background(), ".", nil, []string{"./testdata/sample"}, &cache.Cache{})
})

func sample(t *testing.T) (*Result, string) {
	t.Helper()
	r, err := plain()
	require.NoError(t, err)
	require.Len(t, r.Files, 1)
	path, err := filepath.Abs("testdata/sample/sample.go")
	require.NoError(t, err)
	return r, path
}

func TestTheRewritingIsThatOfTheGoldenFile(t *testing.T) {
	const golden = "testdata/sample.golden"
	r, path := sample(t)
	if *update {
		require.NoError(t, os.WriteFile(golden, r.Files[path], 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(r.Files[path]))
}

func TestWhatWasRewrittenCompiles(t *testing.T) {
	r, _ := sample(t)
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedTypes | packages.NeedSyntax | packages.NeedImports | packages.NeedDeps | packages.NeedName, Overlay: r.Files,
	}, "./testdata/sample")
	require.NoError(t, err)
	require.Empty(t, loaded[0].Errors)
}

func TestLinesStayWhereTheyAre(t *testing.T) {
	r, path := sample(t)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	was, is := strings.Split(string(before), "\n"), strings.Split(string(r.Files[path]), "\n")
	for i, line := range was {
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) }) {
			require.Contains(t, is[i], word, "line %d", i+1)
		}
	}
	for _, b := range r.Blocks {
		require.Equal(t, "battle.test/cmd/battle/instrument/testdata/sample/sample.go", b.File)
		require.True(t, b.Line >= 22 && b.Last <= len(was) && b.Line <= b.Last, b)
	}
}

func TestConstantsAreCollectedOnce(t *testing.T) {
	r, _ := sample(t)
	require.Equal(t, []uint64{4, 5, 7, 8, 16, 17, 120, 300, 1000}, r.Numbers)
	require.Equal(t, []string{"magic bytes", "magic word"}, r.Texts)
}

func TestAnOverlayIsWhatIsRewritten(t *testing.T) {
	_, path := sample(t)
	overlay := map[string][]byte{path: []byte("package sample\n\nfunc g(n int) bool { return n == 77777 }\n")}
	r, err := Packages(context.Background(), ".", overlay, []string{"./testdata/sample"}, &cache.Cache{})
	require.NoError(t, err)
	require.Equal(t, []uint64{77777}, r.Numbers)
	require.Len(t, r.Blocks, 1)
}

func TestSourcesThatDoNotCompileAreRefused(t *testing.T) {
	_, path := sample(t)
	_, err := Packages(context.Background(), ".", map[string][]byte{path: []byte("package sample\n\nvar x int = \"\"\n")}, []string{"./testdata/sample"}, &cache.Cache{})
	require.ErrorContains(t, err, "sample.go:3:13")
}

// The call is Go source for a file that imports package probe.
func TestTheTableIsLoadedByACall(t *testing.T) {
	r, path := sample(t)
	file := fmt.Appendf(nil, "package sample\n\nimport \"battle.test/explore/probe\"\n\nfunc init() {\n%s}\n", r.Load())
	loaded, err := packages.Load(&packages.Config{
		Mode:    packages.NeedTypes | packages.NeedSyntax | packages.NeedName | packages.NeedImports | packages.NeedDeps,
		Overlay: map[string][]byte{path: file},
	}, "./testdata/sample")
	require.NoError(t, err)
	require.Empty(t, loaded[0].Errors)
	require.Contains(t, string(file), `File: "battle.test/cmd/battle/instrument/testdata/sample/sample.go", Line: 22, Last: 22}`)
}
