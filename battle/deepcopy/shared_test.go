package deepcopy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle/deepcopy"
)

// A tree whose leaves are one node, as red-black trees have it.
type tree struct {
	root  *branch
	less  func(a, b int) bool
	table []entry
	first *entry
}

type branch struct {
	key         int
	left, right *branch
}

type entry struct{ n int }

var (
	leaf      = &branch{}
	constants = []entry{{1}, {2}, {3}}
)

//go:noinline
func newTree() *tree { // inlined, it would have a function less for each caller
	return &tree{
		root: &branch{1, leaf, leaf}, less: func(a, b int) bool { return a < b },
		table: constants, first: &constants[1],
	}
}

func TestWhatTwoValuesReachBelongsToNeither(t *testing.T) {
	c, err := deepcopy.Of[*tree]()
	require.NoError(t, err)
	one, other := newTree(), newTree()
	_, err = c.Copy(one)
	require.EqualError(t, err, "tree.less is a function, which may hold on to memory (func(int, int) bool)")
	require.NoError(t, c.Share(one, other))
	another, err := c.Copy(newTree())
	require.NoError(t, err)
	require.Same(t, leaf, another.root.left)
	require.NotSame(t, one.root, another.root)
	require.Same(t, &constants[0], &another.table[0])
	require.Same(t, &constants[1], another.first)
	require.True(t, another.less(1, 2))

	bound := 7
	one.less = func(a, b int) bool { bound++; return a < bound }
	_, err = c.Copy(one)
	require.ErrorContains(t, err, "tree.less is a function", "a closure of its own")
}

// A part of what is shared is shared, too, even where the whole is not met.
func TestPartsOfWhatIsShared(t *testing.T) {
	c, err := deepcopy.Of[*tree]()
	require.NoError(t, err)
	whole := []entry{{1}, {2}, {3}, {4}}
	require.NoError(t, c.Share(&tree{table: whole[:3:3]}, &tree{table: whole[1:3:3]}))
	another, err := c.Copy(&tree{first: &whole[2]})
	require.NoError(t, err)
	require.Same(t, &whole[2], another.first)
	_, err = c.Copy(&tree{table: whole})
	require.EqualError(t, err, "tree.table is memory of which others have a part (deepcopy_test.entry)")
	another, err = c.Copy(&tree{first: &whole[3]})
	require.NoError(t, err)
	require.NotSame(t, &whole[3], another.first)
}

// One that New hands out again and again can't be told from what belongs to none.
func TestTheSameValueTwiceIsNoCopy(t *testing.T) {
	c, err := deepcopy.Of[*tree]()
	require.NoError(t, err)
	one := &tree{}
	require.NoError(t, c.Share(one, one))
	_, err = c.Copy(one)
	require.EqualError(t, err, "tree is the same memory in other values (deepcopy_test.tree)")
}

func TestAMapMayBeShared(t *testing.T) {
	type user struct{ names, own map[string]int }
	names := map[string]int{"a": 1}
	c, err := deepcopy.Of[*user]()
	require.NoError(t, err)
	require.NoError(t, c.Share(&user{names, map[string]int{}}, &user{names, map[string]int{}}))
	v := &user{names, map[string]int{"b": 2}}
	another, err := c.Copy(v)
	require.NoError(t, err)
	names["c"] = 3
	v.own["c"] = 3
	require.Equal(t, 3, another.names["c"])
	require.Equal(t, map[string]int{"b": 2}, another.own)
}
