// Package follow is what everyone does who follows the stream: subscribers, publishers,
// replicators, tips and standbys. A [Follower] is a part of such a machine. It takes the
// stream's packets in order, notices what is missing, and asks for it.
//
//	if f.Open(&packet, in.Data) {
//		news := f.Take(now, in.From, &packet)
//		if news.Truncated {
//			// forget what lies past news.Offset: it is of a dead history
//		}
//		// news.Frames are the stream's, from news.Offset on
//	}
//	out = f.Ask(now, out) // at the end of each step
//
// # What it hands on
//
// Whole frames, each once and in order, as a part of the packet that brought them: nothing is
// copied on the way. Only where an answer ends within a frame that was longer than it, its
// bytes are kept until the rest has come. What is handed on may still turn out to be of a dead
// history, unless it is below [Follower.Committed]; the owner is told then.
//
// # Epochs
//
// A packet of an older epoch than the follower's has no effect. One of a newer epoch begins
// it: what lies past committed, as the follower knew it before, is forgotten and asked for
// again. So all that a follower has is of the history of its epoch, and what is below
// committed is of every later one's.
//
// # Asking
//
// It asks one server at a time, from its tail on, and waits for Config.AskEvery. Then, or when
// it is refused, it asks the next one: a tip of its own region whose range begins low enough,
// a replicator likewise, a server of another region, of which nothing is known. When all have
// been asked in vain it pauses, and begins again. When all say that they have no more, it
// takes it that there is none, until a packet says otherwise. The servers are those of the
// configuration, and those that discovery finds.
//
// A range that discovery tells is as old as the advert: its end has gone on since, so only
// its beginning counts. A server that refuses says its range itself, and that counts, too.
//
// After Config.QuietMax without a packet of the stream the follower asks for what comes behind
// its tail: the last packet before the silence may have been the one that was lost. One that
// knows no epoch yet asks at once; the refusal tells it.
//
// # What it does not believe
//
// Bytes that are no frames are not taken, and counted as [wire.BadFrame]. Packets that can't be
// true, such as an epoch that begins below what was accepted, are counted as untrue. A
// packet of the stream that says that there is more than there is costs a round of requests.
// Whoever can forge packets of the sequencer can do anything: there is no signature.
package follow
