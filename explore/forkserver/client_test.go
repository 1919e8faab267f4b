//go:build linux && (amd64 || arm64)

package forkserver

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestTheGreetingOffersMapSizeInputAndDictionary(t *testing.T) {
	p := start(t)
	size := uint32(mapSizeFor(blocks))
	require.Equal(t, uint32(128), size)
	require.Equal(t, optEnabled|optMapSize|optInput|optOperands|optDictionary|(size-1)<<1, p.read())
	p.write(optEnabled | optInput | optDictionary | 0x04000000) // and one that it does not know
	dictionary := make([]byte, p.read())
	_, err := io.ReadFull(p.status, dictionary)
	require.NoError(t, err)
	require.Equal(t, "\x02\x34\x12", string(dictionary[:3]))
	require.Contains(t, string(dictionary), "\x04\x78\x56\x34\x12")
	require.Contains(t, string(dictionary), "\x05magic")
	_, status := p.run(tape(count(1)))
	require.Zero(t, status)
}

func TestCoverageIsThatOfTheRunAlone(t *testing.T) {
	p := start(t).greet()
	for range 3 { // the first too, though something ran in it for the first time
		_, status := p.run(tape(count(7), count(7), count(9)))
		require.Zero(t, status)
		require.Equal(t, "0:1 8:2 10:1", p.covered())
	}
	_, status := p.run(tape())
	require.Zero(t, status)
	require.Equal(t, "0:1", p.covered())
}

func TestAFailureIsASignalAndTheWorkerGoesOn(t *testing.T) {
	p := start(t).greet()
	first, status := p.run(tape(count(3), wrong, count(4)))
	require.Equal(t, syscall.SIGABRT, status.Signal())
	require.Equal(t, "0:1 4:1", p.covered())
	pid, status := p.run(tape(panics))
	require.Equal(t, syscall.SIGABRT, status.Signal())
	require.Equal(t, first, pid)
	pid, status = p.run(tape(count(3)))
	require.Zero(t, status)
	require.Equal(t, first, pid)
	require.ElementsMatch(t, []battle.Kind{battle.Mismatch, battle.Harness}, p.noted()) // it is the update itself that panics
}

func TestADeathIsASignalAndAnotherWorkerGoesOn(t *testing.T) {
	p := start(t).greet()
	seen, covered := make(map[int]bool), make(map[string]bool)
	for _, update := range []string{exits(0), exits(1), leaves, fatal(0), fatal(1), fatal(2)} {
		pid, status := p.run(tape(update))
		require.Equal(t, syscall.SIGABRT, status.Signal())
		seen[pid], covered[p.covered()] = true, true
	}
	require.Len(t, seen, 6)
	require.Len(t, covered, 6, "deaths that differ must not look the same")
	_, status := p.run(tape(count(1)))
	require.Zero(t, status)
	require.Equal(t, slices.Repeat([]battle.Kind{battle.Death}, 6), p.noted())
}

// The client hears the pid while the run goes on, kills it, and hears of its death.
func TestAHangCanBeKilled(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		p := start(t).greet()
		pid := p.request(tape(hangs))
		require.NoError(t, syscall.Kill(pid, signal))
		status := syscall.WaitStatus(p.read())
		require.True(t, status.Signaled())
		require.Equal(t, signal, status.Signal())
		other, status := p.run(tape(count(1)))
		require.Zero(t, status)
		require.NotEqual(t, pid, other)
		if signal == syscall.SIGTERM { // the other may be the kernel's, out of memory
			require.Empty(t, p.noted())
		}
	}
}

func TestTheServerEndsWithItsClient(t *testing.T) {
	p := start(t).greet()
	pid, _ := p.run(tape(count(1)))
	p.control.Close()
	require.NoError(t, p.server.Wait())
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

// AFL ends by killing both, in the middle of a run, too.
func TestTheWorkerEndsWithTheServer(t *testing.T) {
	p := start(t).greet()
	pid := p.request(tape(hangs))
	require.NoError(t, p.server.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.server.Wait())
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

// A client that is killed while a worker hangs leaves nobody who would read.
func TestTheServerEndsWithItsParent(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	p := startBy(t, exec.Command("sh", "-c", `"$0" -test.run='^FuzzSubject$' & wait`, self)).greet()
	pid := p.request(tape(hangs))
	require.NoError(t, p.server.Process.Kill())
	_, err = p.status.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestWhatIsMissingIsRefused(t *testing.T) {
	p := start(t, envCoverage+"=")
	require.Equal(t, uint32(optError|errorNoSegment<<8), p.read())
	require.Error(t, p.server.Wait())
	require.Contains(t, p.said.String(), `battle: afl: __AFL_SHM_ID="": want the number of a segment of shared memory`)

	p = start(t, envInput+"=2147483647")
	require.Equal(t, uint32(optError|errorUnattached<<8), p.read())
	require.Error(t, p.server.Wait())
	require.Contains(t, p.said.String(), "battle: afl: __AFL_SHM_FUZZ_ID=2147483647: invalid argument")

	p = start(t)
	p.read()
	p.write(optEnabled)
	require.Error(t, p.server.Wait())
	require.Contains(t, p.said.String(), "it must put inputs into shared memory")

	p = start(t)
	alone := exec.Command(p.server.Path, p.server.Args[1:]...)
	alone.Env = p.server.Env
	said, err := alone.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), "battle: afl: no client: descriptor 199 is not open")
}

// A length that lies is cut to the segment.
func TestALengthBeyondTheSegmentIsCut(t *testing.T) {
	p := start(t).greet()
	clear(p.coverage)
	binary.NativeEndian.PutUint32(p.input, 1<<31)
	copy(p.input[4:], tape(count(1)))
	p.write(0)
	p.read()
	require.Zero(t, p.read())
	require.Contains(t, p.covered(), "0:1 1:")
}
