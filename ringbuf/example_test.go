package ringbuf_test

import (
	"errors"
	"fmt"

	"battle.test/ringbuf"
)

// A server restarts at a snapshot's offset. What lies before is refused.
func Example() {
	ring, err := ringbuf.New(1<<20, 315567)
	if err != nil {
		panic(err)
	}
	if err := ring.Append([]byte("hello")); err != nil {
		panic(err)
	}
	buffer := make([]byte, 8)
	n, err := ring.ReadAt(buffer, 315567)
	fmt.Printf("%q %v\n", buffer[:n], err)

	_, err = ring.ReadAt(buffer, 313425)
	var tooOld ringbuf.TooOld
	fmt.Println(errors.As(err, &tooOld), tooOld.First)
	// Output:
	// "hello" <nil>
	// true 315567
}

// A view reads without copying, and holds its bytes until it is released.
func ExampleReader_View() {
	ring, _ := ringbuf.New(64, 0)
	reader := ring.NewReader()
	defer reader.Close()
	_ = ring.Append([]byte("tip ring"))

	view, answer := reader.View(4, 100)
	defer view.Release()
	fmt.Printf("%q %v\n", view.Bytes(), answer.Err(4))
	// Output: "ring" <nil>
}
