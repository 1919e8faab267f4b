// Play shows a trace of the platform game, as an animation in the terminal or as an
// animated picture:
//
//	go run -C examples/puzzles ./play -level 1 testdata/solutions/platform-1.trace
//	go run -C examples/puzzles ./play -level 1 -gif level.gif testdata/solutions/platform-1.trace
//
// A finding of battle hunt (.txtar) is played by its trace.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/tools/txtar"

	"battle.test/examples/puzzles"
	"battle.test/examples/puzzles/platform"
)

const framesPerSecond = 60

func main() {
	err := run(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "play:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("play", flag.ContinueOnError) // the default one has rapid's, too
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "Usage: play [flags] FILE, a trace or a finding (.txtar) of the platform game")
		flags.PrintDefaults()
	}
	number := flags.Int("level", 1, "level, 1 or 2")
	picture := flags.String("gif", "", "write an animated picture to this file instead")
	speed := flags.Float64("speed", 4, "times as fast as the game is played")
	if err := flags.Parse(args); err != nil {
		return err
	}
	levels := []*platform.Level{platform.First, platform.Second}
	switch {
	case flags.NArg() != 1:
		return errors.New("want one file with a trace: play -level 1 FILE")
	case *number < 1 || *number > len(levels):
		return fmt.Errorf("-level %d: there are levels 1 to %d", *number, len(levels))
	case !(*speed > 0):
		return fmt.Errorf("-speed %v: want a number above zero", *speed)
	}
	file, level := flags.Arg(0), levels[*number-1]
	trace, err := readTrace(file)
	if err != nil {
		return err
	}
	if *picture != "" {
		return writePicture(*picture, level, file, trace)
	}
	return show(level, file, trace, time.Duration(float64(time.Second)/framesPerSecond / *speed))
}

// readTrace reads a trace, or that of a finding.
func readTrace(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil || filepath.Ext(path) != ".txtar" {
		return content, err
	}
	sections := txtar.Parse(content).Files
	i := slices.IndexFunc(sections, func(f txtar.File) bool { return f.Name == "trace" })
	if i < 0 {
		return nil, fmt.Errorf("%s: no section -- trace --: want a finding", path)
	}
	return sections[i].Data, nil
}

func writePicture(path string, level *platform.Level, file string, trace []byte) error {
	film, err := filmOf(level, file, trace)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(film.write(out), out.Close()); err != nil {
		return err
	}
	fmt.Println("wrote", path)
	return nil
}

// show plays in the terminal.
func show(level *platform.Level, file string, trace []byte, frame time.Duration) error {
	const clear, home = "\x1b[2J", "\x1b[H"
	ticker := time.NewTicker(frame)
	defer ticker.Stop()
	var last string
	err := puzzles.Play(level, file, trace, func(g *platform.Game, pad puzzles.Pad) {
		if g.State() != platform.Playing && last != "" {
			return // what the trace still holds changes nothing
		}
		if g.Frame() <= 1 {
			fmt.Print(clear)
		}
		fmt.Print(home, g.Screen(terminalColumns), statusLine(g, pad))
		if g.State() != platform.Playing {
			last = g.State().String()
		}
		<-ticker.C
	})
	if err == nil {
		fmt.Println(last)
	}
	return err
}

const terminalColumns = 78

func statusLine(g *platform.Game, pad puzzles.Pad) string {
	x, _ := g.Position()
	return fmt.Sprintf("%6.1f s   column %3d   %-20s\n", float64(g.Frame())/framesPerSecond, x/platform.Tile, pad)
}
