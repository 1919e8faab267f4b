package follow

import "battle.test/statemachines/wire"

// takeStream takes a packet of the stream. Its frames are checked before anything of it is
// believed.
func (f *Follower) takeStream(p *wire.Packet) (news News) {
	news.Offset = f.tail
	var s wire.Stream
	if !f.Fault(s.Decode(p)) {
		return news
	}
	if size, fault := wire.WholeFrames(s.Frames); size < len(s.Frames) {
		fault.Reason = wire.BadFrame // also where the last one is not whole
		f.Fault(fault)
		return news
	}
	if p.Epoch < f.epoch || p.Epoch == 0 {
		f.counts.WrongEpoch++
		return news
	}
	if !f.enter(p.Epoch, s.Start, &news) {
		return news
	}
	end := s.Offset + uint64(len(s.Frames))
	if s.Offset < f.tail && f.tail < end && !f.Fault(boundary(s.Frames, f.tail-s.Offset)) {
		return news
	}
	f.heard, f.asking.probe, news.Stream = f.now, false, true
	f.learn(end, s.Committed, s.Time)
	if s.Offset <= f.tail && end > f.tail {
		f.hand(s.Frames[f.tail-s.Offset:], &news)
		f.asking.overtaken(f.tail)
	}
	return news
}

// boundary checks that a frame begins at a place within whole frames. If none does, the
// packet's frames and those that we have are not of one history.
func boundary(frames []byte, at uint64) wire.Fault {
	for place := uint64(0); place < at; {
		_, size, _ := wire.NextFrame(frames[place:])
		place += uint64(size)
		if place > at {
			return wire.Fault{Reason: wire.BadFrame, Offset: int(at), Got: place, Rule: "a frame that begins at", Want: at}
		}
	}
	return wire.Fault{}
}

// enter goes on to the epoch of a packet that is not of an older one. It is false if what
// the packet says of its epoch can't be true.
func (f *Follower) enter(epoch, start uint64, news *News) bool {
	if epoch == f.epoch {
		if start != f.start {
			f.counts.Untrue++
		}
		return start == f.start
	}
	if start < f.committed {
		f.counts.Untrue++ // an epoch never begins below what was accepted
		return false
	}
	if keep := max(f.base, f.Committed()); f.epoch != 0 && keep < f.tail {
		f.tail = keep
		news.Truncated = true
	}
	f.epoch, f.start = epoch, start
	f.ahead = f.tail
	f.drop()
	f.asking.begin()
	news.Epoch, news.Offset = true, f.tail
	return true
}

// learn takes what a packet of this epoch says of the whole stream.
func (f *Follower) learn(tail, committed uint64, time int64) {
	f.committed = max(f.committed, committed)
	f.ahead = max(f.ahead, tail, committed)
	f.time = max(f.time, time)
}

// hand hands frames on from tail on, as far as the owner has room. They are whole.
func (f *Follower) hand(frames []byte, news *News) {
	if room := f.room(); uint64(len(frames)) > room {
		news.Full = true
		frames = frames[:fitting(frames, room)]
	}
	news.Offset, news.Frames = f.tail, frames
	if len(frames) > 0 {
		f.tail += uint64(len(frames))
		f.drop()
	}
}

// room is how many bytes the owner has room for.
func (f *Follower) room() uint64 {
	if f.limit < f.tail {
		return 0
	}
	return f.limit - f.tail
}

// fitting is the size of the first of some whole frames that fit into a room.
func fitting(frames []byte, room uint64) (size uint64) {
	for {
		_, n, _ := wire.NextFrame(frames[size:])
		if n == 0 || uint64(n) > room-size {
			return size
		}
		size += uint64(n)
	}
}
