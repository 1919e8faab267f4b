// Package forkserver is the engine "afl": it makes a test binary a target of AFL++, and of
// any other client of AFL's fork-server protocol, such as LibAFL, without C. The battle
// command builds such binaries and runs afl-fuzz on them; by hand it is
//
//	AFL_SKIP_BIN_CHECK=1 BATTLE_ENGINE=afl BATTLE_DIR=dir BATTLE_BUDGET=1h \
//		afl-fuzz -i seeds -o out -m none -- ./ring.test -test.run='^FuzzRing$'
//
// The process that the client starts is the server. It greets the client, and starts a
// worker: the same binary once more. The worker reads the client's requests itself, runs
// the tape that lies in shared memory, and answers; the server only sleeps, and looks after
// the worker's death. So an execution costs one read, one write and no change of processes
// beyond the client's own.
//
//	client ──request──────────────────────▶ worker
//	client ◀─────────────────pid, status── worker      most runs
//	client ◀──pid── server                              a run that takes long: its worker
//	client ◀───────────────────────status── worker      can be killed now
//	client ◀─────────────────pid, status── server      a run that ended its worker
//
// A client that hears no status in time kills the process of the pid. It hears the pid only
// from runs that last, as it needs it for those alone: that saves a system call and a
// wake-up in each of the others. Which of the two writes what is settled by one word of
// memory that they share, see turn.
//
// A run's coverage is how often each block of the instrumented packages ran, copied into the
// client's map when the run ends. Byte 0 of the map stands for the run itself. What runs once
// in a process, as the function of a sync.Once, is not coverage: it would show in the first
// run of an input and in no other. So a run that enters a block for the first time in its
// worker is run twice, and the second counts.
//
// A run that fails is reported as SIGABRT, and so is a worker that exits by itself; one that
// dies of a signal as that. A dead worker leaves no coverage: by the byte that its last
// words hash to, the client tells deaths apart. Failures are noted in BATTLE_DIR for the
// command to minimise, whatever the client makes of them, and so are deaths, except by SIGTERM:
// that is how a client kills which was told to by AFL_KILL_SIGNAL=15.
//
// The server offers a dictionary: constants of the instrumented sources, alone and in whole
// updates.
//
// A client that names a map of operands (CMPLOG: AFL starts a second server for it) finds in
// it what the last run compared: the operands of each comparison of integers, strings or byte
// slices in the instrumented sources that differed, by its site there, with their size. So
// AFL solves comparisons with values that are only computed, and that no dictionary has.
//
// What it does not do: the map has the last 4096 comparisons of integers of a run and the
// first 256 of byte strings, none of floating point or of type parameters, and none of the
// standard library but bytes.Equal and bytes.Compare. It is laid out as AFL++ 4.00c to 4.09c
// have it; that of later versions has another size, stays empty, and they hunt without. It
// speaks the protocol of AFL++ up to 4.1x, which later ones understand, and always by shared
// memory: not with inputs on standard input, as afl-showmap has them without -i. It runs on
// Linux only, on amd64 and arm64.
package forkserver

// Name is what the engine is registered as.
const Name = "afl"
