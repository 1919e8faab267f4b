package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func TestDoubleDashes(t *testing.T) {
	parser := kong.Must(&commandLine{})
	for given, want := range map[string]string{
		"hunt -bug tip-bug -engine=native":   "hunt --bug tip-bug --engine=native",
		"hunt --bug tip-bug --engine native": "hunt --bug tip-bug --engine native",
		"-C dir list -json":                  "-C dir list --json",
		"-Cdir list -h":                      "-Cdir list -h",
		"-dir x replay -q -quiet a":          "--dir x replay -q --quiet a",
		"hunt -budgte 3s":                    "hunt --budgte 3s",
		"hunt -seed -1":                      "hunt --seed -1",
		"hunt -budget -5s":                   "hunt --budget -5s",
		"replay -- -bug":                     "replay -- -bug",
		"replay -":                           "replay -",
		"corpus prune -n ring":               "corpus prune --n ring",
		"hunt -x":                            "hunt --x",
	} {
		require.Equal(t, strings.Fields(want), doubleDashes(parser.Model.Node, strings.Fields(given)), given)
	}
}

func TestSingleDash(t *testing.T) {
	require.Equal(t, `unknown flag -bgu, did you mean "-bug"? -- -5 a--b`, singleDash(`unknown flag --bgu, did you mean "--bug"? -- -5 a--b`))
}
