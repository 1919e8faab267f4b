/*
package is a word that may begin a line of a comment.
*/
package sample

import (
	"bytes"
	"sync"
	"sync/atomic"
)

type name string
type answer bool
type size uint16

const limit = 1 << 4

var table [limit + 1]int

const isLarge = limit > 8

func compare[T int | string](a, b T) bool { return a == b }

func f(n int, s size, text name, b []byte, p *int, x float64) answer {
	if n < limit && s >= 300 || text != "magic word" { // a comment behind
		return n ==
			7
	}
	ok := (n < 3) == (s > 1000)
	if p != nil && x > 0.5 && bytes.Equal(b, []byte("magic bytes")) {
		n++
	}
	for i := 0; i < len(b); i++ {
		n += int(b[i])
	}
	var whole answer = n != 5
	_ = ok
	return whole && answer(compare(n, 4) && 1<<s == 8 && 'x' == rune(n))
}

type cell struct {
	next    atomic.Pointer[cell]
	n       atomic.Uint64
	lock    sync.Mutex
	changed chan bool
	wake    atomic.Pointer[chan bool]
}

func (c *cell) share(n uint64) (same bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	defer c.n.Add(1)
	go c.n.Add(c.n.Load())
	if next := c.next.Load(); next != nil && c.next.Load().n.Load() == n {
		c.next.Load().n.Store(c.n.Load())
	}
	switch {
	case c.n.Load()<<1 == n:
		c.n.Add(1)
		c.changed <- c.n.Load() == 0
	default:
		<-c.changed
		<-*c.wake.Load()
	}
	select {
	case same = <-c.changed:
		close(c.changed)
	default:
	}
	return
}
