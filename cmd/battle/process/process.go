// Package process starts processes that work for the one that started them: they end with it,
// with all that they have started, and know nothing of the repository in whose hook it runs.
//
//	cmd := process.Command(ctx, "go", "list", "./...")
//	cmd.Stdout = &output
//	err := process.Run(cmd)
//
// How sure that is depends on the system. Told to stop, they do so everywhere. When their
// parent is killed, Linux kills them, and nobody does elsewhere: there a child has to notice by
// itself, such as by its standard input. On Windows there are no groups: what a child has
// started gets a terminal's Ctrl-C by itself, and notices that its pipes are closed.
package process

import (
	"context"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"battle.test/battle"
)

// Patience is how long a process that was told to stop may take before it is killed, unless its
// WaitDelay says otherwise.
const Patience = 500 * time.Millisecond

// Command is exec.CommandContext for a process that leads a group of its own, which is told to
// stop when the context ends. [Run] runs it. Who sets its Env begins with [Environment].
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	lead(cmd)
	cmd.Cancel = func() error { return Interrupt(cmd) }
	cmd.WaitDelay = Patience
	return cmd
}

// HearOut lets a process that has ended hand over what it said for as long as that takes on a busy
// machine, and kills one that was told to stop as soon as any other. It is for those that nothing
// outlives that they start: others would hold what they say open.
func HearOut(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		time.AfterFunc(Patience, func() { Kill(cmd) })
		return Interrupt(cmd)
	}
	cmd.WaitDelay = time.Minute
}

// Run runs a process to its end, and sees that nothing of its group is left.
func Run(cmd *exec.Cmd) error {
	// Linux kills the child when the thread ends that has started it, which may be long before
	// the process does: a goroutine that ends while it is locked to a thread takes that with it
	// (golang/go#27505). This one stays on its thread until the child has ended.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if cmd.Env == nil {
		cmd.Env = Environment(cmd)
	}
	err := cmd.Run()
	if cmd.Process != nil {
		Kill(cmd)
	}
	return err
}

// ofAHook are the variables by which git tells a hook which repository it runs in. A command
// that a hook starts asks other repositories, too, or other folders of that one, and there they
// are wrong: with GIT_DIR set, git takes any folder for a checkout, and with GIT_INDEX_FILE, it
// compares that with the index of a commit that is being made. The list is git rev-parse
// --local-env-vars, but for what configures git (safe.directory).
var ofAHook = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE",
	"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
	"GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS", "GIT_INTERNAL_SUPER_PREFIX",
}

// Environment is what a process has that sets none, without what git tells a hook, and without
// orders to a test binary: those are the command's to give, and one that somebody left in a shell would
// have it pass over the corpus, or over its budget. Its folder, if it gets one, is set before.
func Environment(cmd *exec.Cmd) []string {
	unwanted := ofAHook
	if cmd.Env == nil { // else some are the command's own
		unwanted = slices.Concat(ofAHook, battle.Orders())
	}
	return slices.DeleteFunc(cmd.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(unwanted, name)
	})
}
