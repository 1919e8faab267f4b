package battle

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
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
	index  int
	name   string
	weight int
	typ    reflect.Type // the struct
	root   *structNode
}

func newKind(index, weight int, typ reflect.Type) (*kind, error) {
	if typ.Kind() != reflect.Struct {
		return nil, fmt.Errorf("update %s is not a struct: give Op a pointer to a struct whose fields are the arguments", typ)
	}
	root, err := structOf(typ)
	if err != nil {
		return nil, fmt.Errorf("update %w", err)
	}
	return &kind{index: index, name: dashed(typ.Name()), weight: weight, typ: typ, root: root}, nil
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
