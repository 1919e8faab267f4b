// Package properties holds what must hold for all inputs: every target under rapid, and
// laws that need more than one run to state, such as round trips and linearizability.
//
// Of a small bus on a simulated network two laws are checked. Whatever order packets, timers, disks,
// crashes and grants come in, there is one stream, and nothing that was accepted is lost
// (TestOrderings); and whatever publishers, subscribers and clients are told, one log could have told
// them (TestPublishesAndReadsAreLinearizable). A counterexample is printed host by host, and as a
// picture: a space-time diagram, and porcupine's of the history. -artifacts says where the files go.
//
// Tests run briefly, from a fixed seed. To search for long, and from anywhere:
//
//	RAPID_CHECKS=100000 go test ./properties -timeout 2h -run 'Orderings|Linearizable' -rapid.seed=0
package properties
