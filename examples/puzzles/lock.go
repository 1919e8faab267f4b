package puzzles

import (
	"battle.test/battle"
	"battle.test/examples/puzzles/lock"
)

// Press presses a key of a lock.
type Press struct {
	Key uint8 `draw:"0..15"`
}

// Apply implements battle.Update.
func (u *Press) Apply(t *battle.T, l *lock.Lock) {
	l.Press(u.Key)
	if l.Open() {
		t.Errorf("the lock is open")
	}
}

// Lock10 and Lock20 are locks of so many steps. Only coverage tells how far one is.
var (
	Lock10 = lockOf("lock-10", 10)
	Lock20 = lockOf("lock-20", 20)
)

func lockOf(name string, steps int) battle.Target[*lock.Lock] {
	return battle.Target[*lock.Lock]{
		Name: name,
		New:  func() *lock.Lock { return lock.New(steps) },
		Ops:  battle.Ops(battle.Op[*Press](1)),
	}
}
