//go:build linux && (amd64 || arm64)

package forkserver

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

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
