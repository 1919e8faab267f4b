package deepcopy

import (
	"reflect"
	"strings"
)

// never are types that can't be copied, whatever their value: what they stand for lives
// outside of the program's memory, or in the runtime, or has goroutines of its own.
var never = map[string]string{
	"internal/poll.FD": "a file or a connection",
	"os.File":          "a file",
	"os.Root":          "a folder that is open",
	"os.Process":       "a process",
	"net.TCPConn":      "a connection",
	"net.UDPConn":      "a connection",
	"net.IPConn":       "a connection",
	"net.UnixConn":     "a connection",
	"net.TCPListener":  "a listener",
	"net.UnixListener": "a listener",
	"net/http.Server":  "a server",
	"time.Timer":       "a timer",
	"time.Ticker":      "a ticker",
	"testing.common":   "a test",
}

// atRest are types that can be copied while nobody uses them: their value is zero then.
var atRest = map[string]string{
	"sync.Mutex":          "a mutex in use",
	"internal/sync.Mutex": "a mutex in use",
	"sync.RWMutex":        "a mutex in use",
	"sync.WaitGroup":      "a wait group in use",
	"sync.Pool":           "a pool in use",
	"reflect.Value":       "a reflect.Value",
}

// immutable are types that nobody changes, and whose address may be their identity.
var immutable = map[string]bool{
	"time.Location":      true,
	"errors.errorString": true,
	"reflect.rtype":      true,
	"internal/abi.Type":  true,
}

// special is the step for types that are not copied by what they look like.
func special(t reflect.Type) (o op, known bool) {
	if t.Kind() == reflect.Pointer && t.Name() == "" && immutable[fullName(t.Elem())] {
		return op{kind: opShared, typ: t, n: t.Size()}, true
	}
	if t.PkgPath() == "" || t.Kind() != reflect.Struct {
		return op{}, false
	}
	name := fullName(t)
	o = op{typ: t, n: t.Size()}
	switch {
	case never[name] != "":
		o.kind, o.what = opNever, never[name]
	case atRest[name] != "":
		o.kind, o.what = opZero, atRest[name]
	case strings.HasPrefix(name, "context.") && t.Size() > 0:
		o.kind, o.what = opNever, "a context"
	case strings.HasPrefix(name, "weak.Pointer["):
		o.kind, o.what = opZero, "a weak pointer"
	case strings.HasPrefix(name, "unique.Handle["):
		o.kind = opShared
	case strings.HasPrefix(name, "sync/atomic.Pointer["):
		// Its last field is an unsafe.Pointer; its first, [0]*T, tells what that points to.
		pointer := t.Field(0).Type.Elem()
		if o, known = special(pointer); !known {
			o.kind = opPointer
			o.typ, o.n = many(pointer.Elem(), 1)
		}
		o.offset = t.Field(t.NumField() - 1).Offset
	case name == "sync.Cond":
		o.kind = opCond
	case name == "sync.Map":
		o.kind = opSyncMap
	default:
		return op{}, false
	}
	return o, true
}

func fullName(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }
