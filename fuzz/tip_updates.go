package fuzz

import (
	"battle.test/battle"
	"battle.test/oracle"
	"battle.test/statemachines/tip"
)

// Publish makes the stream longer.
type Publish struct {
	Length uint8 `draw:"0..60"` // 0 is a heartbeat
}

func (u *Publish) Apply(t *battle.T, p *tipPair) {
	at := p.source.tail
	if !p.source.publish(uint64(u.Length)) {
		t.Label("overflow")
	}
	p.deliver(t, p.source.epoch, at, int(u.Length))
}

// Lose makes the stream longer by a packet that the machine does not get.
type Lose struct {
	Length uint8 `draw:"1..60"`
}

func (u *Lose) Apply(t *battle.T, p *tipPair) { p.source.publish(uint64(u.Length)) }

// deliver hands the machine n bytes of the stream.
func (p *tipPair) deliver(t *battle.T, epoch, at uint64, n int) {
	p.packet = p.packet[:0]
	for i := range n {
		p.packet = append(p.packet, p.source.at(at+uint64(i)))
	}
	if epoch > p.model.Epoch+1 {
		t.Label("skipped an epoch")
	} else if epoch > p.model.Epoch && p.source.start < p.model.Log.Tail() {
		t.Label("history cut below tail")
	}
	in := tip.Input{Kind: tip.Stream, Epoch: epoch, Start: p.source.start, Offset: at, Data: p.packet}
	p.step(t, in, p.model.Stream(epoch, p.source.start, at, p.packet))
}

// Packet delivers a part of the stream again, or late. Dead is what a sequencer sent that
// was replaced: bytes of no history.
type Packet struct {
	From   Mark  `draw:"0..2"`
	Offset int16 `draw:"-60..60"`
	Length uint8 `draw:"0..120"`
	Dead   bool
}

func (u *Packet) Apply(t *battle.T, p *tipPair) {
	at := min(p.at(u.From, int64(u.Offset)), p.source.tail)
	n := int(min(uint64(u.Length), p.source.tail-at))
	if !u.Dead {
		p.deliver(t, p.source.epoch, at, n)
		return
	}
	t.Label("of a dead sequencer")
	p.packet = append(p.packet[:0], make([]byte, n)...)
	in := tip.Input{Kind: tip.Stream, Epoch: p.source.epoch - 1, Start: at, Offset: at, Data: p.packet}
	if in.Epoch >= p.model.Epoch {
		return // the machine has not heard of its successor: it has to believe it
	}
	p.step(t, in, p.model.Stream(in.Epoch, at, at, p.packet))
}

// at is an offset relative to the machine's bounds.
func (p *tipPair) at(m Mark, distance int64) uint64 {
	log := &p.model.Log
	return [...]uint64{log.Base, log.First(), log.Tail()}[m] + uint64(distance)
}

// Ask asks from either region, blindly.
type Ask struct {
	Client uint8 `draw:"0..5"`
	Far    bool  // from the other region
	From   Mark  `draw:"0..2"`
	Offset int16 `draw:"-80..80"`
	Length uint8 `draw:"0..80"`
}

func (u *Ask) Apply(t *battle.T, p *tipPair) {
	p.ask(t, u.Client, u.Far, p.at(u.From, int64(u.Offset)), uint32(u.Length), p.model.Epoch)
}

// AskElsewhere asks in another epoch than the machine's.
type AskElsewhere struct {
	Client uint8 `draw:"0..5"`
	Newer  bool  // the client has heard of a failover, and the machine has not
	From   Mark  `draw:"0..2"`
	Offset int16 `draw:"-80..80"`
	Length uint8 `draw:"1..80"`
}

func (u *AskElsewhere) Apply(t *battle.T, p *tipPair) {
	epoch := p.model.Epoch - 1
	if u.Newer {
		epoch = p.model.Epoch + 1
	}
	p.ask(t, u.Client, false, p.at(u.From, int64(u.Offset)), uint32(u.Length), epoch)
}

func (p *tipPair) ask(t *battle.T, client uint8, far bool, off uint64, n uint32, epoch uint64) {
	in := tip.Input{Kind: tip.Request, Client: tip.Client(client), Region: homeRegion, Epoch: epoch, Offset: off, Length: n}
	one := oracle.TipAsk{Client: uint64(client), Epoch: epoch, Offset: off, Length: uint64(n), Local: 1}
	if far {
		in.Region, one.Local = farRegion, 0
	}
	before := len(p.model.Waiting)
	said := p.model.Ask(one)
	if len(said) == 0 && len(p.model.Waiting) == before {
		t.Label("merged")
	}
	p.step(t, in, said)
}

// AskHinted asks as local clients do, who know from discovery what the machine had when
// it last advertised, and do not ask for anything else.
type AskHinted struct {
	Client uint8 `draw:"0..5"`
	At     uint16
	Length uint8 `draw:"1..80"`
}

func (u *AskHinted) Apply(t *battle.T, p *tipPair) {
	size := p.hint[1] - p.hint[0]
	if size == 0 {
		return // there is nothing to ask for: the client waits
	}
	p.ask(t, u.Client, false, p.hint[0]+uint64(u.At)%size, uint32(u.Length), p.model.Epoch)
}

// AskMore asks again for what a waiting request asks for, or what follows it.
type AskMore struct {
	Waiting uint8 `draw:"0..7"` // which, modulo how many there are
	Offset  int8  `draw:"-10..50"`
	Length  uint8 `draw:"1..40"`
	Twin    bool  // as the client of the next number
}

func (u *AskMore) Apply(t *battle.T, p *tipPair) {
	if len(p.model.Waiting) == 0 {
		return
	}
	w := p.model.Waiting[int(u.Waiting)%len(p.model.Waiting)]
	client := uint8(w.Client)
	if u.Twin {
		client = (client + 1) % 6
	}
	p.ask(t, client, w.Local == 0, w.Offset+uint64(u.Offset), uint32(u.Length), w.Epoch)
}

// AskFar asks for any of the 2^64 offsets, and any length.
type AskFar struct {
	Client   uint8 `draw:"0..5"`
	Relative bool  // to tail
	Offset   uint64
	Length   uint32
}

func (u *AskFar) Apply(t *battle.T, p *tipPair) {
	off := u.Offset
	if u.Relative {
		off += p.model.Log.Tail()
	}
	p.ask(t, u.Client, true, off, u.Length, p.model.Epoch)
}

// Pass lets time pass, and the machine advertise what it has.
type Pass struct {
	Micros int16 `draw:"-20..500"`
}

func (u *Pass) Apply(t *battle.T, p *tipPair) { p.pass(t, p.now+int64(u.Micros)*1000) }

// pass lets time pass up to now. A clock that goes back does not take the machine along.
func (p *tipPair) pass(t *battle.T, now int64) {
	if now < p.now {
		t.Label("clock went back")
		p.out = p.machine.Step(now, tip.Input{}, p.out[:0])
		said := p.model.Send()
		battle.Equal(t, len(said), len(p.out), "outputs after the clock went back")
		return
	}
	p.now, p.model.Now = now, now
	p.step(t, tip.Input{}, nil)
	p.hint = [2]uint64{p.model.Log.First(), p.model.Log.Tail()}
}

// PassUntilNext lets time pass until the machine says that it can send something.
type PassUntilNext struct{}

func (*PassUntilNext) Apply(t *battle.T, p *tipPair) {
	next, waits := p.machine.Next()
	if !waits {
		return
	}
	p.pass(t, next)
	if len(p.out) == 0 {
		t.Errorf("nothing is sent at %d, the time that Next gave", next)
	}
}

// Failover replaces the sequencer. The new one never saw the last Cut bytes. With Skipped
// there was another in between, of which the machine may not hear, and which had cut off
// Deeper more.
type Failover struct {
	Cut     uint8 `draw:"0..80"`
	Skipped bool
	Deeper  uint8 `draw:"0..40"`
}

func (u *Failover) Apply(t *battle.T, p *tipPair) {
	if u.Skipped {
		p.source.fail(uint64(u.Cut) + uint64(u.Deeper))
		p.source.publish(uint64(u.Deeper))
		p.source.fail(0)
		return
	}
	p.source.fail(uint64(u.Cut))
}

// Begin starts the machine with a stream that is Base bytes long.
type Begin struct {
	Base     uint32
	High     bool  // count Base down from 2^64-1
	Capacity uint8 `draw:"1..160"`
	Scale    uint8 `draw:"0..4"` // capacity is multiplied by 4 to this power
}

func (u *Begin) Apply(t *battle.T, p *tipPair) {
	p.begin(p.source.epoch, origin(u.Base, u.High), int(u.Capacity)<<(2*u.Scale))
}

// Keep saves the machine's state.
type Keep struct{}

func (*Keep) Apply(t *battle.T, p *tipPair) {
	p.kept = tipKept{p.machine.Snapshot("fuzz", true), p.machine.Snapshot("fuzz", false), p.model.Clone()}
}

// ComeBack restarts the machine from the state that was kept last.
type ComeBack struct {
	Ring bool // the ring's bytes were kept too
}

func (u *ComeBack) Apply(t *battle.T, p *tipPair) {
	if p.kept.model == nil {
		return
	}
	p.model = p.kept.model.Clone()
	p.model.Now = p.now
	if u.Ring {
		t.Label("came back with its ring")
		p.machine = p.restored(p.kept.whole)
	} else {
		t.Label("came back empty")
		p.model.Log = oracle.Ring{Base: p.model.Log.Tail(), Capacity: p.model.Log.Capacity}
		p.machine = p.restored(p.kept.bare)
	}
	p.step(t, tip.Input{}, nil)
}

// Rewind replaces the machine by one that was restored from its state: nobody may notice.
type Rewind struct{}

func (*Rewind) Apply(t *battle.T, p *tipPair) {
	p.machine = p.restored(p.machine.Snapshot("fuzz", true))
}
