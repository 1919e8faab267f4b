package journal_test

import (
	"fmt"

	"battle.test/statemachines/journal"
)

// A machine writes two messages, and dies while the second is on its way to the disk.
func Example() {
	const stream = 42
	w := journal.NewWriter(stream, 0)
	disk := w.Append(nil, journal.Record{Kind: journal.Stream, Epoch: 1, Offset: 0, Data: []byte("hello ")})
	disk = w.Append(disk, journal.Record{Kind: journal.Stream, Epoch: 1, Offset: 6, Data: []byte("world")})
	disk = disk[:len(disk)-3]

	s := journal.Scan(stream, disk)
	for s.Next() {
		r := s.Record()
		fmt.Printf("%s at %d: %q\n", r.Kind, r.Offset, r.Data)
	}
	fmt.Println(s.Damage())
	fmt.Println("go on at byte", s.Writer().Length, "with offset", s.Tail())
	// Output:
	// stream at 0: "hello "
	// journal: the end is missing: at byte 86: got 50, want 53
	// go on at byte 86 with offset 6
}
