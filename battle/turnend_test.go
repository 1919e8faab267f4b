package battle

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A turn is over once its CPU time is had, which is not read again before it can be; or when
// the subject has slept for too long. The last turn has no end.
func TestATurnIsOverWhenItsTimeIsHad(t *testing.T) {
	far := time.Now().Add(time.Hour)
	turn := &turns{until: cpuTime() + time.Hour, latest: far}
	require.False(t, turn.over())
	require.WithinRange(t, turn.look, time.Now(), time.Now().Add(time.Hour/time.Duration(runtime.NumCPU())))
	turn.until = 0
	require.False(t, turn.over(), "not looked at yet")
	turn.look = time.Time{}
	require.True(t, turn.over())
	require.True(t, turn.over(), "still")
	require.False(t, (&turns{last: true}).over())
	require.True(t, (&turns{until: time.Hour, latest: time.Now().Add(-time.Second)}).over(), "it slept")
}
