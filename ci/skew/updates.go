package skew

import (
	"battle.test/battle"
	"battle.test/sim"
)

// Skew is the target: a bus whose hosts run the previous release at first.
func Skew(tally Tally) battle.Target[*bus] {
	return battle.Target[*bus]{
		Name: "skew",
		New:  func() *bus { return newBus(Old2, tally) },
		Ops: battle.Ops(
			battle.Op[*Message](10),
			battle.Op[*Run](10),
			battle.Op[*Save](3),
			battle.Op[*Roll](5),
			battle.Op[*Lose](2),
			battle.Op[*Elect](2),
			battle.Op[*Settle](2),
		),
		Check: func(t *battle.T, b *bus) {
			if b.wrong != nil {
				t.Errorf("%v", b.wrong)
			}
		},
	}
}

// Message has an application publish messages.
type Message struct {
	By     uint8 `draw:"0..1"` // which publisher
	Count  uint8 `draw:"1..4"`
	Length uint8 `draw:"0..60"`
}

// Apply publishes them.
func (u *Message) Apply(_ *battle.T, b *bus) {
	for range u.Count {
		b.say([]Host{Pub1, Pub2}[u.By], int(u.Length))
	}
}

// Run lets time pass.
type Run struct {
	Micros uint16 `draw:"0..30000"`
}

// Apply runs the network.
func (u *Run) Apply(_ *battle.T, b *bus) { b.net.RunFor(int64(u.Micros) * sim.Microsecond) }

// Save saves a host's state to its disk.
type Save struct {
	Host Host `draw:"0..11"`
}

// Apply saves it.
func (u *Save) Apply(t *battle.T, b *bus) {
	if err := b.net.TakeSnapshot(u.Host.id()); err != nil {
		t.Errorf("%s: %v", u.Host, err)
	}
}

// Roll ends a host's program and starts another: an upgrade, or a downgrade.
type Roll struct {
	Host  Host    `draw:"0..11"`
	To    Program `draw:"0..3"`
	Crash bool    // it saves nothing before, and the disk loses what was not synced
}

// Apply rolls it.
func (u *Roll) Apply(t *battle.T, b *bus) {
	if err := b.roll(u.Host, u.To, u.Crash); err != nil {
		t.Errorf("%s: %v", u.Host, err)
	}
}

func (b *bus) roll(h Host, to Program, crash bool) error {
	if !crash {
		if err := b.net.TakeSnapshot(h.id()); err != nil {
			return err
		}
	}
	b.net.Kill(h.id(), sim.Loss{Power: crash})
	b.operator.ended(h)
	b.net.SetVersion(h.id(), int(to))
	return b.net.Start(h.id())
}

// Lose has all links lose packets from now on.
type Lose struct {
	Percent uint8 `draw:"0..40"`
}

// Apply replaces what was lost before.
func (u *Lose) Apply(_ *battle.T, b *bus) {
	for _, rule := range b.net.Rules() {
		b.net.Lift(rule)
	}
	b.net.Impose(sim.Rule{Faults: sim.Faults{Loss: sim.Percent(int(u.Percent))}})
}

// Elect has the operator grant the next epoch.
type Elect struct {
	Other bool // to the standby
}

// Apply grants it.
func (u *Elect) Apply(_ *battle.T, b *bus) { b.operator.elect(b, u.Other) }

// settlesWithin is how long it may take everybody to catch up once nothing goes wrong any more.
const settlesWithin = 5 * sim.Second

// Settle ends all faults: everybody catches up, and all clients have got the same stream.
type Settle struct{}

// Apply waits for them.
func (*Settle) Apply(t *battle.T, b *bus) {
	err := b.net.Settle(settlesWithin, func() bool {
		b.operator.tend(b)
		return b.wrong != nil || len(b.model.Behind()) == 0
	})
	if err != nil {
		t.Errorf("%v: %q", err, b.model.Behind())
	}
}
