package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheBugPageNamesThePageByHandWhereThereIsOne(t *testing.T) {
	const link = "[byhand.md](byhand.md)"
	path := filepath.Join(t.TempDir(), "bugs.md")
	page := func() string { return string(bugPage(nil, nil, sixty, "", hasByHand(path))) }
	require.NotContains(t, page(), link)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "byhand.md"), nil, 0o644))
	require.Contains(t, page(), link)
}
