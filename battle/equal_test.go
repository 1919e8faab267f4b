package battle

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

type holder struct {
	name string
	any  any
}

// equals asks Equal on a run of its own.
func equals[V any](want, got V, what ...string) (bool, *Failure) {
	t := new(T)
	ok := Equal(t, want, got, what...)
	return ok, t.failure
}

func TestEqualComparesWhatCanBeCompared(t *testing.T) {
	yes := func(ok bool, f *Failure) {
		t.Helper()
		if !ok || f != nil {
			t.Errorf("not equal: %v", f)
		}
	}
	no := func(ok bool, f *Failure) {
		t.Helper()
		if ok || f == nil {
			t.Errorf("equal")
		}
	}
	yes(equals(1, 1))
	no(equals(1, 2))
	yes(equals([]byte(nil), []byte{}))
	no(equals([]byte("a"), []byte("b")))
	yes(equals("a", "a"))
	no(equals(true, false))
	yes(equals[int8](-1, -1))
	no(equals[uint64](math.MaxUint64, 0))
	no(equals(math.NaN(), math.NaN()))
	yes(equals([]int{1, 2}, []int{1, 2}))
	no(equals([]int{1, 2}, []int{1, 3}))
	yes(equals(map[string]int{"a": 1}, map[string]int{"a": 1}))
	yes(equals(json.RawMessage("1"), json.RawMessage("1")))
	yes(equals[error](nil, nil))
	no(equals[error](nil, io.EOF))
	no(equals[error](io.EOF, nil))
	yes(equals[error](io.EOF, fmt.Errorf("wrapped: %w", io.EOF)))
	yes(equals(io.EOF, errors.New("EOF"))) // typed errors carry numbers: what they hold counts
	no(equals(io.EOF, io.ErrUnexpectedEOF))
	yes(equals(holder{"a", 1}, holder{"a", 1}))
	no(equals(holder{"a", 1}, holder{"a", 2}))
	// == would panic: the struct is comparable, what it holds is not.
	yes(equals(holder{"a", []int{1}}, holder{"a", []int{1}}))
	no(equals(holder{"a", []int{1}}, holder{"a", []int{2}}))
	yes(equals[any]([]int{1}, []int{1}))
}

func TestEqualSaysWhatDiffers(t *testing.T) {
	for _, c := range []struct {
		f                         func() (bool, *Failure)
		message, expected, actual string
	}{
		{func() (bool, *Failure) { return equals(1, 2) }, "the answer differs from the oracle's", "1", "2"},
		{func() (bool, *Failure) { return equals([]byte("ab"), []byte{0, 255}, "bytes", "read") }, "bytes read differs from the oracle's", `2 bytes "ab"`, "2 bytes 00 ff"},
		{func() (bool, *Failure) { return equals("a", "b\n", "name") }, "name differs from the oracle's", `"a"`, `"b\n"`},
		{func() (bool, *Failure) { return equals[error](nil, io.EOF, "error") }, "error differs from the oracle's", "<nil>", "EOF (*errors.errorString)"},
	} {
		_, f := c.f()
		if f.Kind != Mismatch || f.Message != c.message || f.Expected != c.expected || f.Actual != c.actual || f.Diff != "" {
			t.Errorf("got %+v, want %+v", f, c)
		}
	}
	long := strings.Repeat("same ", 40)
	if _, f := equals([]string{long, "a"}, []string{long, "b"}); !strings.Contains(f.Diff, `-`) || !strings.Contains(f.Diff, `"b"`) {
		t.Errorf("no diff of long values: %q", f.Diff)
	}
	if _, f := equals(holder{long, 1}, holder{long, 2}); f.Diff != "" || !strings.Contains(f.Actual, "any:2") {
		t.Errorf("a type that can't be looked into: got the diff %q and %q", f.Diff, f.Actual)
	}
}

func TestTheFirstDifferenceCounts(t *testing.T) {
	one := new(T)
	Equal(one, 1, 2, "first")
	Equal(one, 3, 4, "second")
	one.Errorf("third")
	if one.failure.Expected != "1" || !one.Failed() {
		t.Errorf("got %+v, want the first", one.failure)
	}
}

func TestEqualAllocatesNothingWhereItIsEqual(t *testing.T) {
	type bounds struct{ first, tail uint64 }
	one, b := new(T), []byte("bytes")
	if n := testing.AllocsPerRun(100, func() {
		Equal(one, b, b, "bytes")
		Equal(one, uint64(len(b)), uint64(len(b)), "length")
		Equal(one, "name", "name")
		Equal(one, true, true)
		Equal[error](one, nil, nil, "error")
		Equal(one, bounds{1, uint64(len(b))}, bounds{1, 5}, "bounds")
		Equal(one, [2]bounds{{1, 2}}, [2]bounds{{1, 2}}, "bounds")
	}); n > 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
