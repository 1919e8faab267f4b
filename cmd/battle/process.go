package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// testCommand is a test binary's process that works for the command, and is to know when
// the command is gone.
func testCommand(ctx context.Context, binary string, args ...string) *exec.Cmd {
	cmd := process.Command(ctx, binary, append(args, "-test.timeout=0", "-test.paniconexit0")...)
	process.HearOut(cmd)
	if _, err := cmd.StdinPipe(); err == nil { // else Linux tells it
		cmd.Env = append(process.Environment(cmd), battle.EnvLine+"=stdin")
	}
	return cmd
}

// goCommand runs the go command and returns its output; its error has what go said.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := process.Command(ctx, "go", args...)
	process.HearOut(cmd)
	cmd.Dir = dir
	cmd.Env = append(process.Environment(cmd), env...)
	var output, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &said
	err := process.Run(cmd)
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("the go command is needed, and is not on the path: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, tail(strings.TrimSpace(said.String())))
	}
	return output.Bytes(), nil
}

// tail is the end of a long output.
func tail(text string) string {
	const most = 4 << 10
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}
