/*
package is a word that may begin a line of a comment.
*/
package sample

import "bytes"

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
