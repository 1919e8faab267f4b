package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsTiedEndsWithItsInput(t *testing.T) {
	input, starter := io.Pipe()
	ctx := tie(t.Context(), input)
	_, err := starter.Write([]byte("what is read counts for nothing"))
	require.NoError(t, err)
	require.NoError(t, ctx.Err())
	require.NoError(t, starter.Close())
	<-ctx.Done()
}
