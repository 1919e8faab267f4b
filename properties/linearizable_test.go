package properties

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/oracle"
	"battle.test/sim"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/replicator"
	"battle.test/statemachines/sequencer"
	"battle.test/statemachines/tip"
	"battle.test/statemachines/wire"
)

// Whatever publishers, subscribers and clients that ask servers are told, while packets are late and hosts
// die: one log that does one thing at a time could have told them, in an order that fits the clock.
func TestPublishesAndReadsAreLinearizable(t *testing.T) {
	setRapid(t, "rapid.checks", "100")
	var last *bus
	var h *busHistory
	t.Cleanup(func() { showStory(t, last) })
	t.Cleanup(func() { showHistory(t, h) })
	rapid.Check(t, func(rt *rapid.T) {
		h = newBusHistory()
		d := newDeliveries()
		last = newBus(d, h)
		rt.Repeat(last.checked(last.movesAndAsks(h)))
		if err := last.finish(h, d); err != nil {
			rt.Fatal(err)
		}
	})
}

// movesAndAsks are the moves of a bus, and requests to its servers.
func (b *bus) movesAndAsks(h *busHistory) map[string]func(*rapid.T) {
	moves := b.moves()
	moves["ask"] = func(t *rapid.T) {
		server := []sim.ID{tip1, rep1, seqA, seqB}[rapid.IntRange(0, 3).Draw(t, "server")]
		from := rapid.IntRange(0, 2).Draw(t, "from 0, first or tail")
		first, tail := b.bounds(server)
		at := [...]uint64{0, first, tail}[from] + uint64(rapid.IntRange(-100, 100).Draw(t, "offset"))
		epoch := b.operator.led - uint64(rapid.IntRange(0, 1).Draw(t, "epochs ago"))
		b.ask(h, server, epoch, at, rapid.Uint32Range(1, 300).Draw(t, "length"))
	}
	return moves
}

// finish ends a run: everybody catches up, and is asked for all there is; then porcupine looks for an order of
// all calls, and for one of those to each server.
func (b *bus) finish(h *busHistory, d *deliveries) error {
	if err := b.settle(d.behind); err != nil {
		return err
	}
	b.askForAll(h)
	if b.wrong != nil {
		return b.wrong
	}
	all := h.operations()
	if !porcupine.CheckOperations(logModel, all) {
		return fmt.Errorf("no order of these %d calls explains what came back", len(all))
	}
	if !porcupine.CheckOperations(servedModel, all) {
		return errors.New("a server took back what it had said to be accepted")
	}
	return nil
}

// A tip that restarted from a snapshot, is asked for what lies before it, and answers with NUL bytes must be
// found: the bug of docs/bus.md. A tip that refuses is right.
func TestHistoriesFindATipThatMakesThingsUp(t *testing.T) {
	run := func(start func(sim.Boot) (machine.Machine, error)) error {
		starts := busStarts
		starts[tip1] = start
		h, d := newBusHistory(), newDeliveries()
		b := busOf(starts, d, h)
		b.publish(pub1, 3)
		b.net.RunFor(10 * sim.Millisecond)
		require.NoError(t, b.net.TakeSnapshot(tip1))
		b.net.Kill(tip1, sim.ProcessOnly)
		require.NoError(t, b.net.Start(tip1))
		b.net.RunFor(10 * sim.Millisecond)
		b.ask(h, tip1, b.operator.led, 20, 8)
		return b.finish(h, d)
	}
	require.NoError(t, run(startTip))
	require.ErrorContains(t, run(func(b sim.Boot) (machine.Machine, error) {
		m, err := startTip(b)
		return fabulist{m.(*tip.Server)}, err
	}), "no order of these")
}

// A fabulist is a tip that refuses nothing as too old.
type fabulist struct{ *tip.Server }

// Step makes answers of the tip's refusals.
func (f fabulist) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	out = f.Server.Step(now, in, out)
	for i := range out {
		var p wire.Packet
		var refusal wire.Refusal
		if out[i].Kind != machine.Send || p.Open(out[i].Data, wire.Latest, wire.StreamID(busStream)).Reason != wire.None ||
			p.Kind != wire.KindRefusal || refusal.Decode(&p).Reason != wire.None || refusal.Reason != wire.TooOld {
			continue
		}
		answer := wire.Answer{Offset: refusal.Offset, Bounds: refusal.Bounds, Data: make([]byte, refusal.First-refusal.Offset)}
		answer.First = refusal.Offset
		out[i].Data = answer.Append(nil, p.Header)
	}
	return out
}

// showHistory has porcupine draw a history that failed.
func showHistory(t *testing.T, h *busHistory) {
	if !t.Failed() {
		return
	}
	for name, model := range map[string]porcupine.Model{"log.html": logModel, "served.html": servedModel} {
		if result, found := porcupine.CheckOperationsVerbose(model, h.operations(), 0); result != porcupine.Ok {
			path := filepath.Join(keptDir(t), name)
			require.NoError(t, porcupine.VisualizePath(model, found, path))
			t.Logf("the history, for a browser: %s", path)
		}
	}
}

// ask has the asker ask a server, as nobody did before: from the offset on, or a little behind it.
func (b *bus) ask(h *busHistory, server sim.ID, epoch, offset uint64, length uint32) {
	for {
		if _, there := h.asked[asked{server, offset}]; !there {
			break
		}
		offset++
	}
	command := binary.LittleEndian.AppendUint32(nil, uint32(busAddress(server)))
	request := wire.Request{Offset: offset, Length: length}
	b.net.Command(asker, request.Append(command, wire.Header{Version: wire.Latest, Stream: wire.StreamID(busStream), Epoch: epoch}))
	b.net.RunFor(0)
}

// askForAll asks everybody for all there is.
func (b *bus) askForAll(h *busHistory) {
	for _, server := range []sim.ID{tip1, rep1, b.operator.leader} {
		first, tail := b.bounds(server)
		for at := first; at < tail; at += 300 {
			b.ask(h, server, b.operator.led, at, 300)
			b.net.RunFor(3 * sim.Millisecond)
		}
	}
}

// bounds are what a server has; nothing while it is down.
func (b *bus) bounds(server sim.ID) (first, tail uint64) {
	switch one := b.net.Machine(server).(type) {
	case *sequencer.Machine:
		first, tail, _ = one.Bounds()
	case interface{ Machine() *tip.Machine }:
		bounds := one.Machine().Bounds()
		first, tail = bounds.First, bounds.Tail
	case *replicator.Machine:
		first, tail, _ = one.Bounds()
	}
	return first, tail
}

// The check itself must be able to fail.
func TestHistoriesOfABusThatCannotBeAreRefused(t *testing.T) {
	const size = frameHead + 1
	a, b := string(busFrame(publisherOf(pub1), 1, "a")), string(busFrame(publisherOf(pub2), 1, "b"))
	c := string(busFrame(publisherOf(pub1), 2, "c"))
	publish := func(by sim.ID, text string, r publishReturn, call, back int64) porcupine.Operation {
		return porcupine.Operation{Input: publishCall{by, text}, Output: r, Call: call, Return: back}
	}
	read := func(offset uint64, p oracle.BusPacket, call, back int64) porcupine.Operation {
		p.Epoch, p.Offset = 1, offset
		return porcupine.Operation{Input: readCall{tip1, offset, 100, 1}, Output: readReturn{p, 1}, Call: call, Return: back}
	}
	answer := func(data string, first, tail, committed uint64) oracle.BusPacket {
		return oracle.BusPacket{Kind: "answer", Data: []byte(data), First: first, Tail: tail, Committed: committed}
	}
	refusal := func(reason string, first, tail, committed uint64) oracle.BusPacket {
		return oracle.BusPacket{Kind: "refusal", Reason: reason, First: first, Tail: tail, Committed: committed}
	}
	// Of pub-1 one message is accepted; pub-2 did not hear that its own is, too.
	before := []porcupine.Operation{publish(pub1, "a", publishReturn{1, size}, 1, 2), publish(pub2, "b", publishReturn{1, 2 * size}, 1, never)}

	for name, one := range map[string]struct {
		ok    bool
		later []porcupine.Operation
	}{
		"all that is accepted":       {true, []porcupine.Operation{read(0, answer(a, 0, size, size), 3, 4)}},
		"a part of it":               {true, []porcupine.Operation{read(7, answer(a[7:9], 0, size, size), 3, 4)}},
		"an answer that is old":      {true, []porcupine.Operation{read(0, answer("", 0, 0, 0), 3, 4)}},
		"what its publisher missed":  {true, []porcupine.Operation{read(size, answer(b, 0, 2*size, 2*size), 3, 4)}},
		"and had come first":         {false, []porcupine.Operation{read(0, answer(b, 0, size, size), 3, 4)}},
		"what is not accepted":       {true, []porcupine.Operation{read(size, answer("anything", 0, 100, size), 3, 4)}},
		"anything as accepted":       {false, []porcupine.Operation{read(size, answer("anything", 0, 100, 100), 3, 4)}},
		"NUL bytes":                  {false, []porcupine.Operation{read(0, answer("\x00\x00", 0, size, size), 3, 4)}},
		"more than can be accepted":  {false, []porcupine.Operation{read(0, answer(a, 0, size, 3*size), 3, 4)}},
		"more than it has":           {false, []porcupine.Operation{read(0, answer(a, 0, 5, size), 3, 4)}},
		"nothing where is something": {false, []porcupine.Operation{read(0, answer("", 0, size, size), 3, 4)}},
		"too old, and it is":         {true, []porcupine.Operation{read(0, refusal("too old", 3, size, size), 3, 4)}},
		"too old, and it is there":   {false, []porcupine.Operation{read(0, refusal("too old", 0, size, size), 3, 4)}},
		"the future":                 {true, []porcupine.Operation{read(90, refusal("future", 0, size, size), 3, 4)}},
		"the future, and it is now":  {false, []porcupine.Operation{read(size, refusal("future", 0, size, size), 3, 4)}},
		"another epoch, and it is 1": {false, []porcupine.Operation{read(0, refusal("wrong epoch", 0, size, size), 3, 4)}},
		"uncommitted, and it is not": {false, []porcupine.Operation{read(0, refusal("uncommitted", 0, size, size), 3, 4)}},
		"malformed":                  {false, []porcupine.Operation{read(0, refusal("malformed", 0, size, size), 3, 4)}},
		"a message in its place":     {false, []porcupine.Operation{publish(pub2, "c", publishReturn{1, size}, 3, 4)}},
		"a number that was given":    {false, []porcupine.Operation{publish(pub1, "c", publishReturn{1, 3 * size}, 3, 4)}},
		"a read before its publish": {false, []porcupine.Operation{
			read(2*size, answer(c, 0, 3*size, 3*size), 3, 4), publish(pub1, "c", publishReturn{2, 3 * size}, 5, 6),
		}},
		"a read in its publish": {true, []porcupine.Operation{
			read(2*size, answer(c, 0, 3*size, 3*size), 3, 5), publish(pub1, "c", publishReturn{2, 3 * size}, 5, 6),
		}},
		"taken back": {false, []porcupine.Operation{read(0, answer(a, 0, size, size), 3, 4), read(0, answer(a[:1], 0, size, 1), 5, 6)}},
	} {
		t.Run(name, func(t *testing.T) {
			all := append(before[:2:2], one.later...)
			require.Equal(t, one.ok, porcupine.CheckOperations(logModel, all) && porcupine.CheckOperations(servedModel, all))
		})
	}
}
