// Package work is what coordinator and workers say to each other, over two work-queue
// streams of NATS JetStream. A message of such a stream is there until it is acknowledged.
//
// The coordinator publishes items: hunt in target T with engine E for N seconds at build B.
// A worker takes one, says every few seconds that it is still at it, and hands in what it
// finds while it hunts. When all of that is on the server's disk, it acknowledges the item. If
// the worker dies, the server gives the item to another.
//
// What is handed in are claims (findings), entries of the corpus, and a report at the end.
// Each has a message ID that follows from its content, so that the server drops what is
// handed in twice within [Window]; what comes later, or from others, is recognised by its key
// in the store. The coordinator acknowledges what it has filed, or refuses it with a reason: to hand
// in is to claim, and nothing a worker says is believed.
package work
