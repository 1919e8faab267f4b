//go:build unix && !linux

package main

import "syscall"

// Elsewhere test binaries notice by themselves, see testCommand, and others end with their
// budget.
func endWithCommand(*syscall.SysProcAttr) {}
