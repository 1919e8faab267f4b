package sim

// An event is a thing that will happen. Events are kept by value.
type event struct {
	at     int64  // ns
	order  uint64 // of those of one moment: in which they were caused
	number uint64 // arrival: the packet's number. synced: the journal's length
	packet int32  // arrival, command: the packet's slot
	life   uint32 // wake, synced: of which life of the host. wake: and which alarm
	host   uint16 // to which it happens
	from   uint16 // arrival: the sender
	kind   eventKind
}

type eventKind uint8

const (
	arrival eventKind = iota // a packet
	command                  // of the application or operator
	wake                     // of the machine: the time that it gave
	synced                   // the disk is done
	ready                    // the host can take what waits for it
)

// A queue is a heap of events, four children a node: half as deep as with two, and the
// children lie side by side.
type queue struct {
	events []event
	orders uint64 // that were given
}

func (q *queue) push(e event) {
	e.order = q.orders
	q.orders++
	q.events = append(q.events, e)
	i := len(q.events) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !before(&e, &q.events[parent]) {
			break
		}
		q.events[i] = q.events[parent]
		i = parent
	}
	q.events[i] = e
}

// pop takes the first event; there must be one.
func (q *queue) pop() event {
	first := q.events[0]
	last := q.events[len(q.events)-1]
	q.events = q.events[:len(q.events)-1]
	if len(q.events) > 0 {
		q.sink(0, last)
	}
	return first
}

// later gives an event in the queue a later time, behind all that have it.
func (q *queue) later(i int, at int64) {
	e := q.events[i]
	e.at, e.order = at, q.orders
	q.orders++
	q.sink(i, e)
}

// sink puts an event where it belongs, from a place down.
func (q *queue) sink(i int, e event) {
	for {
		least := 4*i + 1
		if least >= len(q.events) {
			break
		}
		for child := least + 1; child < min(4*i+5, len(q.events)); child++ {
			if before(&q.events[child], &q.events[least]) {
				least = child
			}
		}
		if !before(&q.events[least], &e) {
			break
		}
		q.events[i] = q.events[least]
		i = least
	}
	q.events[i] = e
}

func before(a, b *event) bool { return a.at < b.at || a.at == b.at && a.order < b.order }
