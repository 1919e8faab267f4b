package schedule_test

import (
	"fmt"
	"sync/atomic"

	"battle.test/explore/schedule"
)

// Two goroutines add one to a number, each by a load and a store. In the sources of a subject
// this would be n.Store(n.Load() + 1); the command rewrites it.
func ExampleStage() {
	schedule.Load("example.test/counter/counter.go", 1000, schedule.Site{Line: 7, Text: "n.Load()"}, schedule.Site{Line: 7, Text: "n.Store(n.Load() + 1)"})
	var n atomic.Int64
	add := func() { schedule.Do1(1001, n.Store, schedule.Get0(1000, n.Load)+1) }

	stage := schedule.NewStage("one", "other")
	defer stage.Close()
	stage.Begin(0, "add", add)
	stage.Begin(1, "add", add)
	stage.Run(0, 1) // one loads,
	stage.Run(1, 0) // the other adds,
	stage.Run(0, 0) // and one stores what it loaded, plus 1
	fmt.Println("n is", n.Load())
	fmt.Print(stage.Table())
	// Output:
	// n is 1
	//    step  | one                                     | other
	// -------  | --------------------------------------  | -----
	//          | add                                     |
	//       1  | counter.go:7  n.Load()  → 0             |
	//     2-3  |                                         | add
	//       4  | counter.go:7  n.Store(n.Load() + 1)  1  |
	//          | returns                                 |
}
