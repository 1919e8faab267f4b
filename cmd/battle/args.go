package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// Flags have one dash, as the go command's have: battle hunt -budget 10s. Two work as
// well. The parser behind knows only two, so arguments and texts are translated.

// doubleDashes gives flags the second dash that the parser wants, those of one letter,
// too, which are names like others here. What begins with a known letter of a short flag
// stays, and so do numbers.
func doubleDashes(model *kong.Node, args []string) []string {
	long, short := make(map[string]bool), make(map[byte]bool)
	collectFlags(model, long, short)
	doubled := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(doubled[i:], args[i:])
			break
		}
		doubled[i] = arg
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if !strings.HasPrefix(arg, "-") || name == "" || name[0] < 'A' {
			continue
		}
		if long[name] || !short[name[0]] {
			doubled[i] = "-" + arg
		}
	}
	return doubled
}

func collectFlags(node *kong.Node, long map[string]bool, short map[byte]bool) {
	for _, flag := range node.Flags {
		long[flag.Name] = true
		if flag.Tag.Negatable != "" {
			long["no-"+flag.Name] = true
		}
		if flag.Short != 0 {
			short[byte(flag.Short)] = true
		}
	}
	for _, child := range node.Children {
		collectFlags(child, long, short)
	}
}

var doubleDash = regexp.MustCompile(`\B--([a-z\[])`)

// singleDash writes the flags in a message with one dash.
func singleDash(text string) string { return doubleDash.ReplaceAllString(text, "-$1") }

// printHelp prints the parser's help with single dashes. In its tables a blank takes
// the place of the other dash, so that columns stay columns.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	var text bytes.Buffer
	ctx.Stdout = &text
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if strings.HasPrefix(line, " ") {
			line = doubleDash.ReplaceAllString(line, " -$1")
		}
		if _, err := io.WriteString(os.Stdout, singleDash(line)); err != nil {
			return err
		}
	}
	return nil
}
