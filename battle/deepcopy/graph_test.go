package deepcopy_test

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/battle/deepcopy"
)

// A vertex points at others in every way there is, and into the middle of them.
type vertex struct {
	id     int
	text   string
	next   *vertex
	peers  []*vertex
	raw    []byte // of arrays that others have, too
	octet  *byte  // in one
	inner  spot
	at     *spot // in a vertex, or a slice
	spots  []spot
	number *int // in a spot, or a vertex's id
	chart  map[*vertex]*spot
	any    any
	row    [10]*vertex
	corner [2]spot
}

type spot struct {
	n  int
	up *vertex
}

// drawGraph draws vertices, and lets them point at anything.
func drawGraph(t *rapid.T) *vertex {
	below := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "") }
	vertices := make([]*vertex, 1+below(12))
	arrays := [][]byte{make([]byte, 5), make([]byte, 9)}
	rows := [][]spot{make([]spot, 4), make([]spot, 6)}
	for i := range vertices {
		vertices[i] = &vertex{id: i, text: string(rune('a' + i))}
	}
	someone := func() *vertex {
		if n := below(len(vertices) + 1); n < len(vertices) {
			return vertices[n]
		}
		return nil
	}
	somewhere := func() *spot {
		v := vertices[below(len(vertices))]
		return [...]*spot{&v.inner, &v.corner[0], &v.corner[1], &rows[0][below(4)], &rows[1][below(6)], nil}[below(6)]
	}
	for _, row := range rows {
		for i := range row {
			row[i] = spot{i, someone()}
		}
	}
	for _, v := range vertices {
		v.next, v.inner.up, v.corner[1].up, v.row[below(10)] = someone(), someone(), someone(), someone()
		for range below(3) {
			v.peers = append(v.peers, someone())
		}
		v.raw = part(arrays[below(2)], below)
		v.spots = part(rows[below(2)], below)
		v.octet, v.at = &arrays[below(2)][below(5)], somewhere()
		if s := somewhere(); s != nil {
			v.number = &s.n
		} else {
			v.number = &vertices[below(len(vertices))].id
		}
		if below(2) == 0 {
			v.chart = map[*vertex]*spot{someone(): somewhere(), someone(): somewhere()}
		}
		v.any = [...]any{nil, v.id, someone(), somewhere(), spot{7, someone()}, part(vertices, below), v.chart}[below(7)]
	}
	return vertices[0]
}

// part is a slice of an array, with room or without.
func part[T any](array []T, below func(int) int) []T {
	from := below(len(array))
	to := from + below(len(array)-from+1)
	return array[from : to : to+below(len(array)-to+1)]
}

// twins are what an independent walk over two graphs has found to be the same thing in
// both, by address: vertices, spots, bytes, numbers, each for itself.
type twins struct {
	t        require.TestingT
	forward  map[place]unsafe.Pointer
	backward map[place]unsafe.Pointer
}

type place struct {
	kind byte
	at   unsafe.Pointer
}

// meet pairs two places, and tells whether they are new.
func (w *twins) meet(kind byte, a, b unsafe.Pointer) bool {
	require.Equal(w.t, a == nil, b == nil)
	if a == nil {
		return false
	}
	there, known := w.forward[place{kind, a}]
	back, knownBack := w.backward[place{kind, b}]
	if known || knownBack {
		require.True(w.t, there == b && back == a, "kind %c: not the same two things as before", kind)
		return false
	}
	w.forward[place{kind, a}], w.backward[place{kind, b}] = b, a
	return true
}

func (w *twins) vertices(a, b *vertex) {
	if !w.meet('v', unsafe.Pointer(a), unsafe.Pointer(b)) {
		return
	}
	require.Equal(w.t, a.text, b.text)
	w.numbers(&a.id, &b.id)
	w.vertices(a.next, b.next)
	w.row(a.peers, b.peers)
	w.bytes(a.raw, b.raw)
	w.meet('b', unsafe.Pointer(a.octet), unsafe.Pointer(b.octet))
	w.spot(&a.inner, &b.inner)
	w.spot(a.at, b.at)
	w.spots(a.spots, b.spots)
	w.spots(a.corner[:], b.corner[:])
	w.numbers(a.number, b.number)
	w.row(a.row[:], b.row[:])
	w.charts(a.chart, b.chart)
	switch held := a.any.(type) {
	case nil, int:
		require.Equal(w.t, held, b.any)
	case *vertex:
		w.vertices(held, b.any.(*vertex))
	case *spot:
		w.spot(held, b.any.(*spot))
	case spot:
		require.Equal(w.t, held.n, b.any.(spot).n)
		w.vertices(held.up, b.any.(spot).up)
	case []*vertex:
		w.row(held, b.any.([]*vertex))
	case map[*vertex]*spot:
		w.charts(held, b.any.(map[*vertex]*spot))
	}
}

func (w *twins) numbers(a, b *int) {
	if w.meet('n', unsafe.Pointer(a), unsafe.Pointer(b)) {
		require.Equal(w.t, *a, *b)
	}
}

func (w *twins) spot(a, b *spot) {
	if w.meet('s', unsafe.Pointer(a), unsafe.Pointer(b)) {
		w.numbers(&a.n, &b.n)
		w.vertices(a.up, b.up)
	}
}

func (w *twins) spots(a, b []spot) {
	require.Equal(w.t, []int{len(a), cap(a)}, []int{len(b), cap(b)})
	for i := range a[:cap(a)] {
		w.spot(&a[:cap(a)][i], &b[:cap(b)][i])
	}
}

func (w *twins) bytes(a, b []byte) {
	require.Equal(w.t, []int{len(a), cap(a)}, []int{len(b), cap(b)})
	for i := range a[:cap(a)] {
		w.meet('b', unsafe.Pointer(&a[:cap(a)][i]), unsafe.Pointer(&b[:cap(b)][i]))
	}
}

func (w *twins) row(a, b []*vertex) {
	require.Equal(w.t, []int{len(a), cap(a)}, []int{len(b), cap(b)})
	for i := range a[:cap(a)] {
		if w.meet('r', unsafe.Pointer(&a[:cap(a)][i]), unsafe.Pointer(&b[:cap(b)][i])) {
			w.vertices(a[:cap(a)][i], b[:cap(b)][i])
		}
	}
}

// charts pairs the entries of maps by the ids of their keys.
func (w *twins) charts(a, b map[*vertex]*spot) {
	require.Equal(w.t, a == nil, b == nil)
	require.Len(w.t, b, len(a))
	for key, value := range a {
		found := false
		for other, spot := range b {
			if key == nil && other == nil || key != nil && other != nil && key.text == other.text {
				w.vertices(key, other)
				w.spot(value, spot)
				found = true
			}
		}
		require.True(w.t, found)
	}
}

func TestACopyHasTheShapeOfItsOriginal(t *testing.T) {
	c, err := deepcopy.Of[*vertex]()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		original := drawGraph(t)
		another, err := c.Copy(original)
		require.NoError(t, err)
		if rapid.IntRange(0, 15).Draw(t, "collect") == 0 {
			runtime.GC() // finds memory that nothing but the copy holds, and pointers that it should not see
		}
		w := &twins{t, map[place]unsafe.Pointer{}, map[place]unsafe.Pointer{}}
		w.vertices(original, another)
		for at := range w.forward {
			_, both := w.backward[at]
			require.False(t, both, "kind %c: the copy and the original have a thing in common", at.kind)
		}
	})
}
