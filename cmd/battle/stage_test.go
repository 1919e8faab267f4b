package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStepsAreCounted(t *testing.T) {
	var none steps
	require.Equal(t, "replaying", none.next("replaying"))
	s := steps{at: 1, of: 3}
	require.Equal(t, "step 2 of 3: building a", s.next("building a"))
	require.Equal(t, "step 3 of 3: building b", s.next("building b"))
	require.Equal(t, "hunting", s.next("hunting"))
}

// Targets of a package have a binary in common, and so have engines; what is there already was
// a step, too.
func TestStepsAreWhatIsBuilt(t *testing.T) {
	ring, tip, far := target{Package: "p", Func: "FuzzRing"}, target{Package: "p", Func: "FuzzTip"}, target{Package: "q", Func: "FuzzFar"}
	w := &workshop{built: map[string]string{binaryOf("p", false): "0.test"}}
	require.Equal(t, steps{1, 1}, w.toBuild([]engine{rapidEngine{}}, []target{ring, tip}))
	require.Equal(t, steps{1, 2}, w.toBuild([]engine{explorer{}, afl{}, rapidEngine{}}, []target{ring, tip}))
	require.Equal(t, steps{1, 5}, w.toBuild([]engine{explorer{}, native{}}, []target{ring, tip, far}))
	require.Equal(t, steps{1, 3}, w.toBuild([]engine{unsuited{}, libFuzzer{}}, []target{ring, tip}), "libFuzzer's are a target's")
	require.Equal(t, steps{1, 4}, w.toBuild([]engine{together{engines: []engine{explorer{}, native{}, gofuzz{}}}}, []target{ring, tip}))
}
