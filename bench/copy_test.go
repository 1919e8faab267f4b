package bench

import (
	"fmt"
	"testing"

	clone "github.com/huandu/go-clone"

	"battle.test/battle/deepcopy"
)

type company struct {
	name  string
	parts [4]*department
}

type department struct {
	name  string
	staff []person
	boss  *person
	rooms map[string]int
}

type person struct {
	name    string
	age     int
	wage    float64
	present bool
}

func newCompany() *company {
	c := &company{name: "company"}
	for i := range c.parts {
		c.parts[i] = &department{name: fmt.Sprint(i), staff: make([]person, 8), boss: &person{name: "boss", age: 50, wage: 1.5, present: true}, rooms: map[string]int{"a": i, "b": 2}}
	}
	return c
}

type byteRing struct {
	bytes      []byte
	head, tail uint64
}

type link struct {
	next  *link
	value int
}

func newChain() *link {
	var first *link
	for i := range 1000 {
		first = &link{first, i}
	}
	return first
}

type page struct {
	keys  []uint32
	pages []*page
}

func newPage(depth int) *page {
	p := &page{keys: make([]uint32, 15, 16)}
	for range 16 * min(depth, 1) {
		p.pages = append(p.pages, newPage(depth-1))
	}
	return p
}

func newTable() *map[string]int {
	m := make(map[string]int)
	for i := range 1000 {
		m[fmt.Sprint(i)] = i
	}
	return &m
}

// BenchmarkSubject compares copies by deepcopy with those by huandu/go-clone: with its
// Slowly where pointers may meet, which Clone does not see.
func BenchmarkSubject(b *testing.B) {
	copies(b, "of=structs", newCompany(), clone.Clone)
	copies(b, "of=ring-64K", &byteRing{bytes: make([]byte, 64<<10), head: 9, tail: 5}, clone.Clone)
	copies(b, "of=map-1000", newTable(), clone.Clone)
	copies(b, "of=list-1000", newChain(), clone.Slowly)
	copies(b, "of=btree-4369", newPage(3), clone.Slowly)
}

func copies[S any](b *testing.B, name string, v S, theirs func(any) any) {
	copier, err := deepcopy.Of[S]()
	if err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name string
		copy func()
	}{
		{"by=deepcopy", func() {
			if _, err := copier.Copy(v); err != nil {
				b.Fatal(err)
			}
		}},
		{"by=go-clone", func() { theirs(v) }},
	} {
		b.Run(name+"/"+way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				way.copy()
			}
		})
	}
}
