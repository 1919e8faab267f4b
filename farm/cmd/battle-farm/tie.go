package main

import (
	"context"
	"io"
)

// tie is a context that ends, too, with what is read from: a pipe from who has started this
// process, which ends when that does, however it ends.
func tie(ctx context.Context, from io.Reader) context.Context {
	tied, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, from)
		cancel()
	}()
	return tied
}
