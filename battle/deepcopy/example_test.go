package deepcopy_test

import (
	"fmt"

	"battle.test/battle/deepcopy"
)

type account struct {
	owner   string
	entries []int
	last    *int // in entries
}

// The pointer of a copy points into the copy.
func Example() {
	copier, err := deepcopy.Of[*account]()
	if err != nil {
		panic(err)
	}
	first := &account{owner: "Ada", entries: []int{10, 20}}
	first.last = &first.entries[1]
	second, err := copier.Copy(first)
	if err != nil {
		panic(err)
	}
	*second.last = 99
	fmt.Println(first.entries, second.entries)
	// Output: [10 20] [10 99]
}

type worker struct {
	jobs struct{ queue chan int }
}

// What can't be copied is refused, and named.
func ExampleCopier_Copy() {
	copier, _ := deepcopy.Of[*worker]()
	w := &worker{}
	w.jobs.queue = make(chan int, 8)
	_, err := copier.Copy(w)
	fmt.Println(err)
	// Output: worker.jobs.queue is a channel (chan int)
}

type scale struct {
	weights []int
	units   *string // a package-level variable
}

// What two values have in common that were made apart is a variable of a package, or the
// like: copies point at it, too.
func ExampleCopier_Share() {
	unit := "kg"
	newScale := func() *scale { return &scale{[]int{1}, &unit} }
	copier, _ := deepcopy.Of[*scale]()
	if err := copier.Share(newScale(), newScale()); err != nil {
		panic(err)
	}
	first := newScale()
	second, _ := copier.Copy(first)
	second.weights[0] = 5
	fmt.Println(first.weights, second.weights, second.units == &unit)
	// Output: [1] [5] true
}
