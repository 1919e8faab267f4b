package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestGoCorpusRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tape := rapid.SliceOf(rapid.Byte()).Draw(t, "tape")
		got, err := parseGoCorpus("x", formatGoCorpus(tape))
		require.NoError(t, err)
		require.Equal(t, append([]byte{}, tape...), got)
	})
}

// What Go itself writes and accepts.
func TestParseGoCorpus(t *testing.T) {
	for text, want := range map[string]string{
		"go test fuzz v1\n[]byte(\"\\x00a\\n\")\n":    "\x00a\n",
		"go test fuzz v1\n[]byte(\"\")":               "",
		"go test fuzz v1\n\n  []byte(`raw`)  \n\n":    "raw",
		"go test fuzz v1\n[]byte(\"\\u00e9\\\"\")\n":  "é\"",
		"go test fuzz v1\n[]byte(\"a\")\n \n\t\n\n\n": "a",
	} {
		got, err := parseGoCorpus("x", []byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, string(got))
	}
}

func TestParseGoCorpusRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `x:1: got "", want "go test fuzz v1"`},
		{"\x00\x01\x02", `x:1: got`},
		{"go test fuzz v2\n[]byte(\"\")\n", `x:1: got "go test fuzz v2"`},
		{" go test fuzz v1\n[]byte(\"\")\n", `x:1: got`},
		{"go test fuzz v1", "x:2: the file ends"},
		{"go test fuzz v1\n\n\n", "x:2: the file ends"},
		{"go test fuzz v1\n[]byte(\"a\")\n[]byte(\"b\")\n", "x:3: a second value"},
		{"go test fuzz v1\n\n[]byte(\"a\")\nint(1)\n", "x:4: a second value"},
		{"go test fuzz v1\nstring(\"a\")\n", "x:2: got"},
		{"go test fuzz v1\n[]byte(\"a\"\n", "x:2: got"},
		{"go test fuzz v1\n[]byte()\n", "x:2: \"\" is not a Go string"},
		{"go test fuzz v1\n[]byte('a')\n", "x:2: \"'a'\" is a rune"},
		{"go test fuzz v1\n[]byte(\"\\xz\")\n", "is not a Go string"},
		{"go test fuzz v1\n[]byte(\"a\" + \"b\")\n", "is not a Go string"},
		{"go test fuzz v1\r\n[]byte(\"a\")\r\n", "x:1: a carriage return"},
		{"go test fuzz v1\n[]byte(`a\r`)\n", "x:2: a carriage return"},
	} {
		_, err := parseGoCorpus("x", []byte(c.text))
		require.ErrorContains(t, err, c.want, "%q", c.text)
		require.Less(t, len(err.Error()), 200)
	}
	_, err := parseGoCorpus("x", []byte("go test fuzz v1\n"+strings.Repeat("a", 1<<20)))
	require.Less(t, len(err.Error()), 200)
}
