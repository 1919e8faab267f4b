// Package radix is an adaptive radix tree (Leis et al., 2013) of 32-bit keys. A node has
// room for 4, 16 or 256 children, as it needs; where there is only one way down, the
// bytes of the way are kept in the node below it.
package radix

import (
	"encoding/binary"
	"slices"
)

// The rooms that a node can have.
const (
	small  = 4
	middle = 16
	full   = 256
)

// A Tree is empty. Its zero value is ready to use.
type Tree struct{ root *node }

// A node is a leaf, with no children, or has at least two.
type node struct {
	prefix   []byte // of the way to here, after the parent's edge
	edges    []byte // to the children, in order; unused in a full node
	children []*node
	count    int // of children
	value    uint8
}

func bytesOf(key uint32) []byte { return binary.BigEndian.AppendUint32(nil, key) }

// Get returns the value of a key, and whether it is there.
func (t *Tree) Get(key uint32) (value uint8, ok bool) {
	way, n := bytesOf(key), t.root
	for n != nil {
		if len(way) < len(n.prefix) || !slices.Equal(way[:len(n.prefix)], n.prefix) {
			return 0, false
		}
		way = way[len(n.prefix):]
		if len(way) == 0 {
			return n.value, true
		}
		n, way = n.child(way[0]), way[1:]
	}
	return 0, false
}

// Put sets the value of a key.
func (t *Tree) Put(key uint32, value uint8) { put(&t.root, bytesOf(key), value) }

func put(place **node, way []byte, value uint8) {
	n := *place
	if n == nil {
		*place = &node{prefix: way, value: value}
		return
	}
	same := 0
	for same < len(n.prefix) && n.prefix[same] == way[same] {
		same++
	}
	switch {
	case same < len(n.prefix): // the ways part within the prefix
		fork := &node{prefix: n.prefix[:same], children: make([]*node, 0, small)}
		edge := n.prefix[same]
		n.prefix = n.prefix[same+1:]
		fork.add(edge, n)
		fork.add(way[same], &node{prefix: way[same+1:], value: value})
		*place = fork
	case same == len(way):
		n.value = value
	default:
		way = way[same:]
		if child := n.place(way[0]); child != nil {
			put(child, way[1:], value)
			return
		}
		n.grow()
		n.add(way[0], &node{prefix: way[1:], value: value})
	}
}

// Remove takes a key out. It reports whether it was there.
func (t *Tree) Remove(key uint32) bool { return remove(&t.root, bytesOf(key)) }

func remove(place **node, way []byte) bool {
	n := *place
	if n == nil || len(way) < len(n.prefix) || !slices.Equal(way[:len(n.prefix)], n.prefix) {
		return false
	}
	way = way[len(n.prefix):]
	if len(way) == 0 {
		*place = nil
		return true
	}
	child := n.place(way[0])
	if child == nil || !remove(child, way[1:]) {
		return false
	}
	if *child == nil {
		n.drop(way[0])
		n.shrink(place)
	}
	return true
}

// child is the child at the end of an edge, or nil.
func (n *node) child(edge byte) *node {
	if place := n.place(edge); place != nil {
		return *place
	}
	return nil
}

// place is where that child is kept, or nil.
func (n *node) place(edge byte) **node {
	if cap(n.children) == full {
		if n.children[edge] == nil {
			return nil
		}
		return &n.children[edge]
	}
	if i, found := slices.BinarySearch(n.edges, edge); found {
		return &n.children[i]
	}
	return nil
}

// add adds a child. There must be room, and none at that edge.
func (n *node) add(edge byte, child *node) {
	n.count++
	if cap(n.children) == full {
		n.children[edge] = child
		return
	}
	i, _ := slices.BinarySearch(n.edges, edge)
	n.edges = slices.Insert(n.edges, i, edge)
	n.children = slices.Insert(n.children, i, child)
}

// drop takes an edge out.
func (n *node) drop(edge byte) {
	n.count--
	if cap(n.children) == full {
		n.children[edge] = nil
		return
	}
	i, _ := slices.BinarySearch(n.edges, edge)
	n.edges = slices.Delete(n.edges, i, i+1)
	n.children = slices.Delete(n.children, i, i+1)
}

// grow makes room for one more child.
func (n *node) grow() {
	switch {
	case n.count < cap(n.children):
	case n.count == small:
		n.children = append(make([]*node, 0, middle), n.children...)
	default:
		all := make([]*node, full)
		for i, edge := range n.edges {
			all[edge] = n.children[i]
		}
		n.children, n.edges = all, nil
	}
}

// shrink puts a node that has lost a child into a smaller one, or joins its only child
// with it.
func (n *node) shrink(place **node) {
	switch {
	case cap(n.children) == full && n.count == middle:
		less := &node{prefix: n.prefix, children: make([]*node, 0, middle)}
		for edge, child := range n.children {
			if child != nil {
				less.add(byte(edge), child)
			}
		}
		*place = less
	case cap(n.children) == middle && n.count == small:
		// THE FAULT: the prefix is left behind. Where keys are dense there is none.
		less := &node{children: make([]*node, 0, small)}
		for i, edge := range n.edges {
			less.add(edge, n.children[i])
		}
		*place = less
	case n.count == 1:
		only := n.children[0]
		only.prefix = slices.Concat(n.prefix, n.edges, only.prefix)
		*place = only
	}
}
