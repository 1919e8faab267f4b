package fuzz

import (
	"encoding/binary"
	"fmt"

	"battle.test/battle"
	"battle.test/sim"
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/wire"
)

// The applications of subscribers take what they are given whenever time has passed, unless they
// doze. One that dozes is given no more once its window is full, and cut off once its subscriber's
// buffer is full, too; and nobody else notices.

const (
	clusterWindow = 1 << 10           // bytes of the stream that an application may have before it takes them
	clusterBuffer = wire.FrameMax + 1 // bytes that wait at a subscriber. It can't be less than a frame
)

// Bulk has an application publish a long message.
type Bulk struct {
	By     uint8  `draw:"0..1"` // which publisher
	Length uint16 `draw:"0..40000"`
}

func (u *Bulk) Apply(_ *battle.T, c *cluster) { c.say([]Member{Pub1, Pub2}[u.By], int(u.Length)) }

// Doze has a subscriber's application take nothing more, or go on.
type Doze struct {
	Sub  uint8 `draw:"0..2"`
	Wake bool
}

func (u *Doze) Apply(_ *battle.T, c *cluster) {
	c.apps[u.Sub].dozes = !u.Wake
	c.take()
}

// subscribers are those with the applications.
var subscribers = [...]Member{Sub1, Sub2, Sub3}

// A taker is a subscriber's application.
type taker struct {
	dozes bool
	taken uint64 // up to here, as its subscriber knows
	cut   bool   // it was told that it gets no more
}

// taker is a subscriber's.
func (c *cluster) taker(m Member) *taker {
	for i, one := range subscribers {
		if one == m {
			return &c.apps[i]
		}
	}
	panic(fmt.Sprintf("%s is no subscriber", m))
}

// take has all applications that don't doze take what they were given.
func (c *cluster) take() {
	for i, m := range subscribers {
		if at := c.bus.Delivered[m.String()]; !c.apps[i].dozes && at != c.apps[i].taken {
			c.net.Command(m.id(), subscriber.AppendTaken(nil, at))
		}
	}
}

// wake ends all dozes, and tells whether there was one.
func (c *cluster) wake() (dozed bool) {
	for i := range c.apps {
		dozed = dozed || c.apps[i].dozes
		c.apps[i].dozes = false
	}
	return dozed
}

// sawTaken notes what an application has said that it has taken. What it was given in an earlier
// life of its subscriber counts for nothing.
func (c *cluster) sawTaken(m Member, data []byte) {
	app, given := c.taker(m), c.bus.Delivered[m.String()]
	if at := binary.LittleEndian.Uint64(data); at >= app.taken && at <= given {
		app.taken, app.cut = at, app.cut && given-at >= clusterWindow
	}
}

// sawGiven judges that an application is given a message that begins at an offset.
func (c *cluster) sawGiven(m Member, at uint64) error {
	app := c.taker(m)
	if app.cut || at-app.taken >= clusterWindow {
		return fmt.Errorf("the application is given byte %d, and has taken %d: its window is full (cut off: %v)", at, app.taken, app.cut)
	}
	return nil
}

// sawCutOff judges that one is cut off: with a full window, and for more than the buffer holds.
func (c *cluster) sawCutOff(m Member, next uint64) error {
	c.labels |= 1 << sawCut
	app, at := c.taker(m), c.bus.Delivered[m.String()]
	app.cut = true
	if sent := c.bus.Tail(); next != at || at-app.taken < clusterWindow || sent <= at+clusterBuffer {
		return fmt.Errorf("the application is cut off at byte %d, and was given %d, has taken %d, and %d were sent", next, at, app.taken, sent)
	}
	return nil
}

// sawTaker makes the application of a subscriber that starts at an offset anew: with what it had taken
// when the subscriber's state was saved, and cut off if it was.
func (c *cluster) sawTaker(m Member, at uint64, kept []int) {
	app := c.taker(m)
	app.taken, app.cut = at, false
	if kept != nil {
		app.taken, app.cut = uint64(kept[0]), kept[1] != 0
	}
}

// keeps is what a subscriber's application keeps with its snapshot.
func (a *taker) keeps() []int {
	cut := 0
	if a.cut {
		cut = 1
	}
	return []int{int(a.taken), cut}
}

// Both replicators may die, and lose what was not on their disks, or what a new epoch cuts off. Then the sequencers alone have
// it, in memory for those who ask: so applications say no more in a run than they retain, frames included.
const (
	clusterRetains = 1 << 21
	clusterSays    = 1 << 19 // bytes of messages
)

// say has a publisher's application publish a message, if its host is up.
func (c *cluster) say(by Member, length int) {
	if c.net.Up(by.id()) && c.bytes+uint64(length) <= clusterSays {
		c.said++
		c.bytes += uint64(length)
		c.net.Command(by.id(), payload(c.said, length))
	}
}

// settling is how long everybody may take to catch up: longer where there is much to be asked for,
// 300 bytes at a time and from the other region.
func (c *cluster) settling() int64 {
	return clusterSettles + int64(c.bytes/300)*20*sim.Millisecond
}
