package fuzz

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"battle.test/battle"
)

// benchmarkUpdates is the length of the tape that the benchmarks run.
const benchmarkUpdates = 4000

// ringTape is a tape of updates that a hand-written loop can decode in a few lines:
// what starts rings and hands out views is left out, and so weighs on neither side.
func ringTape(tb testing.TB) []byte {
	random := rand.New(rand.NewPCG(1, 1))
	var ops []battle.Update[*ringPair]
	for range benchmarkUpdates {
		from, near := Mark(random.IntN(3)), int16(random.IntN(161)-80)
		switch random.IntN(15) {
		case 0, 1, 2, 3, 4, 5:
			ops = append(ops, &Append{Length: uint8(random.IntN(121))})
		case 6, 7, 8, 9, 10, 11:
			ops = append(ops, &Read{From: from, Offset: near, Length: uint8(random.IntN(81))})
		case 12, 13:
			ops = append(ops, &ReadAt{Relative: random.IntN(2) == 1, Offset: random.Uint64(), Length: uint8(random.IntN(81))})
		default:
			ops = append(ops, &ReadFar{From: from, Offset: int16(random.Uint32()), Length: uint16(random.IntN(4001))})
		}
	}
	tape, err := battle.Encode(Ring, ops...)
	if err != nil {
		tb.Fatal(err)
	}
	return tape
}

// runByHand is what one would write without the library, for the updates of ringTape:
// it decodes the tape and makes the same calls on the same pair.
func runByHand(tape []byte) {
	t, p := new(battle.T), newRingPair()
	for tape = tape[2:]; len(tape) > 0; {
		kind := tape[0]
		tape = tape[1:]
		switch {
		case kind < 6:
			(&Append{Length: tape[0] % 121}).Apply(t, p)
			tape = tape[1:]
		case kind < 12:
			r := Read{From: Mark(tape[0] % 3), Offset: int16(tape[1] % 161), Length: tape[2] % 81}
			if r.Offset > 80 {
				r.Offset -= 161
			}
			r.Apply(t, p)
			tape = tape[3:]
		case kind < 14:
			(&ReadAt{Relative: tape[0]&1 == 1, Offset: binary.LittleEndian.Uint64(tape[1:]), Length: tape[9] % 81}).Apply(t, p)
			tape = tape[10:]
		default:
			(&ReadFar{From: Mark(tape[0] % 3), Offset: int16(binary.LittleEndian.Uint16(tape[1:])), Length: binary.LittleEndian.Uint16(tape[3:]) % 4001}).Apply(t, p)
			tape = tape[5:]
		}
		checkRing(t, p)
		if t.Failed() {
			panic("the ring has a bug: run its tests first")
		}
	}
	p.close()
}

// BenchmarkRing compares a tape run by the library with the same one decoded by hand.
// The library may take 2.5 times as long, and may allocate nothing for an update.
func BenchmarkRing(b *testing.B) {
	tape := ringTape(b)
	run := battle.Bytes(Ring)
	for _, way := range []struct {
		name string
		run  func([]byte)
	}{
		{"by=library", func(tape []byte) { run(tape) }},
		{"by=hand", runByHand},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				way.run(tape)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchmarkUpdates), "ns/update")
		})
	}
}
