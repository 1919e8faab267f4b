package battle

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unsafe"
)

// An Update changes the subject and its oracle together and compares what they
// answer. It is a struct, or a pointer to one, whose exported fields are its
// arguments.
//
// The value that Apply receives, and any slice in it, is reused for the next
// update of its kind: Apply copies what it keeps.
type Update[S any] interface {
	Apply(t *T, s S)
}

// An OpKind is one kind of update with its relative weight. Make it with [Op].
type OpKind[S any] struct {
	typ    reflect.Type
	weight int
	make   func() Update[S]
}

// Op declares the kind of update P, chosen with the given relative weight:
// battle.Op[*Append](4). The subject's type is inferred from P's Apply method.
func Op[P Update[S], S any](weight int) OpKind[S] {
	typ := reflect.TypeFor[P]()
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	return OpKind[S]{
		typ:    typ,
		weight: weight,
		make:   func() Update[S] { return reflect.New(typ).Interface().(Update[S]) },
	}
}

// Ops gathers the kinds of a target.
func Ops[S any](kinds ...OpKind[S]) []OpKind[S] { return kinds }

// A kind is one compiled kind of update.
type kind struct {
	index int
	name  string
	// selector is the first byte that selects the kind on a tape without a swarm.
	selector byte
	weight   int
	typ      reflect.Type // the struct
	root     *structNode
	hidden   bool // it has fields that are no arguments
}

// reset clears what an update may have kept in the fields that are no arguments: a
// run that depends on an earlier one is no function of its tape.
func (k *kind) reset(p unsafe.Pointer) {
	if k.hidden {
		reflect.NewAt(k.typ, p).Elem().SetZero()
	}
}

func newKind(index, weight int, typ reflect.Type) (*kind, error) {
	if typ.Kind() != reflect.Struct {
		return nil, fmt.Errorf("update %s is not a struct: give Op a pointer to a struct whose fields are the arguments", typ)
	}
	if endless(typ, nil) {
		return nil, fmt.Errorf("update %s has a field whose type holds itself: an argument has a fixed depth", typ)
	}
	root, err := structOf(typ)
	if err != nil {
		return nil, fmt.Errorf("update %w", err)
	}
	k := &kind{index: index, name: dashed(typ.Name()), weight: weight, typ: typ, root: root, hidden: hides(typ)}
	if !isWord(k.name) {
		return nil, fmt.Errorf("update %s is named %q in traces, which need a word of letters, digits, '-' and '_': give it a plain name", typ, k.name)
	}
	return k, nil
}

// endless tells whether a type holds one of the types that it is within.
func endless(typ reflect.Type, within []reflect.Type) bool {
	if slices.Contains(within, typ) {
		return true
	}
	if reflect.PointerTo(typ).Implements(reflect.TypeFor[Drawer]()) {
		return false
	}
	within = append(slices.Clone(within), typ)
	switch typ.Kind() {
	case reflect.Array, reflect.Slice:
		return endless(typ.Elem(), within)
	case reflect.Struct:
		for f := range typ.Fields() {
			if f.IsExported() && endless(f.Type, within) {
				return true
			}
		}
	}
	return false
}

// hides tells whether a type holds fields that are not exported, and that its own
// Draw method does not set.
func hides(typ reflect.Type) bool {
	if reflect.PointerTo(typ).Implements(reflect.TypeFor[Drawer]()) {
		return false
	}
	switch typ.Kind() {
	case reflect.Array, reflect.Slice:
		return hides(typ.Elem())
	case reflect.Struct:
		for f := range typ.Fields() {
			if !f.IsExported() || hides(f.Type) {
				return true
			}
		}
	}
	return false
}

// dashed turns a Go name into the name that traces use: ReadAt is read-at.
func dashed(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			afterLower := !unicode.IsUpper(runes[i-1])
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if afterLower || beforeLower {
				b.WriteByte('-')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// kindOf finds the kind of an update by its type.
func (p *plan) kindOf(update any) *kind {
	typ := reflect.TypeOf(update)
	if typ == nil {
		return nil
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	for _, k := range p.kinds {
		if k.typ == typ {
			return k
		}
	}
	return nil
}
