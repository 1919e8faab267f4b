package fuzz

import (
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/sim"
	"battle.test/statemachines/wire"
)

// Message has an application publish messages.
type Message struct {
	By     uint8 `draw:"0..1"` // which publisher
	Length uint8 `draw:"0..60"`
	Count  uint8 `draw:"1..4"`
}

func (u *Message) Apply(_ *battle.T, c *cluster) {
	for range u.Count {
		c.say([]Member{Pub1, Pub2}[u.By], int(u.Length))
	}
}

// Run lets time pass.
type Run struct {
	Micros uint16 `draw:"0..30000"`
}

func (u *Run) Apply(_ *battle.T, c *cluster) {
	c.net.RunFor(int64(u.Micros) * sim.Microsecond)
	c.take()
}

// RunEvents lets some things happen, and stops between two that happen at one moment, maybe.
type RunEvents struct {
	Count uint8 `draw:"1..40"`
}

func (u *RunEvents) Apply(_ *battle.T, c *cluster) {
	for range u.Count {
		c.net.Step()
	}
	c.take()
}

// Kill ends a host's program, or its system.
type Kill struct {
	Host  Member `draw:"0..12"`
	Power bool   // and with it what was not synced
	Keep  uint8  // bytes of that come to the disk all the same
	Torn  bool   // but for a sector
	Tear  uint8  `draw:"0..3"`
}

func (u *Kill) Apply(t *battle.T, c *cluster) {
	if c.net.Up(u.Host.id()) && c.leads(u.Host) {
		t.Label("a leader was killed")
	}
	c.net.Kill(u.Host.id(), sim.Loss{Power: u.Power, Keep: int(u.Keep), Torn: u.Torn, Tear: int(u.Tear)})
}

// Boot starts a host, of its latest snapshot or without any.
type Boot struct {
	Host Member `draw:"0..12"`
	Cold bool
}

func (u *Boot) Apply(t *battle.T, c *cluster) {
	start := c.net.Start
	if u.Cold {
		start = c.net.StartCold
	}
	if err := start(u.Host.id()); err != nil {
		t.Errorf("%v", err)
	}
}

// SaveState saves a host's state to its disk.
type SaveState struct {
	Host Member `draw:"0..12"`
}

func (u *SaveState) Apply(_ *battle.T, c *cluster) {
	_ = c.net.TakeSnapshot(u.Host.id()) // its disk may be full, which is no fault of anybody's
}

// Sever cuts two hosts off from each other, or lets only one of them hear the other.
type Sever struct {
	A, B   Member `draw:"0..12"`
	OneWay bool
}

func (u *Sever) Apply(_ *battle.T, c *cluster) {
	rule := sim.Cut(u.A.id(), u.B.id())
	rule.Both = !u.OneWay
	c.impose(rule)
}

// SeverHost cuts a host off from all others.
type SeverHost struct {
	Host Member `draw:"0..12"`
}

func (u *SeverHost) Apply(_ *battle.T, c *cluster) { c.impose(sim.Isolate(u.Host.id())) }

// SeverRegions cuts the regions off from each other.
type SeverRegions struct {
	OneWay bool // the second hears nothing of the first
}

func (u *SeverRegions) Apply(_ *battle.T, c *cluster) {
	rule := sim.Partition(region(homeRegion), region(farRegion))
	rule.Both = !u.OneWay
	c.impose(rule)
}

// Disturb makes a link a bad one.
type Disturb struct {
	From, To  Member `draw:"0..13"` // 13 is all
	Loss      uint8  `draw:"0..60"` // percent
	Burst     uint8  `draw:"0..5"`
	Duplicate uint8  `draw:"0..60"`    // percent
	Reorder   uint8  `draw:"0..60"`    // percent
	Corrupt   uint8  `draw:"0..60"`    // percent
	Delay     uint16 `draw:"0..20000"` // µs
	Throttle  uint16 // KB a second, at least 50; 0 is no limit
	Luck      uint8  // which packets are hit, and what disks lose: other dice; 0 are those that there are
}

func (u *Disturb) Apply(_ *battle.T, c *cluster) {
	if u.Luck > 0 {
		c.net.Reseed(uint64(u.Luck))
	}
	throttle := int64(u.Throttle) * 1000
	if throttle > 0 {
		throttle = max(throttle, 50_000) // or a long message is under way long after faults stopped
	}
	c.impose(sim.Rule{From: u.From.ids(), To: u.To.ids(), Faults: sim.Faults{
		Loss: sim.Percent(int(u.Loss)), Burst: int(u.Burst), Duplicate: sim.Percent(int(u.Duplicate)),
		Reorder: sim.Percent(int(u.Reorder)), Late: sim.Even(0, 5*sim.Millisecond), Corrupt: sim.Percent(int(u.Corrupt)),
		Delay: sim.Even(0, int64(u.Delay)*sim.Microsecond), Throttle: throttle,
	}})
}

// Clog holds what goes from one host to another.
type Clog struct {
	From, To Member `draw:"0..13"` // 13 is all
}

func (u *Clog) Apply(_ *battle.T, c *cluster) {
	c.impose(sim.Rule{From: u.From.ids(), To: u.To.ids(), Faults: sim.Faults{Hold: true}})
}

// rulesMax is how many rules may be in force: of more nobody would understand the effect.
const rulesMax = 8

func (c *cluster) impose(r sim.Rule) {
	if len(c.net.Rules()) < rulesMax {
		c.net.Impose(r)
	}
}

// Unclog lets one of the packets that are held go on, or loses it.
type Unclog struct {
	Which uint8
	Lose  bool
}

func (u *Unclog) Apply(_ *battle.T, c *cluster) {
	n := len(c.net.Held())
	switch {
	case n == 0:
	case u.Lose:
		c.net.Discard(int(u.Which) % n)
	default:
		c.net.Release(int(u.Which) % n)
	}
}

// Mend lifts a rule, or all of them.
type Mend struct {
	Which uint8 `draw:"0..7"`
	All   bool
}

func (u *Mend) Apply(_ *battle.T, c *cluster) {
	rules := c.net.Rules()
	if !u.All && len(rules) > 0 {
		rules = rules[int(u.Which)%len(rules):][:1]
	}
	for _, r := range rules {
		c.net.Lift(r)
	}
}

// Freeze pauses a host's program.
type Freeze struct {
	Host Member `draw:"0..12"`
}

func (u *Freeze) Apply(_ *battle.T, c *cluster) { c.net.Pause(u.Host.id()) }

// Thaw goes on with one.
type Thaw struct {
	Host Member `draw:"0..12"`
}

func (u *Thaw) Apply(_ *battle.T, c *cluster) { c.net.Resume(u.Host.id()) }

// Drag makes a host slow.
type Drag struct {
	Host   Member `draw:"0..12"`
	Micros uint16 `draw:"0..3000"` // that an input takes
}

func (u *Drag) Apply(_ *battle.T, c *cluster) {
	c.net.Slow(u.Host.id(), int64(u.Micros)*sim.Microsecond)
}

// SetClock sets a host's clock wrong, and its rate. A machine's time stands still when its clock
// goes back, so this bounds how long a machine sleeps.
type SetClock struct {
	Host   Member `draw:"0..12"`
	Millis int16  `draw:"-1000..1000"` // ahead of the true time
	PPM    int16  // too fast
}

func (u *SetClock) Apply(_ *battle.T, c *cluster) {
	ahead := c.net.Clock(u.Host.id()) - c.net.Now()
	c.net.JumpClock(u.Host.id(), int64(u.Millis)*sim.Millisecond-ahead)
	c.net.DriftClock(u.Host.id(), int(u.PPM))
}

// SpoilDisk gives a host's disk faults, or takes them away.
type SpoilDisk struct {
	Host                 Member `draw:"0..12"`
	Full, Short, Stalled bool
}

func (u *SpoilDisk) Apply(_ *battle.T, c *cluster) {
	c.net.SetDisk(u.Host.id(), sim.DiskFaults{Full: u.Full, Short: u.Short, Stalled: u.Stalled})
}

// Elect has the operator grant the next epoch.
type Elect struct {
	Other bool // to the standby, if there is one
	Alone bool
}

func (u *Elect) Apply(t *battle.T, c *cluster) {
	before := c.operator.epoch
	c.operator.elect(c, u.Other, !u.Alone)
	if c.operator.epoch > before {
		t.Label("an epoch was granted")
		if u.Other && c.bus.Accepted.Len() < c.bus.Tail() {
			t.Label("a failover while messages are on the way")
		}
	}
}

// AskServer has a client in the other region, which knows nothing of discovery, ask a server
// for bytes that it may have or not.
type AskServer struct {
	Server Member `draw:"0..12"`
	From   Mark   `draw:"0..2"`
	Offset int16  `draw:"-300..300"`
	Length uint16 `draw:"0..300"`
	Old    bool   // in the epoch before
	Near   bool   // and the way there is short
}

func (u *AskServer) Apply(_ *battle.T, c *cluster) {
	way := clusterLink(Asker.address(), u.Server.address())
	if u.Near {
		way = clusterLink(u.Server.address(), u.Server.address())
	}
	c.net.SetLink(Asker.id(), u.Server.id(), way)
	first, tail := c.bounds(u.Server)
	at := [...]uint64{0, first, tail}[u.From] + uint64(u.Offset)
	epoch := c.operator.led
	if u.Old && epoch > 0 {
		epoch--
	}
	r := wire.Request{Offset: at, Length: uint32(u.Length)}
	c.throw(u.Server, r.Append(nil, wire.Header{Version: wire.Latest, Stream: wire.StreamID(clusterStream), Epoch: epoch}))
}

// Resend sends the last packet that somebody sent to anybody, from where it can't come, and
// with a byte that is wrong, maybe.
type Resend struct {
	To  Member `draw:"0..12"`
	At  uint16
	Xor uint8
	Cut uint8 // bytes off its end
}

func (u *Resend) Apply(_ *battle.T, c *cluster) {
	packet := slices.Clone(c.last)
	packet = packet[:max(0, len(packet)-int(u.Cut))]
	if len(packet) > 0 {
		packet[int(u.At)%len(packet)] ^= u.Xor
	}
	c.throw(u.To, packet)
}

// Upgrade has a host run the other version of the formats, of packets and of snapshots, from its next start on.
type Upgrade struct {
	Host Member `draw:"0..12"`
}

func (u *Upgrade) Apply(_ *battle.T, c *cluster) {
	c.net.SetVersion(u.Host.id(), 1-c.net.Version(u.Host.id()))
}

// Settle is the liveness phase: faults stop, and everybody catches up.
type Settle struct{}

func (*Settle) Apply(t *battle.T, c *cluster) {
	began := c.net.Events()
	most := clusterEventsMax + clusterEventsEach*(uint64(c.said)+c.bytes/100)
	storm := func() bool { return c.net.Events()-began > most }
	err := c.net.Settle(c.settling(), func() bool {
		if c.wrong != nil || storm() {
			return true
		}
		c.operator.tend(c)
		c.take()
		return c.caughtUp()
	})
	switch {
	case c.wrong != nil: // Check says it
	case storm():
		t.Errorf("a storm: %d events within %d ms after all faults stopped: %q", c.net.Events()-began, c.net.Now()/sim.Millisecond, c.bus.Behind())
	case err != nil:
		t.Errorf("%v: %q", err, c.bus.Behind())
	case len(c.bus.Messages) > 0:
		t.Label("settled")
	}
}

// caughtUp tells whether everybody has caught up. Who dozes is waited for last, and nobody waits for
// them meanwhile.
func (c *cluster) caughtUp() bool {
	behind := c.bus.Behind()
	for i, m := range subscribers {
		if c.apps[i].dozes {
			behind = slices.DeleteFunc(behind, func(who string) bool { return strings.HasPrefix(who, m.String()+" ") })
		}
	}
	return len(behind) == 0 && !c.wake()
}
