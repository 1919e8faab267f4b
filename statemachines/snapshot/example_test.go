package snapshot_test

import (
	"fmt"
	"os"

	"battle.test/statemachines/snapshot"
)

func Example() {
	dir, err := os.MkdirTemp("", "snapshots")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	_, err = snapshot.Save(snapshot.OS(), dir, &snapshot.Snapshot{
		Meta:     snapshot.Meta{Stream: "aria", Epoch: 1, CoreStreamLength: 315567, Service: "tip"},
		Sections: []snapshot.Section{snapshot.PlainSection("state", []byte("…"))},
	})
	if err != nil {
		panic(err)
	}
	want := snapshot.Expect{Stream: "aria", Epoch: 1, Service: "tip", Durable: 400000, Sections: []string{"state"}}
	s, skipped, err := snapshot.Latest(snapshot.OS(), dir, want, 0)
	fmt.Println(s.CoreStreamLength, skipped, err)
	// Output: 315567 [] <nil>
}
