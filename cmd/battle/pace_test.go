package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestThePaceGoesByTheKindOfTrial(t *testing.T) {
	kinds := []string{kindOf("", "native"), kindOf("", "native"), kindOf("tip-bug", "native"), kindOf("tip-bug", "native"), kindOf("", "rapid")}
	p := newPace(kinds, 2)
	require.Equal(t, "[1/5]", p.step("task native", time.Hour, false), "what was known before took no time")
	// To come: a native trial of 4 minutes, and three that nothing is known of, as long.
	require.Equal(t, "[2/5, about 6 min left]", p.step("task native", 4*time.Minute, true))
	// One like that of 20 s, and rapid's, as long as the mean of 130 s.
	require.Equal(t, "[3/5, about 75 s left]", p.step("bug native", 20*time.Second, true))
	require.Equal(t, "[4/5, about 65 s left]", p.step("bug native", 20*time.Second, false))
	require.Equal(t, "[5/5]", p.step("task rapid", time.Second, true))
	done, all := p.progress()
	require.Equal(t, []int{5, 5}, []int{done, all})
}
