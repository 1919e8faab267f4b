// Package btree is a B+ tree of numbers that also finds them by their rank. A node that
// becomes empty goes; those that are merely less than half full stay, as databases do it.
package btree

import "slices"

const most = 8 // keys of a leaf, children of an inner node

// A Tree is empty. Its zero value is ready to use.
type Tree struct{ root *node }

// A node is a leaf, with keys, or an inner node, with children.
type node struct {
	keys     []uint16 // in order; of an inner node the smallest below each child
	children []*node  // nil for a leaf
	size     int      // keys of the leaves below
}

// Len is the number of keys.
func (t *Tree) Len() int {
	if t.root == nil {
		return 0
	}
	return t.root.size
}

// Insert adds a key. It reports whether it was not there.
func (t *Tree) Insert(key uint16) bool {
	if t.root == nil {
		t.root = &node{}
	}
	split, added := t.root.insert(key)
	if split != nil {
		t.root = join(t.root, split)
	}
	return added
}

func join(a, b *node) *node {
	return &node{keys: []uint16{a.keys[0], b.keys[0]}, children: []*node{a, b}, size: a.size + b.size}
}

// insert adds a key below n. If n becomes too large, its upper half is split off.
func (n *node) insert(key uint16) (split *node, added bool) {
	i, found := slices.BinarySearch(n.keys, key)
	switch {
	case n.children == nil && found:
		return nil, false
	case n.children == nil:
		n.keys = slices.Insert(n.keys, i, key)
	default:
		if !found {
			i = max(0, i-1)
		}
		child := n.children[i]
		beside, below := child.insert(key)
		if !below {
			return nil, false
		}
		n.keys[i] = child.keys[0]
		if beside != nil {
			n.keys = slices.Insert(n.keys, i+1, beside.keys[0])
			n.children = slices.Insert(n.children, i+1, beside)
		}
	}
	n.size++
	if len(n.keys) <= most {
		return nil, true
	}
	return n.split(), true
}

func (n *node) split() *node {
	const half = most / 2
	upper := &node{keys: slices.Clone(n.keys[half:])}
	n.keys = n.keys[:half]
	if n.children != nil {
		upper.children = slices.Clone(n.children[half:])
		n.children = n.children[:half]
	}
	n.measure()
	upper.measure()
	return upper
}

func (n *node) measure() {
	n.size = len(n.keys)
	if n.children != nil {
		n.size = 0
		for _, child := range n.children {
			n.size += child.size
		}
	}
}

// Remove takes a key out. It reports whether it was there.
func (t *Tree) Remove(key uint16) bool {
	if t.root == nil || !t.root.remove(key) {
		return false
	}
	if t.root.size == 0 {
		t.root = nil
	}
	return true
}

func (n *node) remove(key uint16) bool {
	i, found := slices.BinarySearch(n.keys, key)
	if n.children == nil {
		if found {
			n.keys = slices.Delete(n.keys, i, i+1)
			n.size--
		}
		return found
	}
	if !found {
		i--
	}
	if i < 0 || !n.children[i].remove(key) {
		return false
	}
	n.size--
	if child := n.children[i]; child.size > 0 {
		n.keys[i] = child.keys[0]
	} else {
		n.keys = slices.Delete(n.keys, i, i+1)
		n.children = slices.Delete(n.children, i, i+1)
	}
	return true
}

// Seek is the key with that many smaller ones, from 0 to Len()-1.
func (t *Tree) Seek(rank int) uint16 {
	n := t.root
	// THE FAULT: a byte is too little for the keys that are left to pass by. It should be
	// an int.
	left := uint8(rank)
	for n.children != nil {
		i := 0
		for n.children[i].size <= int(left) {
			left -= uint8(n.children[i].size)
			i++
		}
		n = n.children[i]
	}
	return n.keys[left]
}
