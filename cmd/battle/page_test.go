package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPagesFitAPhone: what can't be narrow scrolls by itself, and for who has only a
// keyboard, too; all other text breaks anywhere. So no page scrolls sideways.
func TestPagesFitAPhone(t *testing.T) {
	files, err := pageFiles.ReadDir(".")
	require.NoError(t, err)
	tables := 0
	for _, file := range files {
		text, err := pageFiles.ReadFile(file.Name())
		require.NoError(t, err)
		wide := regexp.MustCompile(`<div class="wide( stacked( two)?)?"[^>]*>`).FindAllString(string(text), -1)
		for _, one := range wide {
			require.Regexp(t, `tabindex="0" role="region" aria-label="[^"]`, one, file.Name())
		}
		n := strings.Count(string(text), "<table")
		require.LessOrEqual(t, n, len(wide), "%s has %d tables: each wants a box that scrolls", file.Name(), n)
		tables += n
	}
	require.NotZero(t, tables)
	style, err := pageFiles.ReadFile("page.css")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^body \{.* overflow-wrap: anywhere;`, string(style))
	require.Regexp(t, `(?m)^\.wide \{ overflow-x: auto; \}`, string(style))

	// Of the two pictures of a curve one is shown, and its letters keep their size.
	_, onPhone, there := strings.Cut(string(style), "@media (max-width: 44rem) {\n")
	require.True(t, there)
	require.Regexp(t, `(?m)^\.curve\.phone \{ display: none; \}`, string(style))
	require.Regexp(t, `(?m)^\.curve\.phone \{ display: block; \}`, onPhone)
	require.Regexp(t, `(?m)^.*\.curve\.desk \{ display: none; \}`, onPhone)
	require.NotContains(t, string(style), "min-width: 36rem", "nothing of a picture is out of sight")
}
