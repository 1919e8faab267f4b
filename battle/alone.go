package battle

// Some engines' binaries go to places that know nothing of the battle command, such as
// OSS-Fuzz. What is here is for a hunt that nobody looks after.

// Alone tells whether the process was started by nobody who looks after its findings: it
// reports none, and has neither an end nor a watchdog. What it finds, the engine shows.
func (h *Hunt) Alone() bool { return !h.s.hunting() }

// Describe describes the failure of the last [Hunt.Run], of this tape, with the shortest
// trace that fails so. It takes about as long as a thousand runs. One that does not come
// back is described as a fault of the harness, unless the target says that it may, see
// [Target.Attempts].
func (h *Hunt) Describe(tape []byte) *Finding {
	return h.s.finding(h.s.runner.t.failure, append([]byte(nil), tape...))
}

// Watch looks after the runs to come: of an update that hangs, hung is told once, on a
// goroutine of its own. The trace is not minimised, as the process can't run on.
func (h *Hunt) Watch(hung func(*Finding)) {
	begun := make(chan struct{})
	go func() {
		forever := make(chan struct{})
		f, tape := h.s.runner.watch(func() { close(begun); <-forever })
		found := newFinding(h.s.plan, h.s.source, h.s.plan.decode(tape), f)
		h.s.sign(found)
		hung(found)
	}()
	<-begun // its goroutines are there before any run counts its own
}

// Conclude reports what the hunt came to, for engines that end with the process. They have
// no other way to: it is what returning from an [Engine] does.
func (h *Hunt) Conclude() { h.s.report(true) }
