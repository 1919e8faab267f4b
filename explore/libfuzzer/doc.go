// Package libfuzzer is the engine "libfuzzer": it makes a test binary a target of
// libFuzzer, and of what drives libFuzzer's binaries, such as OSS-Fuzz and ClusterFuzzLite.
// The battle command builds such binaries (battle build -engine libfuzzer) and hunts with
// them (battle hunt -engine libfuzzer); by hand it takes the files that the command adds, and
// then
//
//	go test -c -buildmode=c-archive -tags=libfuzzer -gcflags=example.com/ring=-d=libfuzzer \
//		-ldflags=-checklinkname=0 -o ring.a .
//	clang -fsanitize=fuzzer -o ring about.cc ring.a
//
// The archive is the package's whole test binary, but for its start: libFuzzer has the main
// function. On libFuzzer's call to begin, the testing package runs the one fuzz function
// that about.cc names, whose target then waits for tapes. A tape is run on the thread of
// libFuzzer itself, so that an execution costs one call from C to Go and no change of threads.
//
// What counts blocks and notes comparisons, the battle command writes into the sources of the
// packages under test, as it does for the explorer: see [battle.test/explore/probe]. LibFuzzer
// is handed the counters, and told of the comparisons after each run, some of its last 256 of
// integers and its first 256 of bytes. Go's compiler could do it, by -d=libfuzzer, with a call of C at each
// comparison; an execution of the ring takes twice as long then. So it does where battle can't: in
// packages of the module cache, whose code is not inlined into the harness then, where it would
// not be counted, and in a binary that is built by hand, as above. With the harness and battle's
// decoding among them, there are a third as many executions, and libFuzzer keeps tapes for the
// sake of code that is not under test.
//
// Three of four tapes are libFuzzer's own mutations, which know the operands of
// comparisons. The others change whole updates or fields: see [battle.test/explore.Mutator].
//
// A binary that runs alone behaves as others of libFuzzer do: whatever goes wrong ends
// the process by SIGABRT and leaves a file with the tape. What fails is printed before, as a
// finding, with a stack for programs to read. An update that hangs is found by battle's
// watchdog, before libFuzzer's own; an os.Exit ends in a fatal error that shows who
// called it. Under the battle command, failures are noted, and the process goes on; what ends
// the process is known from the recorder, see [battle.Hunt].
//
// What it does not do: a call of syscall.Exit, or of exit in C, goes unseen in a binary that
// runs alone.
package libfuzzer

// Name is what the engine is registered as.
const Name = "libfuzzer"
