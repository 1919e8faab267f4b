package snapshot

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whether a folder was synced can't be seen. But /proc opens like any folder and
// refuses fsync: so the call is made, and its error comes back.
func TestAFolderIsReallySynced(t *testing.T) {
	require.ErrorIs(t, OS().SyncDir("/proc"), syscall.EINVAL)
}
