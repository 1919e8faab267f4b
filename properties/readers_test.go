package properties

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
	"battle.test/oracle"
	"battle.test/ringbuf"
	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A race takes a thousand times as long as a call, so that fewer must do here; the
// engines hunt on.
func TestReaders(t *testing.T) {
	setRapid(t, "rapid.checks", "10")
	setRapid(t, "rapid.steps", "20")
	battle.Check(t, fuzz.Readers)
}

// setRapid sets one of rapid's flags for the rest of the test, unless it was given, as a flag or
// by rapid's variable of the environment.
func setRapid(t *testing.T, name, value string) {
	one := flag.Lookup(name)
	if before := one.Value.String(); before == one.DefValue && os.Getenv(rapidVariable(name)) == "" {
		require.NoError(t, one.Value.Set(value))
		t.Cleanup(func() { require.NoError(t, one.Value.Set(before)) })
	}
}

// A history is what the goroutines at a ring did and were told, with call and return
// ticks from one counter: a call that begins after another has returned has the higher
// tick, and nothing else is known of their order.
type history struct {
	base     uint64
	capacity int
	stream   []byte
	clock    atomic.Int64
	mu       sync.Mutex
	all      []porcupine.Operation
}

// A question is a call, and a reply what came back.
type (
	question struct {
		do  string // append, bounds, copy, read-at or view
		off uint64 // of an append's byte, or of a read
		n   int
	}
	reply struct {
		verdict string
		data    []byte
		bounds  ringbuf.Bounds // zero if the call names none
	}
)

// note runs a call and notes it.
func (h *history) note(client int, q question, call func() reply) {
	called := h.clock.Add(1)
	r := call()
	returned := h.clock.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, porcupine.Operation{ClientId: client, Input: q, Call: called, Output: r, Return: returned})
}

// model is the oracle as porcupine wants it. Its state is how many bytes there are: what
// they are is known from the beginning.
func (h *history) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, input, output any) (bool, any) {
			length, q, r := state.(int), input.(question), output.(reply)
			log := oracle.Ring{Base: h.base, Capacity: uint64(h.capacity), Bytes: h.stream[:length]}
			if q.do == "append" {
				return q.off == log.Tail(), length + 1
			}
			bounds := ringbuf.Bounds{First: log.First(), Tail: log.Tail()}
			if r.bounds != (ringbuf.Bounds{}) && r.bounds != bounds {
				return false, length
			}
			if q.do == "bounds" {
				return true, length
			}
			n := q.n
			if q.do == "view" && len(r.data) > 0 {
				n = min(n, len(r.data)) // it ends where its segment does
			}
			verdict, data := log.Read(q.off, n)
			return verdict == r.verdict && bytes.Equal(data, r.data), length
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
	}
}

// append appends bytes. A long append becomes visible a part at a time, so for the
// model each byte is a call, and all of them take as long as the append.
func (h *history) append(t *testing.T, ring *ringbuf.Ring, from, n int) {
	called := h.clock.Add(1)
	if err := ring.Append(h.stream[from : from+n]); err != nil {
		t.Errorf("append: %v", err)
	}
	returned := h.clock.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range n {
		h.all = append(h.all, porcupine.Operation{Input: question{do: "append", off: h.base + uint64(from+i)}, Output: reply{}, Call: called, Return: returned})
	}
}

var verdicts = map[ringbuf.Verdict]string{
	ringbuf.AtTail: oracle.Nothing, ringbuf.Data: oracle.Data, ringbuf.Old: oracle.TooOld, ringbuf.Ahead: oracle.Future,
}

// ask asks the ring one question.
func (q question) ask(ring *ringbuf.Ring, reader *ringbuf.Reader) reply {
	buffer := make([]byte, q.n)
	switch q.do {
	case "bounds":
		return reply{bounds: ring.Bounds()}
	case "view":
		view, answer := reader.View(q.off, q.n)
		defer view.Release()
		return reply{verdicts[answer.Verdict], slices.Clone(view.Bytes()), answer.Bounds}
	case "copy":
		answer := reader.Copy(buffer, q.off)
		return reply{verdicts[answer.Verdict], buffer[:answer.N], answer.Bounds}
	}
	n, err := ring.ReadAt(buffer, q.off)
	switch e := err.(type) {
	case ringbuf.TooOld:
		return reply{oracle.TooOld, nil, ringbuf.Bounds{First: e.First, Tail: e.Tail}}
	case ringbuf.Future:
		return reply{oracle.Future, nil, ringbuf.Bounds{First: e.First, Tail: e.Tail}}
	}
	if n == 0 {
		return reply{verdict: oracle.Nothing}
	}
	return reply{verdict: oracle.Data, data: buffer[:n]}
}

// Whatever readers are told while the writer runs could have been told by a ring that
// does one thing at a time, in an order that fits the clock.
func TestReadsAreLinearizable(t *testing.T) {
	setRapid(t, "rapid.checks", "150")
	setRapid(t, "rapid.nofailfile", "true")
	rapid.Check(t, func(rt *rapid.T) {
		const appends, reads = 30, 30
		h := &history{
			base:     rapid.Uint64Range(1, 1<<20).Draw(rt, "base"),
			capacity: rapid.IntRange(1, 64).Draw(rt, "capacity"),
		}
		sizes := rapid.SliceOfN(rapid.IntRange(1, 24), appends, appends).Draw(rt, "sizes")
		ask := rapid.SampledFrom([]string{"bounds", "copy", "read-at", "view"})
		scripts := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) question {
			return question{ask.Draw(rt, "do"), uint64(rapid.IntRange(-8, 40).Draw(rt, "back")), rapid.IntRange(1, 48).Draw(rt, "n")}
		}), reads, reads), 1, 3).Draw(rt, "scripts")
		h.run(t, sizes, scripts)
		if !porcupine.CheckOperations(h.model(), h.all) {
			rt.Fatalf("no order of these calls explains the replies: base %d, capacity %d\n%s", h.base, h.capacity, h)
		}
	})
}

// run lets the writer and the readers loose, all of which let others go first after each
// call. The offset of a question is how far it lies behind tail.
func (h *history) run(t *testing.T, sizes []int, scripts [][]question) {
	ring, err := ringbuf.New(h.capacity, h.base)
	require.NoError(t, err)
	total := 0
	for _, n := range sizes {
		total += n
	}
	for i := range total {
		h.stream = append(h.stream, byte(1+i%251))
	}
	var ready, all sync.WaitGroup
	ready.Add(len(scripts))
	for client, script := range scripts {
		all.Go(func() {
			reader := ring.NewReader()
			defer reader.Close()
			ready.Done()
			for _, q := range script {
				q.off = ring.Bounds().Tail - q.off
				h.note(client+1, q, func() reply { return q.ask(ring, reader) })
				runtime.Gosched()
			}
		})
	}
	ready.Wait()
	from := 0
	for _, n := range sizes {
		h.append(t, ring, from, n)
		from += n
		runtime.Gosched()
	}
	all.Wait()
}

func (h *history) String() string {
	var b bytes.Buffer
	for _, one := range h.all {
		fmt.Fprintf(&b, "%d to %d: %+v: %+v\n", one.Call, one.Return, one.Input, one.Output)
	}
	return b.String()
}

// The check itself must be able to fail.
func TestHistoriesThatCannotBeAreRefused(t *testing.T) {
	bounds := func(first, tail uint64) reply { return reply{bounds: ringbuf.Bounds{First: first, Tail: tail}} }
	for name, later := range map[string]struct {
		question
		reply
	}{
		"tail goes back":       {question{do: "bounds"}, bounds(10, 11)},
		"more than appended":   {question{do: "bounds"}, bounds(11, 13)},
		"a wrong first":        {question{do: "bounds"}, bounds(10, 12)},
		"a byte of elsewhere":  {question{"copy", 11, 1}, reply{oracle.Data, []byte("a"), ringbuf.Bounds{First: 11, Tail: 12}}},
		"a byte that is gone":  {question{"copy", 10, 1}, reply{oracle.Data, []byte("a"), ringbuf.Bounds{First: 11, Tail: 12}}},
		"a refusal without":    {question{"read-at", 11, 1}, reply{verdict: oracle.TooOld}},
		"an empty view":        {question{"view", 11, 1}, reply{verdict: oracle.Data}},
		"less than there is":   {question{"copy", 11, 1}, reply{oracle.Data, nil, ringbuf.Bounds{First: 11, Tail: 12}}},
		"nothing, but it came": {question{"read-at", 11, 1}, reply{verdict: oracle.Nothing}},
	} {
		h := &history{base: 10, capacity: 1, stream: []byte("ab")}
		for i := range 2 {
			h.all = append(h.all, porcupine.Operation{Input: question{do: "append", off: uint64(10 + i)}, Output: reply{}, Call: 1, Return: 2})
		}
		require.True(t, porcupine.CheckOperations(h.model(), h.all), name)
		h.all = append(h.all, porcupine.Operation{ClientId: 1, Input: later.question, Output: later.reply, Call: 3, Return: 4})
		require.False(t, porcupine.CheckOperations(h.model(), h.all), name)
	}
}
