package fuzz

import (
	"bytes"
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
			ops = append(ops, &Read{From: from, Offset: near, Length: uint8(1 + random.IntN(80))})
		case 12, 13:
			ops = append(ops, &ReadAt{Relative: random.IntN(2) == 1, Offset: random.Uint64(), Length: uint8(1 + random.IntN(80))})
		default:
			ops = append(ops, &ReadFar{From: from, Offset: int16(random.Uint32()), Length: uint16(1 + random.IntN(4000))})
		}
	}
	tape, err := battle.Encode(Ring, ops...)
	if err != nil {
		tb.Fatal(err)
	}
	return tape
}

// byHand is what one would write without the library: a decoder of the updates in
// ringTape. Its update is what the last call of next decoded.
type byHand struct {
	tape   []byte
	append Append
	read   Read
	readAt ReadAt
	far    ReadFar
}

func (d *byHand) next() battle.Update[*ringPair] {
	kind, b := d.tape[0], d.tape[1:]
	switch {
	case kind < 6:
		d.append.Length = b[0] % 121
		d.tape = b[1:]
		return &d.append
	case kind < 12:
		d.read = Read{From: Mark(b[0] % 3), Offset: int16(b[1] % 161), Length: 1 + b[2]%80}
		if d.read.Offset > 80 {
			d.read.Offset -= 161
		}
		d.tape = b[3:]
		return &d.read
	case kind < 14:
		d.readAt = ReadAt{Relative: b[0]&1 == 1, Offset: binary.LittleEndian.Uint64(b[1:]), Length: 1 + b[9]%80}
		d.tape = b[10:]
		return &d.readAt
	}
	d.far = ReadFar{From: Mark(b[0] % 3), Offset: int16(binary.LittleEndian.Uint16(b[1:])), Length: 1 + binary.LittleEndian.Uint16(b[3:])%4000}
	d.tape = b[5:]
	return &d.far
}

// runByHand makes the same calls on the same pair as the library does for the tape.
func runByHand(tape []byte) {
	t, p := new(battle.T), newRingPair()
	d := byHand{tape: tape[2:]}
	for len(d.tape) > 0 {
		d.next().Apply(t, p)
		checkRing(t, p)
		if t.Failed() {
			panic("the ring has a bug: run its tests first")
		}
	}
	p.close()
}

// A benchmark that compares different work says nothing.
func TestTheBenchmarkDecodesTheSameByHand(t *testing.T) {
	tape := ringTape(t)
	var ops []battle.Update[*ringPair]
	for rest := tape[2:]; len(rest) > 0; {
		d := &byHand{tape: rest}
		ops = append(ops, d.next())
		rest = d.tape
	}
	again, err := battle.Encode(Ring, ops...)
	if err != nil || len(ops) != benchmarkUpdates || !bytes.Equal(again, tape) {
		t.Errorf("%d updates by hand (%v) are not the %d of the tape", len(ops), err, benchmarkUpdates)
	}
	runByHand(tape)
	if found := battle.Find(Ring, tape); found != nil {
		t.Errorf("%s", found.Text())
	}
}

// What is allocated in a run is the subject's and the target's: the library adds none to
// that, however long the run is.
func TestTheLibraryAllocatesNothingForAnUpdate(t *testing.T) {
	tape, run := ringTape(t), battle.Bytes(Ring)
	library := testing.AllocsPerRun(5, func() { run(tape) })
	hand := testing.AllocsPerRun(5, func() { runByHand(tape) })
	if library > hand+20 {
		t.Errorf("%v allocations in %d updates, %v by hand: want as many, and a few for the run", library, benchmarkUpdates, hand)
	}
}

// BenchmarkRing compares a tape run by the library with the same one decoded by hand.
// The library may take 2.5 times as long, and may allocate nothing for an update: what
// is allocated is a ring's memory and the errors that it answers with.
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
