package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// farmCommand hands its arguments to a command of another module: the farm brings a message
// server with it, which this module is not to depend on.
type farmCommand struct {
	Args []string `arg:"" optional:"" help:"Arguments of battle-farm."`
}

const (
	farmName    = "battle-farm"
	farmInstall = "go install battle.test/farm/cmd/battle-farm@latest, or in Battletest's repository: make farm"
)

func (c *farmCommand) Run(ctx context.Context, line *commandLine) error {
	path, err := findFarm()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, c.Args...)
	cmd.Dir = line.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if own, err := os.Executable(); err == nil { // the farm drives this command
		cmd.Env = append(os.Environ(), "BATTLE_COMMAND="+own)
	}
	var ended *exec.ExitError
	if err := cmd.Run(); errors.As(err, &ended) {
		return fmt.Errorf("%s: %w", farmName, err)
	} else if err != nil {
		return err
	}
	return nil
}

// findFarm looks for the farm's command beside this one, and on the path.
func findFarm() (string, error) {
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
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is neither beside battle nor on the path: %s", farmName, farmInstall)
	}
	return path, nil
}
