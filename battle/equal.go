package battle

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// Equal reports a finding unless want, what the oracle says, equals got, what the
// subject says. what names the answer, as in "bytes read". It returns whether they
// are equal. For bool, the integers, strings, byte slices, and structs and arrays of what
// == compares, it allocates nothing when they are.
//
// Comparable types are compared with ==, byte slices by content, errors with
// [errors.Is] or failing that like all else: with [reflect.DeepEqual].
func Equal[V any](t *T, want, got V, what ...string) bool {
	if equal(t, want, got) {
		return true
	}
	differ(t, want, got, what)
	return false
}

// equal switches on pointers, because a value in an interface may need the heap.
func equal[V any](t *T, want, got V) bool {
	switch w := any(&want).(type) {
	case *[]byte:
		return bytes.Equal(*w, *any(&got).(*[]byte))
	case *error:
		g := *any(&got).(*error)
		return errors.Is(g, *w) || reflect.DeepEqual(*w, g)
	case *int:
		return *w == *any(&got).(*int)
	case *int8:
		return *w == *any(&got).(*int8)
	case *int16:
		return *w == *any(&got).(*int16)
	case *int32:
		return *w == *any(&got).(*int32)
	case *int64:
		return *w == *any(&got).(*int64)
	case *uint:
		return *w == *any(&got).(*uint)
	case *uint8:
		return *w == *any(&got).(*uint8)
	case *uint16:
		return *w == *any(&got).(*uint16)
	case *uint32:
		return *w == *any(&got).(*uint32)
	case *uint64:
		return *w == *any(&got).(*uint64)
	case *bool:
		return *w == *any(&got).(*bool)
	case *string:
		return *w == *any(&got).(*string)
	}
	typ := reflect.TypeFor[V]()
	if t.strict(typ) {
		return any(want) == any(got)
	}
	return alike(want, got, typ)
}

// alike is for what == may panic on: a struct may hold an interface that holds a slice.
//
//go:noinline
func alike[V any](want, got V, typ reflect.Type) bool {
	if typ.Kind() != reflect.Interface && typ.Comparable() {
		if w, g := reflect.ValueOf(want), reflect.ValueOf(got); w.Comparable() && g.Comparable() {
			return any(want) == any(got)
		}
	}
	return reflect.DeepEqual(want, got)
}

// strict tells whether a type is strictly comparable, as the Go specification has it: ==
// never panics. To look at the fields of a struct costs more than most updates do, so it
// is done once.
func (t *T) strict(typ reflect.Type) bool {
	is, known := t.stricts[typ]
	if !known {
		if t.stricts == nil {
			t.stricts = make(map[reflect.Type]bool)
		}
		is = isStrict(typ)
		t.stricts[typ] = is
	}
	return is
}

func isStrict(typ reflect.Type) bool {
	switch typ.Kind() {
	case reflect.Interface:
		return false
	case reflect.Array:
		return isStrict(typ.Elem())
	case reflect.Struct:
		for f := range typ.Fields() {
			if !isStrict(f.Type) {
				return false
			}
		}
		return true
	}
	return typ.Comparable()
}

// differ takes copies of its own, so that Equal's arguments stay off the heap.
//
//go:noinline
func differ[V any](t *T, want, got V, what []string) {
	if t.failure != nil {
		return
	}
	t.fail(&Failure{Kind: Mismatch}, func(f *Failure) {
		f.Message = strings.Join(append(what, "differs from the oracle's"), " ")
		if len(what) == 0 {
			f.Message = "the answer " + f.Message
		}
		f.Expected, f.Actual = show(want), show(got)
		if len(f.Expected) > diffFrom || len(f.Actual) > diffFrom {
			f.Diff = diff(want, got)
		}
	})
}

const diffFrom = 120

// show prints a value for a person: text as text, bytes as bytes.
func show(v any) string {
	switch v := v.(type) {
	case []byte:
		if isPlain(v) {
			return fmt.Sprintf("%s %q", counted(len(v), "byte"), v)
		}
		return fmt.Sprintf("%s % x", counted(len(v), "byte"), v)
	case string:
		return fmt.Sprintf("%q", v)
	case error:
		return fmt.Sprintf("%v (%T)", v, v)
	}
	return fmt.Sprintf("%+v", v)
}

// diff is go-cmp's report. It panics on types with unexported fields; then there is
// none, and the two values in full have to do.
func diff(want, got any) (text string) {
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	return cmp.Diff(want, got)
}
