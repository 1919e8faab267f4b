package publisher

import (
	"slices"

	"battle.test/statemachines/wire"
)

// A queue has the payloads of messages that are not done, oldest first.
type queue struct {
	bytes []byte
	ends  []int // of each payload in bytes
	done  int   // of the first payloads, which are still there
}

// len is how many messages wait.
func (q *queue) len() int { return len(q.ends) - q.done }

// begin is where a payload begins in bytes, counted with those that are done.
func (q *queue) begin(i int) int {
	if i == 0 {
		return 0
	}
	return q.ends[i-1]
}

// at is the payload of the i-th message that waits.
func (q *queue) at(i int) []byte {
	i += q.done
	return q.bytes[q.begin(i):q.ends[i]]
}

// size is how many bytes the frames of all of them would have.
func (q *queue) size() int {
	return len(q.bytes) - q.begin(q.done) + q.len()*wire.FrameHeaderSize
}

// push adds a message.
func (q *queue) push(payload []byte) {
	q.compact()
	q.bytes = append(q.bytes, payload...)
	q.ends = append(q.ends, len(q.bytes))
}

// pop takes the oldest message out.
func (q *queue) pop() { q.done++ }

// compact gives up the place of what is done, when it is at least half of all: so a byte is
// moved once, on average.
func (q *queue) compact() {
	gone := q.begin(q.done)
	if 2*q.done < len(q.ends) || 2*gone < len(q.bytes) {
		return
	}
	q.bytes = q.bytes[:copy(q.bytes, q.bytes[gone:])]
	n := copy(q.ends, q.ends[q.done:])
	q.ends, q.done = q.ends[:n], 0
	for i := range q.ends {
		q.ends[i] -= gone
	}
}

// clone is a copy.
func (q *queue) clone() queue {
	return queue{slices.Clone(q.bytes), slices.Clone(q.ends), q.done}
}
