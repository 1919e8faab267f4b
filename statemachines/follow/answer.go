package follow

import (
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// takeAnswer takes bytes that were asked for. An answer that comes late is as good as one in
// time.
func (f *Follower) takeAnswer(from machine.Address, p *wire.Packet) (news News) {
	news.Offset = f.tail
	var a wire.Answer
	if !f.Fault(a.Decode(p)) {
		return news
	}
	asked := f.asking.answered(from, a.Offset)
	if p.Epoch < f.epoch {
		f.counts.WrongEpoch++ // if we asked for it, its server is behind: the next one is asked
		f.asking.more = f.asking.more || asked
		return news
	}
	if p.Epoch == 0 {
		return news // its server knows of none either
	}
	end := a.Offset + uint64(len(a.Data))
	if end > a.Tail || len(a.Data) > 0 && a.Offset < a.First {
		f.counts.Untrue++
		f.asking.more = f.asking.more || asked
		return news
	}
	if !f.enter(p.Epoch, a.Start, &news) {
		return news
	}
	if asked { // one that has no more than we have may be cut off itself: the next one is asked
		f.asking.probe = f.asking.probe && a.Tail <= f.tail
		f.heard = f.now
	}
	f.asking.more = f.asking.more || asked && a.Tail > f.tail
	f.learn(a.Tail, a.Committed, a.Time)
	f.join(a.Offset, a.Data, &news)
	return news
}

// join puts bytes behind what is there of a frame, and hands on what is whole.
func (f *Follower) join(offset uint64, data []byte, news *News) {
	here := f.tail + uint64(len(f.part))
	if offset > here || offset+uint64(len(data)) <= here {
		return
	}
	joined := data
	if offset <= f.tail {
		joined = data[f.tail-offset:]
	} else {
		f.part = append(f.part, data[here-offset:]...)
		joined = f.part
	}
	size, fault := wire.WholeFrames(joined)
	if !f.Fault(fault) {
		f.drop() // it may be the part that is wrong
		f.asking.more = true
		return
	}
	if f.hand(joined[:size:size], news); news.Full {
		return
	}
	if offset <= f.tail-uint64(size) {
		f.part = append(f.part[:0], joined[size:]...)
	} else {
		f.part, f.handed = joined, size // what is handed on stays where it is until the next Take
	}
	f.asking.begin()
}

// takeRefusal goes on to the next server.
func (f *Follower) takeRefusal(from machine.Address, p *wire.Packet) (news News) {
	news.Offset = f.tail
	var r wire.Refusal
	if !f.Fault(r.Decode(p)) {
		return news
	}
	if !f.asking.answered(from, r.Offset) {
		f.counts.Unwanted++
		return news
	}
	if p.Epoch == 0 && f.epoch == 0 {
		return news // its server knows of none either
	}
	if r.Reason != wire.Future || r.Tail > f.tail {
		f.asking.more = true
	}
	if r.Reason == wire.Busy {
		f.asking.retry = max(f.asking.retry, int64(min(r.Retry, pauseMax)))
	}
	if p.Epoch < f.epoch {
		f.counts.WrongEpoch++ // its server is behind
		return news
	}
	if !f.enter(p.Epoch, r.Start, &news) {
		return news
	}
	f.heard = f.now
	f.learn(r.Tail, r.Committed, r.Time)
	if r.Reason == wire.TooOld {
		f.asking.hint(from, r.First)
	}
	return news
}
