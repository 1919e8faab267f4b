package tip

import (
	"cmp"
	"math"
	"slices"
)

// A client is somebody who waits for an answer or was lately sent one.
type client struct {
	id      Client
	free    int64 // when the next answer may be sent, in ns
	waiting int
	used    bool // else the slot is free
}

// A table finds clients by their names. A client whose bucket is full, and who waits for
// nothing, is as good as one who never asked, and is dropped when room is needed.
type table struct {
	slots   map[Client]int32
	clients []client
	unused  []int32
	rest    int64 // ns of quiet that fill any bucket
}

// slot is the index of a client in clients, or -1.
func (t *table) slot(id Client) int32 {
	if slot, there := t.slots[id]; there {
		return slot
	}
	return -1
}

func (t *table) count() int { return len(t.slots) }

// add makes room for a client that is not there.
func (t *table) add(id Client) int32 {
	if t.slots == nil {
		t.slots = make(map[Client]int32)
	}
	if len(t.unused) == 0 {
		t.unused = append(t.unused, int32(len(t.clients)))
		t.clients = append(t.clients, client{})
	}
	last := len(t.unused) - 1
	slot := t.unused[last]
	t.unused = t.unused[:last]
	t.clients[slot] = client{id: id, free: math.MinInt64, used: true}
	t.slots[id] = slot
	return slot
}

// idle tells whether a client is as good as one who never asked.
func (t *table) idle(c client, now int64) bool {
	return c.waiting == 0 && c.free <= plus(now, -t.rest)
}

// sweep drops the clients that are idle.
func (t *table) sweep(now int64) {
	for i, c := range t.clients {
		if c.used && t.idle(c, now) {
			delete(t.slots, c.id)
			t.clients[i] = client{}
			t.unused = append(t.unused, int32(i))
		}
	}
}

// busy lists the clients that are not idle, by name.
func (t *table) busy(now int64) []client {
	var all []client
	for _, c := range t.clients {
		if c.used && !t.idle(c, now) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b client) int { return cmp.Compare(a.id, b.id) })
	return all
}
