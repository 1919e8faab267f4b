// Package skew runs the machines of the previous release against those of this tree: hosts of
// either, in one bus.
//
// The previous release is the commit that the file release names. unpack.sh puts its machines
// into .old, as a module of another name, so that both are in one program. Nothing of one reaches
// the other but bytes: packets, commands and deliveries go through the machines' contract, journals
// and snapshots through the disks of the simulated network. Each release writes and reads its files
// by its own code.
//
//	unpack.sh          the previous release, as a module beside this
//	old.go             a machine of it, as one of this tree's
//	program.go         the programs that a host may run
//	host.go            the hosts, and how each is started
//	bus.go             the bus, judged by oracle.Bus
//	updates.go         what may happen to it: a battle.Target, which traces drive
//	operator.go        who leads
//	tally.go           what the two releases exchanged: none of it may be nothing
//
// ci/skew.sh runs all of this, and then once more with canary.patch in this tree's machines, which
// changes formats without a new version: that must fail.
//
// After a release the file release is to name it. What it could not read is then the format of two
// releases ago.
package skew
