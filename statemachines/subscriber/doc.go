// Package subscriber delivers the messages of a stream to an application: each that is
// accepted, once, in order.
//
//	m, err := subscriber.New(subscriber.Config{Follow: follow.Config{Stream: "aria", …}}, offset)
//	…
//	for _, o := range m.Step(now, in, out[:0]) {
//		if o.Kind == machine.Deliver {
//			d, err := subscriber.ReadDelivery(o.Data)
//
// It is a pure machine: see package machine. What it does about lost packets, epochs and
// servers is package follow's.
//
// # Deliveries
//
// A [Delivery] is a message with the offset where the next one begins. A message is delivered
// when it is known to be accepted, and not before: what is not accepted yet waits in a buffer,
// and is forgotten if it turns out to be of a dead history. So nothing that was delivered is
// ever taken back.
//
// An application begins at any offset where a frame does: 0, the offset of a delivery, or that
// of a snapshot. It gets each message behind that offset once. If it keeps its own state
// together with the machine's snapshot, or with the offset of its last delivery, then that holds
// across restarts, too.
//
// # Slow applications
//
// Without Config.WindowMax an application takes what it is given. With it, the application says
// what it has taken, in commands made by [AppendTaken], and is given no more when it lags by so
// many bytes. What comes meanwhile is buffered. When the buffer is full and more comes, the
// application is cut off: it is told by a [CutOff], the buffer is dropped, and the machine stops
// following the stream. When the application has taken enough, the machine starts over from where
// it was: it asks for what comes behind the last message that it delivered.
//
// A buffer that is full of messages that are not accepted yet is not the application's fault. The
// machine takes no more until some of them are, and asks for the rest then.
package subscriber
