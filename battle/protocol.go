package battle

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The battle command drives a test binary through its environment. With none of
// these set, a test binary is an ordinary one.
//
//	BATTLE_ENGINE  native, gofuzz or rapid: hunt, and report into BATTLE_DIR;
//	               answer: carry out the requests in BATTLE_REQUESTS
//	BATTLE_TARGET  the target that is meant, where a function has several
//	BATTLE_DIR     folder for findings/, pending/ (what is being minimised), stats/ and recorder/
//	BATTLE_SHARED  folder for runs that processes share which hunt in the same target, see
//	               [Hunt.Share]; without it nothing is shared
//	BATTLE_SEED    where random choices start, a number
//	BATTLE_BUDGET  how long rapid, and an engine that is registered, hunts, a Go duration
//	BATTLE_CLOCK   "cpu": that is CPU time of the process
//	BATTLE_STOP    "first": stop at the first finding
//	BATTLE_CORPUS  "seeds": the corpus is its seeds alone, without the regressions
//	BATTLE_VAR     the name of the target's Go variable, for printed Go tests
//	BATTLE_BUG     the planted bug that the binary was built with, for printed commands
//	BATTLE_LINE    "stdin": the process ends where its standard input does, at the death of
//	               the command; "turns": it also reads there when it may hunt
//	BATTLE_REQUESTS, BATTLE_ANSWERS  files of JSON, see [Request] and [Answer]
const (
	EnvEngine   = "BATTLE_ENGINE"
	EnvTarget   = "BATTLE_TARGET"
	EnvDir      = "BATTLE_DIR"
	EnvShared   = "BATTLE_SHARED"
	EnvSeed     = "BATTLE_SEED"
	EnvBudget   = "BATTLE_BUDGET"
	EnvClock    = "BATTLE_CLOCK"
	EnvStop     = "BATTLE_STOP"
	EnvCorpus   = "BATTLE_CORPUS"
	EnvVariable = "BATTLE_VAR"
	EnvBug      = "BATTLE_BUG"
	EnvLine     = "BATTLE_LINE"
	EnvRequests = "BATTLE_REQUESTS"
	EnvAnswers  = "BATTLE_ANSWERS"
)

// Orders are the names of all of these variables.
func Orders() []string {
	return []string{EnvEngine, EnvTarget, EnvDir, EnvShared, EnvSeed, EnvBudget, EnvClock, EnvStop, EnvCorpus, EnvVariable, EnvBug,
		EnvLine, EnvRequests, EnvAnswers}
}

// The engines that a test binary knows by name.
const (
	engineNative = "native"
	engineGofuzz = "gofuzz"
	engineRapid  = "rapid"
	engineAnswer = "answer"

	// engineLibfuzzer is registered like others, and may run without the command: its
	// binaries go to places that know nothing of it.
	engineLibfuzzer = "libfuzzer"
)

// ExitRestart is the status of a process that reported a finding which left it
// unusable, such as a hang: start another to go on hunting.
const ExitRestart = 77

// orders are what the environment asks of a test binary.
type orders struct {
	engine    string
	target    string
	dir       string
	shared    string
	seed      uint64
	budget    time.Duration
	inCPU     bool // the budget is CPU time
	stopFirst bool
	seedsOnly bool
	byTurns   bool // the command grants turns, and there is no budget
	variable  string
	bug       string
	requests  string
	answers   string
}

// ordersFrom reads the environment. What it can't read is an error that names the
// variable: a misspelt order must not turn into an ordinary green test run.
func ordersFrom(getenv func(string) string) (orders, error) {
	o := orders{
		engine:   getenv(EnvEngine),
		target:   getenv(EnvTarget),
		dir:      getenv(EnvDir),
		shared:   getenv(EnvShared),
		variable: getenv(EnvVariable),
		bug:      getenv(EnvBug),
		requests: getenv(EnvRequests),
		answers:  getenv(EnvAnswers),
	}
	switch o.engine {
	case "":
		for _, name := range []string{EnvDir, EnvShared, EnvRequests, EnvAnswers, EnvCorpus, EnvLine} {
			if getenv(name) != "" {
				return o, fmt.Errorf("%s is set and %s is not", name, EnvEngine)
			}
		}
		return orders{variable: o.variable, bug: o.bug}, nil
	case engineNative, engineGofuzz, engineRapid:
		if o.dir == "" {
			return o, fmt.Errorf("%s=%s needs %s", EnvEngine, o.engine, EnvDir)
		}
	case engineAnswer:
		if o.requests == "" || o.answers == "" {
			return o, fmt.Errorf("%s=%s needs %s and %s", EnvEngine, o.engine, EnvRequests, EnvAnswers)
		}
	default:
		if registered[o.engine] == nil {
			return o, fmt.Errorf("%s=%q: want %s, or nothing", EnvEngine, o.engine, strings.Join(engineNames(), ", "))
		}
		if o.dir == "" && o.engine != engineLibfuzzer {
			return o, fmt.Errorf("%s=%s needs %s", EnvEngine, o.engine, EnvDir)
		}
	}
	return o, o.readValues(getenv)
}

// engineNames are the engines of this binary.
func engineNames() []string {
	names := []string{engineNative, engineGofuzz, engineRapid, engineAnswer}
	for name := range registered {
		names = append(names, name)
	}
	slices.Sort(names[4:])
	return names
}

// readValues reads the orders that are more than a name.
func (o *orders) readValues(getenv func(string) string) (err error) {
	switch text := getenv(EnvStop); text {
	case "":
	case "first":
		o.stopFirst = true
	default:
		return fmt.Errorf("%s=%q: want first, or nothing", EnvStop, text)
	}
	switch text := getenv(EnvClock); text {
	case "":
	case "cpu":
		o.inCPU = true
	default:
		return fmt.Errorf("%s=%q: want cpu, or nothing", EnvClock, text)
	}
	switch text := getenv(EnvLine); text {
	case "", "stdin":
	case "turns":
		o.byTurns = true
	default:
		return fmt.Errorf("%s=%q: want stdin, turns, or nothing", EnvLine, text)
	}
	switch text := getenv(EnvCorpus); text {
	case "":
	case "seeds":
		o.seedsOnly = true
	default:
		return fmt.Errorf("%s=%q: want seeds, or nothing", EnvCorpus, text)
	}
	if text := getenv(EnvSeed); text != "" {
		if o.seed, err = strconv.ParseUint(text, 0, 64); err != nil {
			return fmt.Errorf("%s=%q is not a number of 64 bits", EnvSeed, text)
		}
	}
	if text := getenv(EnvBudget); text != "" {
		if o.budget, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("%s=%q is not a duration like 30s", EnvBudget, text)
		}
	}
	if (o.engine == engineRapid || registered[o.engine] != nil && o.dir != "") && o.budget <= 0 {
		return fmt.Errorf("%s=%s needs a %s above zero, got %v", EnvEngine, o.engine, EnvBudget, o.budget)
	}
	return nil
}

func readOrders() (orders, error) { return ordersFrom(os.Getenv) }

// concerns tells whether the orders are about this target.
func (o orders) concerns(p *plan) bool { return o.target == "" || o.target == p.name }
