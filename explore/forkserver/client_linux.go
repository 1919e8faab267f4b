//go:build amd64 || arm64

package forkserver

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"battle.test/explore/probe"
)

// The descriptors that the client starts the server with.
const (
	controlFD = 198 // requests come from here
	statusFD  = 199 // answers go here
)

// What the client names its shared memory by.
const (
	envCoverage = "__AFL_SHM_ID"
	envInput    = "__AFL_SHM_FUZZ_ID"
)

// The words of the greeting (AFL++, include/types.h).
const (
	optEnabled    = 0x80000001
	optMapSize    = 0x40000000 // and size-1 from bit 1 on
	optDictionary = 0x10000000
	optInput      = 0x01000000 // tapes lie in shared memory
	optOperands   = 0x02000000 // the map of operands is of AFL++ 4 and later
	optError      = 0xf800008f // and what from bit 8 on

	errorNoSegment  = 4
	errorUnattached = 8

	mapSizeMax = 1 << 23
)

// A client is what has started the server: its two pipes, and its shared memory.
type client struct {
	control, status int
	coverage        []byte // the map: byte 0 is the run, byte n+1 block n
	input           []byte // four bytes of length, and the tape
	operands        *operands
	alone           bool // nobody else in this process could run while it waits for the client
}

// attach finds the client's memory. Without it there is nothing to do.
func attach() (*client, uint32, error) {
	c := &client{control: controlFD, status: statusFD}
	var status syscall.Stat_t
	if err := syscall.Fstat(statusFD, &status); err != nil {
		return nil, 0, fmt.Errorf("no client: descriptor %d is not open. afl-fuzz starts this process, see package forkserver", statusFD)
	}
	var compared []byte
	for _, segment := range []struct {
		env   string
		least int
		to    *[]byte
	}{{envCoverage, 2, &c.coverage}, {envInput, 4, &c.input}, {envOperands, 0, &compared}} {
		if _, named := os.LookupEnv(segment.env); !named && segment.least == 0 {
			continue // it wants none
		}
		id, err := strconv.Atoi(os.Getenv(segment.env))
		if err != nil {
			return c, errorNoSegment, fmt.Errorf("%s=%q: want the number of a segment of shared memory", segment.env, os.Getenv(segment.env))
		}
		memory, err := attachSegment(id)
		if err != nil {
			return c, errorUnattached, fmt.Errorf("%s=%d: %w", segment.env, id, err)
		}
		if len(memory) < segment.least {
			return c, errorUnattached, fmt.Errorf("%s=%d: %d bytes, want %d at least", segment.env, id, len(memory), segment.least)
		}
		*segment.to = memory
	}
	c.coverage = c.coverage[:min(len(c.coverage), mapSizeFor(probe.Size), mapSizeMax)]
	c.operands = operandsIn(compared)
	return c, 0, nil
}

// mapSizeFor is the size of a map for so many blocks. Clients want it in words of 8 bytes,
// AFL in lines of 64.
func mapSizeFor(blocks int) int { return (1 + blocks + 63) / 64 * 64 }

// refuse tells the client what is wrong, in the one number that the protocol has for it.
func (c *client) refuse(code uint32) { _ = c.send(optError | code<<8) }

// greet says what the server can, and hands over the dictionary if the client wants it.
func (c *client) greet(dictionary []byte) error {
	offer := uint32(optEnabled | optMapSize | optInput | optOperands | (len(c.coverage)-1)<<1)
	if len(dictionary) > 0 {
		offer |= optDictionary
	}
	if err := c.send(offer); err != nil {
		return err
	}
	taken, err := c.receive()
	switch {
	case err != nil:
		return fmt.Errorf("the client's answer to the greeting: %w", err)
	case taken&optEnabled != optEnabled || taken&optInput == 0:
		return fmt.Errorf("the client answers %#x to the greeting, want %#x: it must put inputs into shared memory", taken, uint32(optEnabled|optInput))
	case taken&optDictionary == 0 || len(dictionary) == 0:
		return nil
	}
	return c.write(append(binary.NativeEndian.AppendUint32(nil, uint32(len(dictionary))), dictionary...))
}

// tape is the present input. It lies in the client's memory, which the client leaves alone
// until it has an answer.
func (c *client) tape() []byte {
	size := min(uint64(binary.NativeEndian.Uint32(c.input)), uint64(len(c.input)-4))
	return c.input[4 : 4+size]
}

func (c *client) send(words ...uint32) error {
	var message [8]byte
	for i, word := range words {
		binary.NativeEndian.PutUint32(message[4*i:], word)
	}
	return c.write(message[:4*len(words)])
}

// write writes all of a message: one of a few bytes goes through a pipe as a whole, a
// dictionary may not.
func (c *client) write(message []byte) error {
	for len(message) > 0 {
		n, err := c.call(syscall.SYS_WRITE, c.status, message)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}

// receive reads a request. It is io.EOF if the client is gone.
func (c *client) receive() (uint32, error) {
	var message [4]byte
	for got := 0; got < len(message); {
		n, err := c.call(syscall.SYS_READ, c.control, message[got:])
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			got += n
		}
	}
	return binary.NativeEndian.Uint32(message[:]), nil
}

// call is read or write. One that waits gives its core to another of Go's threads, which
// takes a tenth of the time of an execution. That is saved where there is one core only:
// what else the process has to do there, it does during the runs.
func (c *client) call(number uintptr, fd int, message []byte) (n int, err error) {
	var done uintptr
	var e syscall.Errno
	if c.alone {
		done, _, e = syscall.RawSyscall(number, uintptr(fd), uintptr(unsafe.Pointer(&message[0])), uintptr(len(message)))
	} else {
		done, _, e = syscall.Syscall(number, uintptr(fd), uintptr(unsafe.Pointer(&message[0])), uintptr(len(message)))
	}
	if e != 0 {
		return 0, e
	}
	return int(done), nil
}
