// Package properties holds what must hold for all inputs: every target under rapid, and
// laws that need more than one run to state, such as round trips and linearizability.
package properties
