// Package bench measures the tip ring beside what else could retain the tip of a stream:
// a bare copy, a ring behind a mutex, a channel, smallnest/ringbuffer, hedzr/go-ringbuf.
// And it measures copies of subjects beside those of huandu/go-clone. Package byhand is a
// harness for the ring without battle, to compare engines through. It is a module of its
// own, so that their dependencies are not those of the ring.
//
//	go test -bench . -benchmem
//
// cpu-ns/op is the time of the benchmark's own thread on a core: on a machine that others
// use, too, it says more than ns/op. Compare figures of one run only, and of several runs
// the medians.
//
// trials.jsonl.gz has the trials that docs/bench.md is made of, for battle bench -results,
// trials-parts.jsonl.gz those of docs/bench-parts.md, and trials-bus.jsonl.gz those of
// docs/bench-bus.md; docs/bugs.md is made of the last two. trials-races.jsonl.gz has 21 trials of an
// engine of the races that docs/ensemble.md tells of.
package bench
