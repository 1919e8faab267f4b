// Package schedule lets goroutines take turns: of those on a [Stage] exactly one runs at a
// time, and it stops before every operation on what goroutines share. Who goes on, and how
// far, is said from outside. So what happens is a function of what was said, a race is lost
// as often as one likes, and the way to it can be printed.
//
//	stage := schedule.NewStage("writer", "reader")
//	stage.Begin(0, "append", func() { ring.Append(message) })
//	stage.Begin(1, "copy", func() { reader.Copy(buffer, 0) })
//	stage.Run(1, 2) // the reader takes two steps: it has pinned a segment, but not looked at it
//	stage.Run(0, 0) // the writer goes on to its end
//	stage.Run(1, 0) // and then the reader
//
// A step is one operation on something shared, with the code behind it, up to the next one.
// Where the steps are is not written in the subject: the battle command rewrites the sources
// of what is under test, by way of go build -overlay, in all binaries of a package whose
// tests import this one. x.Load() becomes schedule.Get0(7, x.Load), which stops before the
// load if its goroutine is on a stage, and else only loads. Ordinary builds have no steps but
// those that a harness has in it, by [Point]: there a goroutine runs on to its next one, and
// may not block. [Rewritten] tells which it is.
//
// # What a step is
//
//   - A call of sync/atomic, of a lock, or of another method of package sync that does not
//     block; close; an operation on a channel; a select; the start of a goroutine.
//   - Half of a copy, and a clear: what they write others may be reading. Other reads and
//     writes of plain memory belong to the step before.
//
// Waiting is done by the stage. A goroutine that can't go on, at a lock or a channel, is
// [Blocked], and not run before it can: no thread waits for anything, and where all that are
// left are blocked, that is a deadlock, found at once. A goroutine that waits by spinning is
// told apart by how long it does: see [Stage.Run].
//
// # Choosing
//
// Most mistakes need few preemptions: one or two, in the right places (Musuvathi and Qadeer,
// "Iterative context bounding", 2007). A schedule as a list of whom to run for how many steps
// has as many preemptions as it has entries that end early, so making it shorter is bounding
// them. [Stage.Interleave] is the other way: priorities, and some points at which the one
// that runs falls behind all others (PCT; Burckhardt et al., "A randomized scheduler with
// probabilistic guarantees of finding bugs", 2010).
//
// # What it does not do
//
// Orders are sequentially consistent, as Go's atomics are. What goes wrong because plain
// accesses are reordered, or torn below half a copy, is for the race detector. Time does not
// pass on a stage, and sync.WaitGroup, Cond and Once really block there, which is a hang. Of a
// select's cases that can go on, the first is taken. Memory has no operations of its own: two
// goroutines that meet only in plain variables never meet between two of their steps.
//
// There is one stage at work at a time in a process. The goroutines are coroutines (iter.Pull),
// and to go from one to the next takes a fraction of a microsecond; to take a step without
// changing over, a few nanoseconds.
package schedule
