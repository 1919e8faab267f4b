// Package machinetest is for tests of machines: their stories as text, in the manner of
// etcd's rafttest, and the check that wrong packets change nothing.
//
// A story is a file of commands for cockroachdb/datadriven. A [Host] runs those that are about
// packets, time and the disk; what a machine's test adds are its own, such as how it is made:
//
//	stream from=r1h1 epoch=1 start=0 offset=0 committed=3 frames=1:1:abc+2:1:de
//	request from=r1h7 epoch=1 offset=0 length=9
//	tick at=10ms
//	sync
//
// Every command may say at=, the time at which it happens; the clock stands still otherwise.
package machinetest
