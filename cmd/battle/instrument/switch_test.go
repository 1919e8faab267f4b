package instrument

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/cmd/battle/cache"
)

// switches runs the command of the samples, with some files in place of those on disk.
func switches(t *testing.T, files map[string][]byte) (said, recorded string) {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for path, content := range files {
		replacement := filepath.Join(dir, fmt.Sprint(len(overlay.Replace), ".go"))
		require.NoError(t, os.WriteFile(replacement, content, 0o644))
		overlay.Replace[path] = replacement
	}
	document, err := json.Marshal(overlay)
	require.NoError(t, err)
	list := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(list, document, 0o644))
	cmd := exec.Command("go", "run", "-overlay", list, "./testdata/switches")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s", &errs)
	return out.String(), errs.String()
}

// TestSwitchesDoWhatTheyDid runs code that prints what its switches and comparisons evaluate, as it
// is and rewritten, and looks at the operands.
func TestSwitchesDoWhatTheyDid(t *testing.T) {
	r, err := Packages(context.Background(), ".", nil, []string{"./testdata/switches"}, &cache.Cache{})
	require.NoError(t, err)

	was, nothing := switches(t, nil)
	require.Empty(t, nothing)
	is, recorded := switches(t, r.Files)
	require.Equal(t, was, is)
	const golden = "testdata/switches.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(recorded), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), recorded)
}
