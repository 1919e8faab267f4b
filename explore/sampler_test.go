package explore

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFuturesDoNotRememberOthers compares dice that have chosen numbers before with some
// that have not: shares are probabilities only as long as futures are independent.
func TestFuturesDoNotRememberOthers(t *testing.T) {
	fresh, used := newDice(1), newDice(1)
	random := *used.random
	for range 100 {
		used.Number(0, math.MaxUint64, false)
	}
	*used.random = random
	used.forget()
	for range 100 {
		require.Equal(t, fresh.Number(0, math.MaxUint64, false), used.Number(0, math.MaxUint64, false))
	}
}
