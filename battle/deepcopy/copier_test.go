package deepcopy_test

import (
	"bytes"
	"container/list"
	"container/ring"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unique"

	"github.com/stretchr/testify/require"

	"battle.test/battle/deepcopy"
)

func copyOf[S any](t *testing.T, v S) S {
	t.Helper()
	c, err := deepcopy.Of[S]()
	require.NoError(t, err)
	another, err := c.Copy(v)
	require.NoError(t, err)
	return another
}

// goesOn holds a copy against a fresh value: what is done to it must show in the same way,
// and not in what it was copied from; nor what is done to that in the copy.
func goesOn[S any](t *testing.T, name string, make func() S, change func(S), show func(S) string) {
	t.Run(name, func(t *testing.T) {
		fresh := make()
		before := show(fresh)
		change(fresh)
		after := show(fresh)
		require.NotEqual(t, before, after, "the test changes nothing")

		original := make()
		c, err := deepcopy.Of[S]()
		require.NoError(t, err)
		for range 3 { // what the copier learns of a value must not spoil the next copy
			first, err := c.Copy(original)
			require.NoError(t, err)
			second, err := c.Copy(first)
			require.NoError(t, err)
			require.Equal(t, before, show(first))
			change(first)
			require.Equal(t, after, show(first), "the copy goes on as the original would")
			require.Equal(t, before, show(original), "the copy wrote to the original")
			require.Equal(t, before, show(second), "the copy wrote to a copy of it")
		}
		another, err := c.Copy(original)
		require.NoError(t, err)
		change(original)
		require.Equal(t, after, show(original))
		require.Equal(t, before, show(another), "the original wrote to the copy")
	})
}

// shown is goesOn for what fmt shows of a value.
func shown[S any](t *testing.T, name string, make func() *S, change func(*S)) {
	goesOn(t, name, make, change, func(v *S) string { return fmt.Sprintf("%+v", *v) })
}

type person struct {
	name    string
	age     int
	friends []*person
	best    *person
}

func (p *person) String() string { return fmt.Sprint(p.name, p.age, len(p.friends)) }

func TestPlainThings(t *testing.T) {
	shown(t, "numbers", func() *[3]int { return &[3]int{1, 2, 3} }, func(v *[3]int) { v[1] = 9 })
	shown(t, "a string", func() *string { s := "a"; return &s }, func(v *string) { *v += "b" })
	shown(t, "bytes", func() *[]byte { return &[]byte{1, 2, 3} }, func(v *[]byte) { (*v)[0] = 9 })
	shown(t, "padding", func() *struct {
		a bool
		b int64
		c uint8
		d [3]uint16
		e string
		f float32
	} {
		return &struct {
			a bool
			b int64
			c uint8
			d [3]uint16
			e string
			f float32
		}{true, -1, 2, [3]uint16{3, 4, 5}, "e", 1.5}
	}, func(v *struct {
		a bool
		b int64
		c uint8
		d [3]uint16
		e string
		f float32
	}) {
		v.a, v.b, v.c, v.d[1], v.f = false, 7, 7, 7, 7
	})
	shown(t, "a long array of pointers", func() *[20]*person {
		v := new([20]*person)
		for i := range v {
			v[i] = &person{age: i}
		}
		return v
	}, func(v *[20]*person) { v[19].age, v[0] = 100, v[3] })
	shown(t, "a slice of slices", func() *[][]int { return &[][]int{{1}, nil, {}, {2, 3}} }, func(v *[][]int) { (*v)[3][1] = 9 })
	type host struct {
		*person
		bytes.Buffer
		built strings.Builder // knows its own address
	}
	goesOn(t, "embedded", func() *host {
		h := &host{person: &person{name: "a"}}
		h.WriteString("text")
		h.built.WriteString("built")
		return h
	}, func(h *host) {
		h.age++
		h.ReadByte()
		h.WriteByte('!')
		h.built.WriteByte('!')
	}, func(h *host) string { return fmt.Sprint(h.person, h.Buffer.String(), h.built.String()) })
	shown(t, "big numbers", func() *big.Int { return big.NewInt(math.MaxInt64) }, func(v *big.Int) { v.Mul(v, v) })
	shown(t, "random numbers", func() *rand.PCG { return rand.NewPCG(1, 2) }, func(v *rand.PCG) { v.Uint64() })
}

func TestValuesWithoutAPointerAtTheirTop(t *testing.T) {
	require.Equal(t, 7, copyOf(t, 7))
	require.Equal(t, "seven", copyOf(t, "seven"))
	require.Nil(t, copyOf[*int](t, nil))
	require.Nil(t, copyOf[any](t, nil))
	require.Nil(t, copyOf[map[string]int](t, nil))
	require.Nil(t, copyOf[[]int](t, nil))
	empty := copyOf(t, []int{})
	require.True(t, empty != nil && len(empty) == 0)
	pair := person{name: "a", friends: []*person{{name: "b"}}}
	another := copyOf(t, pair)
	another.friends[0].name = "c"
	require.Equal(t, "b", pair.friends[0].name)
}

func TestMaps(t *testing.T) {
	type table map[string][]int
	show := func(m *table) string { return fmt.Sprint(*m) }
	goesOn(t, "of slices", func() *table { return &table{"a": {1, 2}, "b": nil} }, func(m *table) { (*m)["a"][0] = 9; delete(*m, "b") }, show)

	one, two := &person{name: "one"}, &person{name: "two"}
	m := map[*person]*person{one: two, two: one}
	another := copyOf(t, m)
	require.Len(t, another, 2)
	for key, value := range another {
		require.True(t, key != one && key != two, "keys are copied")
		require.True(t, another[value] == key, "and found by their copies")
	}

	nan := copyOf(t, map[float64]int{math.NaN(): 1, math.Inf(1): 2})
	nan = copyOf(t, nan)
	require.Len(t, nan, 2)
	sum := 0
	for _, v := range nan {
		sum += v
	}
	require.Equal(t, 3, sum)

	type key struct {
		any any
		at  *person
	}
	byKey := map[any]*person{key{any: struct{ p *person }{one}, at: two}: one, 5: two, "x": nil}
	for k, v := range copyOf(t, byKey) {
		if k, ok := k.(key); ok {
			require.Same(t, v, k.any.(struct{ p *person }).p)
			require.NotSame(t, v, one)
		}
	}

	type itself map[string]itself
	loop := itself{}
	loop["self"] = loop
	again := copyOf(t, loop)
	again["other"] = nil
	require.Len(t, again["self"], 2)
	require.Len(t, loop, 1)
}

func TestInterfaces(t *testing.T) {
	type boxed struct {
		n int
		p *person
	}
	shared := &person{name: "shared"}
	v := []any{1, "text", shared, boxed{1, shared}, []*person{shared}, map[string]*person{"a": shared}, fmt.Stringer(shared), [1]*person{shared}, nil, 3.5, struct{}{}}
	another := copyOf(t, v)
	require.Equal(t, v, another)
	p := another[2].(*person)
	require.NotSame(t, shared, p)
	require.Same(t, p, another[3].(boxed).p)
	require.Same(t, p, another[4].([]*person)[0])
	require.Same(t, p, another[5].(map[string]*person)["a"])
	require.Same(t, p, another[6].(fmt.Stringer))
	require.Same(t, p, another[7].([1]*person)[0])

	list := any(nil) // shares its tail twice over: as a tree it would be of 2^40 nodes
	for range 40 {
		list = [2]any{list, list}
	}
	copyOf(t, list)

	self := []any{nil, 1}
	self[0] = self
	again := copyOf(t, self)
	again[1] = 2
	require.Equal(t, 2, again[0].([]any)[0].([]any)[1])
	require.Equal(t, 1, self[1])
}

func TestWhatIsReachedTwiceIsOneThing(t *testing.T) {
	ring := func() *person {
		a, b := &person{name: "a"}, &person{name: "b"}
		a.best, b.best, a.friends = b, a, []*person{a, b, b}
		return a
	}
	goesOn(t, "a cycle", ring, func(p *person) { p.best.best.age++; p.friends[1].age += 2; p.friends[0].friends[2] = p },
		func(p *person) string { return fmt.Sprint(p, p.best, p.friends, p.best.best == p) })

	type slicesOf struct{ all, head, tail, part, capped []int }
	overlapping := func() *slicesOf {
		all := []int{0, 1, 2, 3, 4, 5, 6, 7}
		return &slicesOf{all: all, head: all[:3], tail: all[5:], part: all[2:6:6], capped: all[3:3:4]}
	}
	shown(t, "slices of one array", overlapping, func(s *slicesOf) {
		s.all[5] = 50
		s.head = append(s.head, 33)     // writes to all[3], as its capacity goes on
		s.part = append(s.part, 66)     // moves, as its does not
		s.capped = append(s.capped, 44) // all[3] again
		s.tail[2], s.part[1] = 77, 99
	})
	shown(t, "slices that overlap, and none holds the other", func() *slicesOf {
		all := []int{0, 1, 2, 3, 4, 5, 6, 7}
		return &slicesOf{head: all[:5:5], tail: all[3:]}
	}, func(s *slicesOf) { s.head[4], s.tail[0] = 40, 30 })
	type arrays struct{ a, b *[4]int }
	goesOn(t, "arrays that overlap", func() *arrays {
		all := []int{0, 1, 2, 3, 4, 5}
		return &arrays{(*[4]int)(all[:4]), (*[4]int)(all[2:])}
	}, func(v *arrays) { v.a[3], v.b[0] = 30, 20 }, func(v *arrays) string { return fmt.Sprint(*v.a, *v.b) })
	shown(t, "slices side by side", func() *slicesOf {
		all := []int{0, 1, 2, 3}
		return &slicesOf{head: all[:2:2], tail: all[2:]}
	}, func(s *slicesOf) { s.head = append(s.head, 9); s.tail[0] = 8 })
	shown(t, "room beyond the length", func() *[]int { s := []int{1, 2, 3, 4}[:1]; return &s }, func(s *[]int) { *s = append((*s)[:3], 9)[:4] })
}

func TestPointersIntoTheMiddle(t *testing.T) {
	type cell struct{ n, m int }
	type board struct {
		cells   []cell
		array   [4]cell
		picked  *cell
		number  *int
		window  []cell
		arrayed *[4]cell
		first   *cell
		self    *board
		inner   struct{ deep [2]cell }
		deep    *cell
	}
	newBoard := func() *board {
		b := &board{cells: make([]cell, 5, 7)}
		b.picked, b.number, b.window = &b.cells[3], &b.cells[2].m, b.array[1:3]
		b.arrayed, b.first, b.self, b.deep = &b.array, &b.array[0], b, &b.inner.deep[1]
		return b
	}
	goesOn(t, "of fields and elements", newBoard, func(b *board) {
		b.picked.n, *b.number, b.window[0].m = 1, 2, 3
		b.arrayed[3].n, b.first.n, b.self.inner.deep[0].n, b.deep.n = 4, 5, 6, 7
		b.cells = append(b.cells, cell{8, 8})
		b.picked.m = 9
	}, func(b *board) string { return fmt.Sprint(b.cells, b.array, b.window, b.inner, b.self == b, *b.picked) })

	goesOn(t, "before the whole is met", func() *[]any {
		b := newBoard()
		return &[]any{b.number, b.picked, b.deep, b.window, b}
	}, func(v *[]any) {
		*(*v)[0].(*int), (*v)[1].(*cell).m, (*v)[2].(*cell).n = 1, 2, 3
	}, func(v *[]any) string {
		b := (*v)[4].(*board)
		return fmt.Sprint(b.cells, b.array, b.window, b.inner, b.self == b)
	})

	type named cell
	type names struct {
		a *cell
		b *named
	}
	goesOn(t, "of another name for the same", func() *names {
		c := &cell{1, 2}
		return &names{c, (*named)(c)}
	}, func(v *names) { v.a.n, v.b.m = 5, 6 }, func(v *names) string { return fmt.Sprint(*v.a, *v.b) })
}

func TestContainersThatPointAtThemselves(t *testing.T) {
	goesOn(t, "a list", func() *list.List {
		l := list.New()
		for i := range 5 {
			l.PushBack(i)
		}
		return l
	}, func(l *list.List) { l.MoveToFront(l.Back()); l.Remove(l.Back()); l.PushBack(9) }, func(l *list.List) string {
		var all []any
		for e := l.Front(); e != nil; e = e.Next() {
			all = append(all, e.Value)
		}
		return fmt.Sprint(all, l.Len())
	})
	goesOn(t, "a ring", func() *ring.Ring {
		r := ring.New(4)
		for i := range 4 {
			r.Value = i
			r = r.Next()
		}
		return r
	}, func(r *ring.Ring) { r.Unlink(2); r.Value = 7 }, func(r *ring.Ring) string {
		var all []any
		r.Do(func(v any) { all = append(all, v) })
		return fmt.Sprint(all)
	})
}

var errSentinel = errors.New("sentinel")

func TestWhatNobodyChangesIsShared(t *testing.T) {
	type things struct {
		err    error
		wraps  error
		where  *time.Location
		when   time.Time
		typ    reflect.Type
		handle unique.Handle[string]
		box    any
	}
	v := &things{errSentinel, fmt.Errorf("more: %w", errSentinel), time.UTC, time.Unix(5, 0).In(time.FixedZone("X", 60)), reflect.TypeFor[person](), unique.Make("a"), person{}}
	another := copyOf(t, v)
	require.Equal(t, v, another)
	require.True(t, another.err == errSentinel)
	require.ErrorIs(t, another.wraps, errSentinel)
	require.True(t, another.wraps != v.wraps, "this is not a sentinel for sure")
	require.Same(t, time.UTC, another.where)
	require.Equal(t, v.when.Location(), another.when.Location())
	require.True(t, another.typ == v.typ && another.handle == v.handle)
}

func TestLongListsTakeNoStack(t *testing.T) {
	var first *person
	for i := range 300_000 {
		first = &person{age: i, best: first}
	}
	n := 0
	for p := copyOf(t, first); p != nil; p = p.best {
		n++
	}
	require.Equal(t, 300_000, n)
}

func TestACopierForgetsWhatItCopied(t *testing.T) {
	c, err := deepcopy.Of[*person]()
	require.NoError(t, err)
	for _, n := range []int{1, 1000, 3, 100_000, 2} {
		var first *person
		for i := range n {
			first = &person{age: i, best: first}
		}
		another, err := c.Copy(first)
		require.NoError(t, err)
		var ages []int
		for p := another; p != nil; p = p.best {
			ages = append(ages, p.age)
		}
		slices.Reverse(ages)
		require.Len(t, ages, n)
		require.Equal(t, n-1, ages[n-1])
		size := int(reflect.TypeFor[person]().Size())
		require.Equal(t, n*size+8, c.Bytes())
	}
}
