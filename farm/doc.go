// Package farm has no code: it says what the rooms of this module are for.
//
// A farm hunts for months. A coordinator watches a git checkout, hands out work and looks
// after what is found; any number of workers, on its machine or on others, hunt. Both drive
// the battle command as child processes, and know of a target what the command says as JSON.
//
//	store        what a farm knows, in NATS JetStream
//	work         the messages between coordinator and workers
//	broker       the NATS server inside a farm, and the keys to it
//	tree         a git checkout: its revisions, and their sources on disk
//	driver       the battle command
//	puppet       a battle command without engines, for tests
//	lock         a folder for one process at a time
//	vitals       disk, memory and clock
//	worker       takes work, hunts, and hands in what it found
//	coordinator  decides what is hunted, and what counts as found
//	api          what the farm shows, over HTTP
//	cmd/battle-farm  the command
//
// The idea that all of it rests on: whatever is done may be cut short by kill -9 and done
// again. So each step can be repeated. Records have names that follow from what they are, a
// corpus entry that of its content, a finding that of its failure, and to write one twice is
// to write it once. A message is acknowledged when what follows from it is on disk.
package farm
