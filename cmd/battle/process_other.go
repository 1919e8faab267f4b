//go:build !unix

package main

import "os/exec"

// Without process groups, a terminal's Ctrl-C reaches everything by itself, and what is
// left over notices that its pipes are closed.

func ownGroup(*exec.Cmd) {}

func interruptGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func killGroup(*exec.Cmd) {}
