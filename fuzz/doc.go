// Package fuzz holds the targets, a file each: the updates of a subject and its oracle,
// and the glue between them. The tests beside them are the fuzz functions.
//
// To hunt in all of them: make hunt. In one, with Go alone:
//
//	go test ./fuzz -run '^$' -fuzz '^FuzzRing$' -fuzzminimizetime 10x
package fuzz
