// Package deepcopy copies Go values with all that they reach, so that neither the copy nor
// the original notices what happens to the other; and it refuses what it can't copy so.
//
//	copier, err := deepcopy.Of[*pair]()
//	…
//	another, err := copier.Copy(subject)
//	// pair.ring.wake is a channel (chan struct {})
//
// # What a copy keeps
//
// The shape of memory: what is reached by two ways in the original is one thing in the copy,
// too. That holds for pointers, for cycles, for maps, for slices of one array that overlap,
// with all up to their capacity, and for pointers into the middle: to a field, an element,
// or from a part back to the whole, as in container/list. Fields are copied whether exported
// or not. Map keys are copied, too; a map of pointers finds the copies.
//
// Strings, what interfaces box without pointers in it, locations of package time, types of
// package reflect, unique handles and the errors of errors.New are shared: nobody changes
// them, and some are told apart by their address.
//
// # What it refuses
//
// A type that can't be copied whatever its value: files, connections, timers, contexts, a
// *testing.T. And what only a value shows: a channel, a mutex that is locked, a wait group
// that is waited for, a pool that was used, a function, an unsafe.Pointer or uintptr that is
// not zero, whatever holds one of these; memory that is seen as two types that don't fit. The
// error is a [*Refusal], which names the way there. Nothing is written to the original.
//
// # What belongs to no value
//
// A value may point at package-level variables: tables, sentinels such as the nil node of a
// red-black tree, a comparison function. Copies of these would not be what the code compares
// with. No address tells that it is one; but what two values reach that were made apart
// belongs to neither. [Copier.Share] takes such a pair, and from then on its common part is
// shared, functions too. What no pair showed is copied as if it were the value's own: who
// needs to be sure compares how copy and original go on.
//
// # How
//
// A type is compiled once into a list of steps (see layout). A copy walks the regions of
// memory that it meets, each once, and makes one for each as it goes. Whether regions
// overlap is looked up afterwards, if their types say that they may; if they do, the walk's
// regions are put together first, and copied then. That costs about twice as much, and is
// tried first the next time. What has no pointers is copied as bytes. The benchmarks in
// bench/ show it ahead of huandu/go-clone's Clone for structs and bytes and about level for
// maps, and several times ahead of its Slowly, which keeps cycles, for lists and trees.
//
// # What it does not do
//
// It does not know who else holds the memory: nobody may write to it meanwhile, and a
// goroutine that works on the original does not work on the copy. It believes types: what
// unsafe hides from them, such as an address in an integer, it does not see. Finalizers and
// cleanups are not copied.
package deepcopy
