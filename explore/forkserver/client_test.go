//go:build linux && (amd64 || arm64)

package forkserver

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore/probe"
)

// The target of these tests is their own binary, without instrumentation: its updates
// count blocks by hand, and do what kills processes, under the engine.

var deadly = os.Getenv(battle.EnvEngine) == Name

const blocks = 100

func TestMain(m *testing.M) {
	probe.Load(make([]probe.Block, blocks), []uint64{0x1234, 0x12345678}, []string{"magic"}, []uint8{0, 4, 1, 0})
	battle.Register(Name, Engine)
	os.Exit(m.Run())
}

func FuzzSubject(f *testing.F) { fuzzSubject(f, subject) }

// fuzzSubject keeps the test's own subject from being listed as a target of this module.
var fuzzSubject = battle.Fuzz[*nothing]

var subject = battle.Target[*nothing]{
	Name:      "subject",
	New:       func() *nothing { return new(nothing) },
	Ops:       battle.Ops(battle.Op[*Count](1), battle.Op[*Wrong](1), battle.Op[*Panics](1), battle.Op[*Exits](1), battle.Op[*Hangs](1), battle.Op[*Leaves](1), battle.Op[*Fatal](1), battle.Op[*Compares](1)),
	HangAfter: time.Hour,
}

type nothing struct{}

// Count runs a block, and, the first time in a process, another.
type Count struct {
	Block uint8 `draw:"0..49"`
}

var once sync.Once

func (c *Count) Apply(*battle.T, *nothing) {
	once.Do(func() { probe.Counters[99]++ })
	probe.Counters[c.Block]++
}

type Wrong struct{}

func (*Wrong) Apply(t *battle.T, _ *nothing) { battle.Equal(t, !deadly, true, "life") }

type Panics struct{}

func (*Panics) Apply(*battle.T, *nothing) {
	if deadly {
		panic("in an update")
	}
}

type Exits struct {
	Status uint8 `draw:"3..9"`
}

func (e *Exits) Apply(*battle.T, *nothing) {
	if deadly {
		os.Exit(int(e.Status))
	}
}

type Hangs struct{}

func (*Hangs) Apply(*battle.T, *nothing) {
	if deadly {
		select {}
	}
}

type Leaves struct{}

func (*Leaves) Apply(*battle.T, *nothing) {
	if deadly {
		go func() { panic("on another goroutine") }()
		select {}
	}
}

// Fatal is what Go's runtime does not survive.
type Fatal struct {
	Way uint8 `draw:"0..2"`
}

func (f *Fatal) Apply(*battle.T, *nothing) {
	switch {
	case !deadly:
	case f.Way == 0:
		shared := make(map[int]int)
		go func() {
			for {
				shared[1]++
			}
		}()
		for {
			shared[2]++
		}
	case f.Way == 1:
		debug.SetMaxStack(1 << 20)
		deeper(f)
	default:
		_ = make([]byte, 1<<47+int(f.Way))
	}
}

// deeper calls itself until the stack is full.
func deeper(f *Fatal) {
	if f.Way < 3 {
		deeper(f)
	}
	f.Way = 3
}

// Compares compares as instrumented sources do, at three sites.
type Compares struct {
	Value uint16
}

func (c *Compares) Apply(*battle.T, *nothing) {
	probe.Eq(1, uint32(c.Value), 0x600DF00D)
	probe.Lt(2, int8(c.Value), -3)
	probe.EqText(3, strconv.Itoa(int(c.Value)), "a word of more than thirty-one bytes")
	probe.Eq(1, 9, uint32(9)) // which tells AFL nothing
	probe.Eq(1, 7, uint32(c.Value))
}

// The updates as they lie on a tape: the kind, by its place, and its field.
func tape(updates ...string) []byte { return []byte("\x00\x00" + strings.Join(updates, "")) }

func count(block byte) string { return "\x00" + string(block) }
func exits(more byte) string  { return "\x03" + string(more) } // with status 3+more
func fatal(way byte) string   { return "\x06" + string(way) }

func compares(value byte) string { return "\x07" + string(value) + "\x01" } // 256 more

const wrong, panics, hangs, leaves = "\x01", "\x02", "\x04", "\x05"

// A peer is a client as AFL and LibAFL are.
type peer struct {
	t               *testing.T
	server          *exec.Cmd
	control, status *os.File
	coverage, input []byte
	dir             string
	said            strings.Builder
}

// segment makes shared memory that goes when its users have.
func segment(t *testing.T, size int) (id int, memory []byte) {
	const private, create, remove = 0, 0o1000, 0
	number, _, e := syscall.Syscall(syscall.SYS_SHMGET, private, uintptr(size), create|0o600)
	require.Zero(t, e)
	memory, err := attachSegment(int(number))
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _, _ = syscall.Syscall(syscall.SYS_SHMCTL, number, remove, 0)
	})
	require.Len(t, memory, size)
	return int(number), memory
}

// start starts a server; env comes after what it needs.
func start(t *testing.T, env ...string) *peer {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return startBy(t, exec.Command(self, "-test.run=^FuzzSubject$", "-test.count=1", "-test.timeout=0", "-test.paniconexit0"), env...)
}

// startBy starts a process that is the server, or becomes its parent.
func startBy(t *testing.T, server *exec.Cmd, env ...string) *peer {
	t.Helper()
	p := &peer{t: t, dir: t.TempDir(), server: server}
	coverage, memory := segment(t, 1<<16)
	p.coverage = memory
	input, memory := segment(t, 1<<12)
	p.input = memory
	p.server.Env = append(append(os.Environ(),
		battle.EnvEngine+"="+Name, battle.EnvDir+"="+p.dir, battle.EnvBudget+"=1h",
		envCoverage+"="+strconv.Itoa(coverage), envInput+"="+strconv.Itoa(input)), env...)
	requests, control, err := os.Pipe()
	require.NoError(t, err)
	status, answers, err := os.Pipe()
	require.NoError(t, err)
	p.control, p.status = control, status
	p.server.ExtraFiles = make([]*os.File, statusFD-2)
	p.server.ExtraFiles[controlFD-3], p.server.ExtraFiles[statusFD-3] = requests, answers
	p.server.Stderr = &p.said
	require.NoError(t, p.server.Start())
	requests.Close()
	answers.Close()
	t.Cleanup(func() {
		control.Close()
		_ = p.server.Process.Kill()
		_ = p.server.Wait()
		status.Close()
	})
	return p
}

func (p *peer) read() uint32 {
	p.t.Helper()
	var word [4]byte
	_, err := io.ReadFull(p.status, word[:])
	require.NoError(p.t, err, "the server said: %s", &p.said)
	return binary.NativeEndian.Uint32(word[:])
}

func (p *peer) write(word uint32) {
	p.t.Helper()
	_, err := p.control.Write(binary.NativeEndian.AppendUint32(nil, word))
	require.NoError(p.t, err)
}

// greet accepts the server's offer without its dictionary.
func (p *peer) greet() *peer {
	p.t.Helper()
	p.read()
	p.write(optEnabled | optInput)
	return p
}

// request asks for a run, and returns the process of it.
func (p *peer) request(tape []byte) (pid int) {
	p.t.Helper()
	clear(p.coverage)
	binary.NativeEndian.PutUint32(p.input, uint32(len(tape)))
	copy(p.input[4:], tape)
	p.write(0)
	return int(p.read())
}

// run runs a tape.
func (p *peer) run(tape []byte) (pid int, status syscall.WaitStatus) {
	p.t.Helper()
	pid = p.request(tape)
	return pid, syscall.WaitStatus(p.read())
}

// covered is what is in the map, as place:count.
func (p *peer) covered() string {
	var all []string
	for i, n := range p.coverage {
		if n != 0 {
			all = append(all, fmt.Sprintf("%d:%d", i, n))
		}
	}
	return strings.Join(all, " ")
}

// noted are the kinds of the findings in the exchange folder.
func (p *peer) noted() (kinds []battle.Kind) {
	files, err := filepath.Glob(filepath.Join(p.dir, "pending", "*.json"))
	require.NoError(p.t, err)
	for _, file := range files {
		found, err := battle.ReadFinding(file)
		require.NoError(p.t, err)
		kinds = append(kinds, found.Kind)
	}
	return kinds
}

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
