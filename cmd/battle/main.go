// Battle is the tester's command line: it finds the targets of a module, hunts in them
// with every engine there is, and looks after findings and the corpus.
//
// It works on any module that uses the library: a target is a fuzz function whose body
// calls battle.Fuzz. Everything that needs a target's code happens in the package's own
// test binary, which the command builds and talks to (see battle.Request).
//
// Exit status: 0 nothing found, 1 something found, 2 a fault of the harness, the
// command line or the machine. Of battle bugs: 0 every planted bug was found, 1 one
// was not, 2 a fault.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const (
	exitFound = 1
	exitFault = 2
)

// errFound ends a command that has said what it found.
var errFound = errors.New("found")

type commandLine struct {
	Dir string `short:"C" default:"." type:"existingdir" help:"Run as if started in this folder."`

	List     listCommand     `cmd:"" help:"List targets, their updates and fields, and the sizes of their corpora."`
	Hunt     huntCommand     `cmd:"" help:"Hunt in all targets, with all engines, within one budget."`
	Replay   replayCommand   `cmd:"" help:"Run a finding, a trace file or a trace again."`
	Minimize minimizeCommand `cmd:"" help:"Find the shortest trace of the same failure."`
	CI       ciCommand       `cmd:"" name:"ci" help:"Judge a change: run the corpus, hunt where it touches, and tell what it brings from what was there before. Or a night's work: -night."`
	Report   reportCommand   `cmd:"" help:"Turn findings into SARIF, JUnit XML or a report: what is new, ongoing and resolved, and what was not reached."`
	Explain  explainCommand  `cmd:"" help:"Show how likely a finding was at each moment of its trace, and which update made it so."`
	Corpus   corpusCommand   `cmd:"" help:"Look after the corpus: what it covers, what is new elsewhere, what is superfluous."`
	Bugs     bugsCommand     `cmd:"" help:"Plant the bugs of bugs/ one by one, and show which engine finds each."`
	Bench    benchCommand    `cmd:"" help:"Compare the engines by the tasks of examples/puzzles, and by planted bugs."`
	Build    buildCommand    `cmd:"" help:"Build the programs that an engine runs, with their seeds, to take them elsewhere."`
	Engines  enginesCommand  `cmd:"" help:"List the engines, and how to install those that are missing."`
	Farm     farmCommand     `cmd:"" passthrough:"" help:"Hunt for months, on one machine or many: runs battle-farm."`
}

func main() {
	line := &commandLine{}
	parser := kong.Must(line,
		kong.Name("battle"),
		kong.Description("Battle-tests stateful Go systems. Exit status: 0 nothing found, 1 something found, 2 a fault of the harness, the command line or the machine."),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	args := os.Args[1:]
	if len(args) == 0 {
		args = []string{"-help"}
	}
	parsed, err := parser.Parse(doubleDashes(parser.Model.Node, args))
	if err != nil {
		fmt.Fprintf(os.Stderr, "battle: %s\nTry: %s\n", singleDash(err.Error()), helpFor(err))
		os.Exit(exitFault)
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP) // a terminal that closes sends several
		stop()                        // a second Ctrl-C ends the process at once
	})
	parsed.BindTo(ctx, (*context.Context)(nil))
	err = parsed.Run(line)
	var status exitStatus
	switch {
	case errors.As(err, &status):
		os.Exit(int(status))
	case errors.Is(err, errFound):
		os.Exit(exitFound)
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "battle: interrupted")
		os.Exit(exitFault)
	case err != nil:
		fmt.Fprintln(os.Stderr, "battle:", err)
		os.Exit(exitFault)
	}
}

// endings are the signals that end a command in order. Under nohup a terminal that closes is none.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// helpFor is the command that explains what a wrong command line got wrong.
func helpFor(err error) string {
	text := "battle"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Command() != "" {
		if node := parse.Context.Selected(); node != nil {
			text = node.FullPath()
		}
	}
	return text + " -help"
}
