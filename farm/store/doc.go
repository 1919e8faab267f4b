// Package store keeps what a farm knows in NATS JetStream: builds, targets, findings, what
// each engine did in each target, and the corpus, in key-value buckets; the sources of builds
// as objects; how things developed as a stream.
//
// The coordinator alone writes here, which has the farm's [Lease], but for workers, who say
// that they are there. Every record has a revision. Who changes a record says which one was
// read, and is told [ErrChanged] if another came in between: then read again, and decide
// again. So even two coordinators, one of which has lost its lease unawares, overwrite nothing
// of each other's.
//
// A server of the farm's own syncs each write to disk before it says that it was written
// (see package broker).
package store
