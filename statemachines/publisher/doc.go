// Package publisher sends an application's messages: each gets into the stream once, in the
// order in which they were sent.
//
//	m, err := publisher.New(publisher.Config{Publisher: 5, Sequencers: both, Follow: …})
//	…
//	out = m.Step(now, machine.Input{Kind: machine.Command, Data: message}, out[:0])
//	for _, o := range out {
//		if o.Kind == machine.Deliver {
//			n, err := publisher.ReadNotice(o.Data)
//
// It is a pure machine: see package machine. It follows the stream like a subscriber, since
// only there it sees what became of its messages: what sequencers say may be of a dead history.
//
// # Messages
//
// A command is a message. It waits in a queue, and gets the number behind that of the one
// before it. The machine sends it to the sequencer until it sees it in the stream, below
// committed; then it is done, and the application is told by an [Accepted]. There are as many of
// those as commands that were not [Refused], in the same order.
//
// # Leaders
//
// The leader is the sequencer that the stream came from last, in the newest epoch there is. When
// a sequencer says that it does not lead, or says nothing, the next one is tried. A new epoch
// may have lost what was not accepted: it is sent again. A message that a sequencer has already
// it does not take twice, so that sending again does no harm.
//
// # Restarts
//
// A message's number is what makes it one and the same, so two messages must never have the same. But
// a machine that is made anew, or of a snapshot, does not know which numbers its earlier life has
// given away since, and packets of that may still be under way. So:
//
//   - A machine asks the leader which of its publisher's messages the stream has last. So a new one
//     learns its number, and one that knows it, what was sent since; and it asks anew when a new epoch begins.
//   - A message is done when the frame of its number is in the stream and has its payload. If it has
//     another one, the message of an earlier life has got the number. The application is told by
//     an [Earlier], and the message gets the next number.
//   - No number is given away on the word of a stream that is not accepted yet: it may take it back.
//   - Until [InFlightMax] messages are done, and as many numbers past that one are accepted, it sends one
//     at a time. A packet of an earlier life has no higher number than that, for no life has more messages under way
//     than those behind what is accepted. Without that rule
//     (sending 8 and 9 at once) an earlier life's 8 may come first, then the new 9: the order is lost.
//     A message that was accepted before this life saw it does not count: the earlier life sent it, and went on. One
//     that was not may be that life's, too, if the stream comes late; so the leader is asked as well.
//
// An answer to an earlier life may come late, too, and nothing tells it from a new one. So the question goes with
// each message that is sent alone, and the highest answer counts. Only if all new answers are lost, and old ones and the
// stream come late, an earlier life's message may still break the order: to tell would take an answer that
// names its question.
//
// So [Restore] makes a machine that is more careful than the one whose snapshot it is; all
// else is the same. An application that starts over from the same snapshot, and sends what it had
// sent since then again, gets it into the stream once: it has the same numbers and payloads.
//
// Two machines of one publisher number at a time are a mistake of the operator's. No message of
// theirs is lost, but the order and the once are.
package publisher
