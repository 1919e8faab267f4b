package oracle

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMendingMakesAForgeryAgree(t *testing.T) {
	for _, f := range wholeFiles() {
		b := f.Bytes()
		b[16]++ // the epoch
		b[SnapshotHeaderSize(b)+2*56]++
		sums := bytes.Clone(b)
		MendSnapshot(sums, false)
		require.False(t, WholeSnapshot(wholeName, sums), "the footer gives it away")
		MendSnapshot(b, true)
		require.True(t, WholeSnapshot(wholeName, b))
	}
}
