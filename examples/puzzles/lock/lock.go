// Package lock is a combination lock. Each right key turns it a step further; a wrong
// one sets it back to the beginning.
package lock

// Keys is how many keys there are.
const Keys = 16

// Longest is the number of steps of the longest lock.
const Longest = 20

// A Lock has not been turned yet.
type Lock struct {
	steps int // that open it
	at    int // steps that were right so far
}

// New makes a lock that opens after a number of steps, up to [Longest].
func New(steps int) *Lock { return &Lock{steps: min(steps, Longest)} }

// Open tells whether all steps were right.
func (l *Lock) Open() bool { return l.at == l.steps }

// Press presses a key, from 0 to [Keys]-1. An open lock stays open.
func (l *Lock) Press(key uint8) {
	if l.Open() {
		return
	}
	switch l.at { // a branch a step, as in the code of a protocol
	case 0:
		l.turn(key == 11)
	case 1:
		l.turn(key == 4)
	case 2:
		l.turn(key == 14)
	case 3:
		l.turn(key == 2)
	case 4:
		l.turn(key == 7)
	case 5:
		l.turn(key == 7)
	case 6:
		l.turn(key == 13)
	case 7:
		l.turn(key == 1)
	case 8:
		l.turn(key == 9)
	case 9:
		l.turn(key == 6)
	case 10:
		l.turn(key == 12)
	case 11:
		l.turn(key == 3)
	case 12:
		l.turn(key == 10)
	case 13:
		l.turn(key == 5)
	case 14:
		l.turn(key == 8)
	case 15:
		l.turn(key == 2)
	case 16:
		l.turn(key == 11)
	case 17:
		l.turn(key == 14)
	case 18:
		l.turn(key == 4)
	case 19:
		l.turn(key == 9)
	}
}

func (l *Lock) turn(right bool) {
	if right {
		l.at++
	} else {
		l.at = 0
	}
}
