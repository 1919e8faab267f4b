package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"battle.test/battle"
)

// patience is how long a process that was told to stop may take before it is killed.
// With it, the command itself ends within two seconds of Ctrl-C.
const patience = 500 * time.Millisecond

// command is a process that ends with the context, and everything it started with it:
// the engines start workers, and the go command compilers.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	ownGroup(cmd)
	cmd.Cancel = func() error { return interruptGroup(cmd) }
	cmd.WaitDelay = patience
	return cmd
}

// testCommand is a test binary's process that works for the command, and is to know when
// the command is gone.
func testCommand(ctx context.Context, binary string, args ...string) *exec.Cmd {
	cmd := command(ctx, binary, append(args, "-test.timeout=0", "-test.paniconexit0")...)
	if _, err := cmd.StdinPipe(); err == nil { // else Linux tells it
		cmd.Env = append(os.Environ(), battle.EnvLine+"=stdin")
	}
	return cmd
}

// run runs the process, and sees that nothing of its group is left.
func run(cmd *exec.Cmd) error {
	runtime.LockOSThread() // see endWithCommand
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	if cmd.Process != nil {
		killGroup(cmd)
	}
	return err
}

// goCommand runs the go command and returns its output; its error has what go said.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := command(ctx, "go", args...)
	cmd.Cancel = func() error {
		time.AfterFunc(patience, func() { killGroup(cmd) })
		return interruptGroup(cmd)
	}
	cmd.WaitDelay = 20 * patience // nothing that it starts outlives it, but a busy machine is slow to hand over what it said
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), env...)
	var output, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &said
	err := run(cmd)
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
