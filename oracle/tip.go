package oracle

import (
	"maps"
	"slices"
)

// Tip is the model of the tip-retransmitter: all that it was sent of the stream, whoever
// waits in the order in which they asked, and when each may be answered next.
type Tip struct {
	Rules   TipRules
	Now     int64 // ns; begin later than any burst takes
	Epoch   uint64
	Log     Ring
	Waiting []TipAsk
	Free    map[uint64]int64 // by client: when the next answer may go

	told     bool // of a hole at toldTail, at toldAt
	toldTail uint64
	toldAt   int64
}

// TipRules are the limits: index 0 for clients of other regions, 1 for local ones.
type TipRules struct {
	AnswerMax, Rate, Burst, WaitingMax [2]uint64
	QueueMax, ClientsMax, StepMax      int
	Overhead                           uint64
	MissingEvery                       int64
}

// A TipAsk is a request.
type TipAsk struct {
	Client, Epoch, Offset, Length uint64
	Local                         int // 1, or 0
}

// A TipSaid is an answer, or a report of what is missing.
type TipSaid struct {
	Kind               string
	Client, Offset     uint64
	Data               string
	Retry              int64
	Epoch, First, Tail uint64
}

// Clone copies the model.
func (t *Tip) Clone() *Tip {
	c := *t
	c.Log.Bytes, c.Waiting, c.Free = slices.Clone(t.Log.Bytes), slices.Clone(t.Waiting), maps.Clone(t.Free)
	return &c
}

func (t *Tip) say(kind string, client, offset uint64) TipSaid {
	return TipSaid{Kind: kind, Client: client, Offset: offset, Epoch: t.Epoch, First: t.Log.First(), Tail: t.Log.Tail()}
}

// Stream takes a packet. What is below start is history common to all epochs before.
func (t *Tip) Stream(epoch, start, offset uint64, data []byte) (said []TipSaid) {
	if epoch < t.Epoch {
		return nil
	}
	if epoch > t.Epoch {
		if epoch > t.Epoch+1 || start < t.Log.Tail() {
			t.Log = Ring{Base: start, Capacity: t.Log.Capacity}
		}
		t.Epoch, t.told = epoch, false
	}
	if tail := t.Log.Tail(); offset > tail {
		if !t.told || t.toldTail != tail || t.Now >= t.toldAt+t.Rules.MissingEvery {
			t.told, t.toldTail, t.toldAt = true, tail, t.Now
			said = append(said, t.say("missing", 0, offset))
		}
		return said
	}
	for t.Log.Tail() > offset && len(data) > 0 { // what is known already
		offset, data = offset+1, data[1:]
	}
	t.Log.Append(data)
	return said
}

// Ask takes a request.
func (t *Tip) Ask(ask TipAsk) []TipSaid {
	if ask.Length == 0 {
		return []TipSaid{t.say("malformed", ask.Client, ask.Offset)}
	}
	most := t.Rules.AnswerMax[ask.Local]
	ask.Length = min(ask.Length, most)
	mine := uint64(0)
	for i, w := range t.Waiting {
		if w.Client != ask.Client {
			continue
		}
		mine++
		into := ask.Offset - w.Offset // inside, or right behind
		if w.Local == ask.Local && w.Epoch == ask.Epoch && ask.Offset >= w.Offset && into <= w.Length && into+ask.Length <= most {
			t.Waiting[i].Length = max(w.Length, into+ask.Length)
			return nil
		}
	}
	others := t.busyClients()
	delete(others, ask.Client)
	if len(t.Waiting) >= t.Rules.QueueMax || len(others) >= t.Rules.ClientsMax || mine >= t.Rules.WaitingMax[ask.Local] {
		said := t.say("busy", ask.Client, ask.Offset)
		said.Retry = t.span(ask.Local, most+t.Rules.Overhead)
		said.Retry = max(said.Retry, t.Free[ask.Client]-t.Now)
		return []TipSaid{said}
	}
	t.Waiting = append(t.Waiting, ask)
	return nil
}

// span is how long n bytes take, in ns.
func (t *Tip) span(local int, n uint64) int64 { return int64(n * 1e9 / t.Rules.Rate[local]) }

// busyClients are those who wait, or whose bucket is not full again.
func (t *Tip) busyClients() map[uint64]bool {
	busy := make(map[uint64]bool)
	for _, w := range t.Waiting {
		busy[w.Client] = true
	}
	for client, free := range t.Free {
		if free > t.Now-max(t.span(0, t.Rules.Burst[0]), t.span(1, t.Rules.Burst[1])) {
			busy[client] = true
		}
	}
	return busy
}

// Send answers who may be answered, oldest first.
func (t *Tip) Send() (said []TipSaid) {
	for i := 0; i < len(t.Waiting) && len(said) < t.Rules.StepMax; {
		w := t.Waiting[i]
		if t.Free[w.Client] > t.Now {
			i++
			continue
		}
		t.Waiting = slices.Delete(t.Waiting, i, i+1)
		one := t.say("wrong epoch", w.Client, w.Offset)
		if w.Epoch == t.Epoch {
			verdict, data := t.Log.Read(w.Offset, int(w.Length))
			one.Kind, one.Data = verdict, string(data)
		}
		said = append(said, one)
		full := t.Now - t.span(w.Local, t.Rules.Burst[w.Local])
		t.Free[w.Client] = max(t.Free[w.Client], full) + t.span(w.Local, uint64(len(one.Data))+t.Rules.Overhead)
	}
	return said
}
