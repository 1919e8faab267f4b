package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFlagsOfTheWebhook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("s3cret \n"), 0o600))
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	o := &options{hook: "https://hooks.test/x", hookSecret: file}
	require.NoError(t, o.checkHook())
	secret, err := o.secret()
	require.NoError(t, err)
	require.Equal(t, "s3cret ", string(secret))
	require.NoError(t, (&options{}).checkHook())
	for want, o := range map[string]options{
		"want a URL":                     {hook: "hooks.test/x"},
		`-webhook "ftp://x"`:             {hook: "ftp://x"},
		"-webhook-secret is for a":       {hookSecret: file},
		"-webhook-secret: open":          {hook: "http://h.test/", hookSecret: file + "x"},
		"-webhook-secret " + empty + ":": {hook: "http://h.test/", hookSecret: empty},
	} {
		require.ErrorContains(t, o.checkHook(), want)
	}
}
