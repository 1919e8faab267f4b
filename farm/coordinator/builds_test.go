package coordinator

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/farm/puppet"
)

// two is ring, and a target beside it.
var two = puppet.Subject{Targets: append(slices.Clone(ring.Targets), puppet.Target{Name: "rope"})}

func TestABuildWithoutTheNamedTargetsSaysWhichThereAre(t *testing.T) {
	b := begin(t, nil, "rope", "nosuch")
	b.until(func() bool { return b.c.Overview().Broken != nil })
	require.Equal(t, "-target: no target rope, nosuch: there are ring", b.c.Overview().Broken.Broken)
	require.Nil(t, b.c.Overview().Build)

	revision, err := b.repository.Commit(two, "rope: begun") // a later one may have them
	require.NoError(t, err)
	b.until(func() bool { return b.c.Overview().Build != nil })
	now := b.c.Overview()
	require.Nil(t, now.Broken)
	require.Equal(t, revision, now.Build.Revision)
	require.Equal(t, []string{"rope"}, now.Build.Targets)
	require.Equal(t, "-target: no target nosuch: there are ring, rope", now.Build.Warning)
}

// TestOtherTargetsAreTakenAtOnce starts a farm again, with another -target.
func TestOtherTargetsAreTakenAtOnce(t *testing.T) {
	b := begin(t, nil, "nosuch")
	b.until(func() bool { return b.c.Overview().Broken != nil })
	again := func(only ...string) *Coordinator {
		o := b.c.Options
		o.Only, o.Dir = only, t.TempDir()
		c, err := New(t.Context(), o, b.c.store, b.c.queue)
		require.NoError(t, err)
		require.NoError(t, c.look(t.Context()))
		return c
	}
	now := again("ring")
	require.Equal(t, b.revision, now.book.present())
	_, some := now.plan(b.revision, []string{"explore"})
	require.True(t, some)
	now = again("nosuch")
	require.Equal(t, "-target: no target nosuch: there are ring", now.Overview().Broken.Broken)
	_, some = now.plan(b.revision, []string{"explore"})
	require.False(t, some)
	require.Nil(t, again().Overview().Broken)
}
