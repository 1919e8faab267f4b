//go:build libfuzzer

// Libfuzzer is the harness as an archive for C: libFuzzer calls the one function that it
// exports, and so does AFL's fork server in ../afl.
package main

import "C"

import (
	"unsafe"

	"battle.test/bench/byhand"
)

//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.char, size C.size_t) C.int {
	byhand.Run(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size)))
	return 0
}

func main() {}
