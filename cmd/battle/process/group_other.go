//go:build !unix

package process

import "os/exec"

func lead(*exec.Cmd) {}

// Interrupt ends a process: it can't be told to.
func Interrupt(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// Kill kills what is left of a process's group, of which there is none.
func Kill(*exec.Cmd) {}
