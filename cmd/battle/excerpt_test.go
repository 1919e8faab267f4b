package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// marked shows excerpts as text: a > before what never ran.
func marked(all []excerpt) string {
	var b strings.Builder
	for i, e := range all {
		if i > 0 {
			b.WriteString("--\n")
		}
		for _, line := range e.Lines {
			mark := " "
			if line.Never {
				mark = ">"
			}
			fmt.Fprintf(&b, "%s%d %s\n", mark, line.Number, line.Text)
		}
	}
	return b.String()
}

var sourceText = strings.Split(`package x

func a(n int) int {
	if n > 9 {
		n++

		return n
	}
	return 0
}

var between = 1

var another = 2

var last = 3

func b() {
	a(1)
}`, "\n")

func TestExcerptsMarkWhatNeverRan(t *testing.T) {
	shown, left := excerpts(sourceText, []span{{4, 8}, {18, 20}}, 100)
	require.Zero(t, left)
	require.Equal(t, ` 2 
 3 func a(n int) int {
 4     if n > 9 {
>5         n++
 6 
>7         return n
 8     }
 9     return 0
 10 }
--
 16 var last = 3
 17 
 18 func b() {
>19     a(1)
 20 }
`, marked(shown))

	shown, _ = excerpts(sourceText, []span{{5, 5}, {9, 9}}, 100) // one excerpt: they are near
	require.Len(t, shown, 1)
	shown, left = excerpts(sourceText, []span{{12, 12}, {1, 1}, {14, 99}, {0, 2}}, 100)
	require.Equal(t, 2, left, "lines that the file has not")
	require.Equal(t, " 10 }\n 11 \n>12 var between = 1\n 13 \n 14 var another = 2\n", marked(shown[1:]))
}

func TestExcerptsKeepToTheirRoom(t *testing.T) {
	shown, left := excerpts(sourceText, []span{{4, 8}, {18, 20}, {12, 12}}, 9)
	require.Equal(t, 2, left)
	require.Len(t, shown, 1)
	shown, left = excerpts([]string{strings.Repeat("x", 1<<20)}, []span{{1, 1}}, 9)
	require.Zero(t, left)
	require.Len(t, []rune(shown[0].Lines[0].Text), excerptLineMax)
}

func TestUnreachedIsReadBack(t *testing.T) {
	file, s, err := parseUnreached("example.test/a:b/x.go:12-40")
	require.NoError(t, err)
	require.Equal(t, "example.test/a:b/x.go", file)
	require.Equal(t, span{12, 40}, s)
	for _, wrong := range []string{"", "x.go", "x.go:1", "x.go:a-b"} {
		_, _, err := parseUnreached(wrong)
		require.Error(t, err, wrong)
	}
}
