package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"battle.test/cmd/battle/process"
)

// farmCommand hands its arguments to a command of another module: the farm brings a message
// server with it, which this module is not to depend on.
type farmCommand struct {
	Args []string `arg:"" optional:"" help:"Arguments of battle-farm."`
}

const farmName = "battle-farm"

// An exitStatus is how a command ended that has said by itself what there is to say.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// Run is the farm, as far as others can tell: it has its exit status, and ends the farm in order
// when it is told to end. If it is killed, the farm sees its standard input end, see -tied there.
func (c *farmCommand) Run(ctx context.Context, line *commandLine) error {
	path, err := findFarm(ctx, line.Dir)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"-tied"}, c.Args...)...)
	cmd.Dir = line.Dir
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	cmd.Cancel = input.Close
	if own, err := os.Executable(); err == nil { // the farm drives this command
		cmd.Env = append(os.Environ(), "BATTLE_COMMAND="+own)
	}
	err = cmd.Run()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() >= 0:
		return exitStatus(ended.ExitCode())
	case err != nil && cmd.ProcessState != nil && cmd.ProcessState.Success(): // it was told to end, and did
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", farmName, err)
	}
	return nil
}

// findFarm looks for the farm's command beside this one, and where else tools are.
func findFarm(ctx context.Context, dir string) (string, error) {
	name := farmName
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		path := filepath.Join(filepath.Dir(own), name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	if path := findTool(dir, farmName); path != "" {
		return path, nil
	}
	return "", fmt.Errorf("%s is neither beside battle nor on the path: %s", farmName, farmInstall(ctx, dir))
}

// farmInstall is the command that makes the farm's: it is in the library's repository, which the
// module in a folder says where to find.
func farmInstall(ctx context.Context, dir string) string {
	const module = "battle.test"
	found, err := process.Go(ctx, dir, nil, "list", "-m", "-f", "{{.Dir}}", module)
	farm := filepath.Join(strings.TrimSpace(string(found)), "farm")
	if _, missing := os.Stat(filepath.Join(farm, "go.mod")); err != nil || missing != nil {
		return "in a checkout of Battletest, go -C farm install ./cmd/" + farmName
	}
	return fmt.Sprintf("go -C %s install ./cmd/%s", farm, farmName)
}
