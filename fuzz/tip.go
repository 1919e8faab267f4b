package fuzz

import (
	"fmt"
	"math"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/oracle"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/tip"
)

// Tip is the tip-retransmitter beside its model: packets that come late, twice or not at
// all, sequencers that fail, clients of two regions, and restarts from snapshots. Limits
// are so small that a few requests run into them.
var Tip = battle.Target[*tipPair]{
	Name: "tip",
	New:  newTipPair,
	Ops: battle.Ops(
		battle.Op[*Publish](8),
		battle.Op[*Lose](1),
		battle.Op[*Packet](4),
		battle.Op[*Ask](10),
		battle.Op[*AskMore](4),
		battle.Op[*AskElsewhere](1),
		battle.Op[*AskHinted](2),
		battle.Op[*AskFar](1),
		battle.Op[*Pass](4),
		battle.Op[*PassUntilNext](2),
		battle.Op[*Failover](1),
		battle.Op[*Begin](1),
		battle.Op[*Keep](1),
		battle.Op[*ComeBack](1),
		battle.Op[*Rewind](1),
	),
	Check:  checkTip,
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("below base", 0.2),
		battle.Require("data", 0.4),
		battle.Require("too old", 0.2),
		battle.Require("future", 0.5),
		battle.Require("wrong epoch", 0.5),
		battle.Require("busy", 0.5),
		battle.Require("merged", 0.2),
		battle.Require("missing", 0.5),
		battle.Require("history cut below tail", 0.1),
		battle.Require("skipped an epoch", 0.2),
		battle.Require("came back with its ring", 0.2),
		battle.Require("came back empty", 0.2),
		battle.Require("last offsets", 0.02),
	},
}

// tipBegins is the time at which runs begin: an hour, later than any burst takes.
const tipBegins = 3600 * 1_000_000_000

// The regions of the clients. The machine is in the first.
const (
	homeRegion = 1
	farRegion  = 2
)

func tipConfig(capacity int) tip.Config {
	return tip.Config{
		Stream: "aria", Region: homeRegion, Capacity: capacity,
		Local:    tip.Limits{AnswerMax: 48, Rate: 2_000_000, Burst: 120, WaitingMax: 3},
		Remote:   tip.Limits{AnswerMax: 32, Rate: 1_000_000, Burst: 100, WaitingMax: 2},
		QueueMax: 6, ClientsMax: 4, StepMax: 2, MissingEvery: 100_000,
	}
}

func tipRules(c tip.Config) oracle.TipRules {
	return oracle.TipRules{
		AnswerMax:  [2]uint64{uint64(c.Remote.AnswerMax), uint64(c.Local.AnswerMax)},
		Rate:       [2]uint64{c.Remote.Rate, c.Local.Rate},
		Burst:      [2]uint64{c.Remote.Burst, c.Local.Burst},
		WaitingMax: [2]uint64{uint64(c.Remote.WaitingMax), uint64(c.Local.WaitingMax)},
		QueueMax:   c.QueueMax, ClientsMax: c.ClientsMax, StepMax: c.StepMax,
		Overhead: tip.Overhead, MissingEvery: c.MissingEvery,
	}
}

type tipPair struct {
	machine *tip.Machine
	config  tip.Config
	model   *oracle.Tip
	source  sequencer
	now     int64
	hint    [2]uint64 // what discovery last told local clients: first and tail
	kept    tipKept
	out     []tip.Output
	packet  []byte
}

// tipKept is a state that was saved, with and without the ring's bytes.
type tipKept struct {
	whole, bare *snapshot.Snapshot
	model       *oracle.Tip
}

func newTipPair() *tipPair {
	p := &tipPair{now: tipBegins}
	p.begin(1, 0, 64)
	return p
}

// begin starts over with a stream that is base bytes long, as a service does that has
// loaded a snapshot of that offset.
func (p *tipPair) begin(epoch, base uint64, capacity int) {
	p.config = tipConfig(capacity)
	fresh, err := tip.New(p.config, epoch, base)
	if err != nil {
		panic(err)
	}
	p.source.begin(epoch, base)
	p.model = &oracle.Tip{
		Rules: tipRules(p.config), Now: p.now, Epoch: epoch,
		Log: oracle.Ring{Base: base, Capacity: uint64(capacity)}, Free: make(map[uint64]int64),
	}
	p.machine = p.restored(fresh.Snapshot("fuzz", false))
	p.hint = [2]uint64{base, base}
	p.kept = tipKept{}
}

// restored takes a state through a file and back.
func (p *tipPair) restored(s *snapshot.Snapshot) *tip.Machine {
	file, err := snapshot.Encode(s)
	if err != nil {
		panic(fmt.Sprintf("the state does not encode: %v", err))
	}
	loaded, err := snapshot.Decode(snapshot.Name(s.CoreStreamLength), file, snapshot.Expect{
		Stream: "aria", Service: tip.Service, Epoch: s.Epoch, Durable: s.CoreStreamLength, Sections: tip.Sections(),
	})
	if err != nil {
		panic(fmt.Sprintf("the state does not load: %v", err))
	}
	machine, err := tip.Restore(p.config, loaded)
	if err != nil {
		panic(fmt.Sprintf("the state is refused: %v", err))
	}
	return machine
}

// step hands an input to both, and compares what they say: first the answer of the model
// to the input itself, then those that went out.
func (p *tipPair) step(t *battle.T, in tip.Input, said []oracle.TipSaid) {
	said = append(said, p.model.Send()...)
	p.out = p.machine.Step(p.now, in, p.out[:0])
	for i := range max(len(said), len(p.out)) {
		switch {
		case i >= len(said):
			battle.Equal(t, "nothing", rendered(spoken(p.out[i])), "output")
		case i >= len(p.out):
			battle.Equal(t, rendered(said[i]), "nothing", "output")
		case said[i] != spoken(p.out[i]):
			battle.Equal(t, rendered(said[i]), rendered(spoken(p.out[i])), "output")
		default:
			p.label(t, said[i])
			p.checkPublished(t, p.out[i])
		}
	}
}

// spoken is an output in the words of the model.
func spoken(o tip.Output) oracle.TipSaid {
	kind := [...]string{
		tip.Data: oracle.Data, tip.TooOld: oracle.TooOld, tip.Future: oracle.Future,
		tip.WrongEpoch: "wrong epoch", tip.Busy: "busy", tip.Malformed: "malformed", tip.Missing: "missing",
	}[o.Kind]
	if o.Kind == tip.Data && o.Offset == o.Tail {
		kind = oracle.Nothing
	}
	return oracle.TipSaid{
		Kind: kind, Client: uint64(o.Client), Offset: o.Offset, Data: string(o.Data), Retry: o.Retry,
		Epoch: o.Epoch, First: o.First, Tail: o.Tail,
	}
}

func rendered(s oracle.TipSaid) string {
	return fmt.Sprintf("%s: client=%d offset=%d data=[% x] retry=%d epoch=%d first=%d tail=%d",
		s.Kind, s.Client, s.Offset, s.Data, s.Retry, s.Epoch, s.First, s.Tail)
}

func (p *tipPair) label(t *battle.T, said oracle.TipSaid) {
	switch {
	case said.Kind == oracle.TooOld && said.Offset < p.model.Log.Base:
		t.Label("below base")
	default:
		t.Label(said.Kind)
	}
	if said.Offset > math.MaxUint64-64 {
		t.Label("last offsets")
	}
}

// checkPublished is the guarantee above all: no byte is delivered in the name of an epoch
// that was not published in it. It does not ask the model.
func (p *tipPair) checkPublished(t *battle.T, o tip.Output) {
	if o.Epoch != p.source.epoch {
		return
	}
	for i, got := range o.Data {
		at := o.Offset + uint64(i)
		if want := p.source.at(at); got != want {
			t.Errorf("byte %d: got %#02x, and %#02x was published", at, got, want)
			return
		}
	}
}

func checkTip(t *battle.T, p *tipPair) {
	b := p.machine.Bounds()
	battle.Equal(t, p.model.Log.First(), b.First, "first")
	battle.Equal(t, p.model.Log.Tail(), b.Tail, "tail")
	battle.Equal(t, p.model.Epoch, p.machine.Epoch(), "epoch")
	next, waits := p.machine.Next()
	battle.Equal(t, len(p.model.Waiting) > 0, waits, "whether something waits")
	if waits {
		battle.Equal(t, p.next(), next, "time of the next answer")
	}
}

// next is when the model can answer somebody.
func (p *tipPair) next() int64 {
	least := int64(math.MaxInt64)
	for _, w := range p.model.Waiting {
		least = min(least, p.model.Free[w.Client])
	}
	return max(least, p.now)
}
