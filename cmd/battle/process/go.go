package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Go runs the go command and returns its output; its error has what go said.
func Go(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := Command(ctx, "go", args...)
	HearOut(cmd)
	cmd.Dir = dir
	cmd.Env = append(Environment(cmd), env...)
	var output, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &said
	err := Run(cmd)
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("the go command is needed, and is not on the path: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, Tail(strings.TrimSpace(said.String())))
	}
	return output.Bytes(), nil
}

// Tail is the end of a long output.
func Tail(text string) string {
	const most = 4 << 10
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}
