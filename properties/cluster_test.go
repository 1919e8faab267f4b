package properties

import (
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
)

func TestCluster(t *testing.T) { battle.Check(t, fuzz.Cluster) }
