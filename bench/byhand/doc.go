// Package byhand is what one writes to fuzz the tip ring without battle: a loop that reads
// updates from bytes, a slice as the oracle, a panic at the first difference. It is the
// other side of a comparison: an engine that finds fewer of the planted bugs through
// battle than through this has a fault in battle. ci/byhand.sh makes it, and
// docs/byhand.md is how it came out.
//
// So it is written as well as its author could, with what the years have taught: every
// byte string is a legal run, offsets are distances from base, first and tail, a restart is an
// update like any other, and all that the ring answers is compared, the numbers in its errors
// too. What it has not is what a library brings: weights, swarms, a mutator that knows
// where an update begins, a trace to read.
//
// Each engine has its own entrance, and there is nothing that serves two of them, but
// for [Run]:
//
//	native     FuzzRing
//	rapid      TestRingUnderRapid
//	go-fuzz    Fuzz, tag gofuzz
//	libFuzzer  libfuzzer/, tag libfuzzer
//	AFL++      afl/main.c, a fork server around what libFuzzer calls
//
// All but rapid begin with the files of seeds/. They say the same as those in corpus/ring/seeds.
package byhand
