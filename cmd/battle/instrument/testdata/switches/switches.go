// Command switches prints what its switches evaluate, in which order, and what they choose.
package main

import (
	"bytes"
	"fmt"
	"slices"
	"sync/atomic"

	"battle.test/explore/probe"
)

type level int8
type blob []byte
type letter byte

const low level = -2

func number(n int) int           { fmt.Print(" number ", n); return n }
func word(text string) string    { fmt.Print(" word ", text); return text }
func bytesOf(text string) []byte { return []byte(word(text)) }

func numbers(n int) string {
	switch number(n) {
	case number(1), 2, number(3):
		return "small"
	case 4:
		fallthrough
	case number(5):
		n++
	case number(6), len(word("sixteen letters!")):
		switch number(n) { // one in another
		case number(7), number(6):
			return "six"
		}
	default:
		return "large"
	}
	return fmt.Sprint("now ", n)
}

func words(text string) string {
	switch word(text) {
	case word("a"), "b", word("c"):
		return "short"
	case "":
		return "none"
	}
	return "long"
}

func levels(l level, boxed any) (said string) {
out:
	switch l {
	case low, 100:
		break out
	case level(number(1)):
		said = "one"
	default:
		said = "other"
	}
	switch n := number(int(l)); n {
	case -2, number(1):
		said += ", declared"
	}
	switch boxed {
	case low:
		said += ", boxed"
	}
	switch 1 << uint(l&3) {
	case 2:
		said += ", shifted"
	}
	switch number(3) {
	}
	switch 3 {
	case int(l):
	}
	return said
}

func generic[T int | string](x T) bool {
	switch x {
	case *new(T):
		return true
	}
	return false
}

func recursive(n int) int {
	switch n {
	case 0, recursiveOr(n-1, 100):
		return 1
	}
	return n
}

func recursiveOr(n, or int) int {
	if n < 0 {
		return or
	}
	return recursive(n)
}

func shared(n *atomic.Uint32) bool {
	switch n.Load() {
	case n.Add(1), 7:
		return true
	}
	return word("x") < word("y") && word("x") >= word("w")
}

func compared() []any {
	return []any{
		slices.Equal(bytesOf("one"), bytesOf("two")), slices.Compare(blob(bytesOf("three")), blob(bytesOf("four"))),
		bytes.Equal(blob("five"), bytesOf("six")), slices.Equal([]letter{1}, []letter{2}), slices.Compare([]int{number(1)}, []int{number(2)}),
		slices.Equal(bytesOf("seven"), nil),
	}
}

func main() {
	probe.Watch()
	for n := range 9 {
		fmt.Println(n, numbers(n), recursive(min(n, 2)))
	}
	fmt.Println(numbers(16))
	for _, text := range []string{"", "a", "b", "c", "d"} {
		fmt.Println(words(text))
	}
	for _, l := range []level{low, 1, 2, 100} {
		fmt.Println(levels(l, l))
	}
	fmt.Println(generic(0), generic("x"), shared(new(atomic.Uint32)), compared())
	report()
}
