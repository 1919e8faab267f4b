package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"battle.test/farm/broker"
	"battle.test/farm/driver"
	"battle.test/farm/vitals"
)

// options are the command line.
type options struct {
	dir, branch string
	fetch       bool
	state       string
	http        string
	page        string
	hook        string
	hookSecret  string
	listen      string
	nats, join  string
	creds       string
	workerCreds string
	permissions bool
	ca          string
	cert, key   string
	replicas    int
	workers     int
	name        string
	engines     list
	targets     list
	weights     weights
	slice, poll time.Duration
	bisect      int
	battle      string
	diskMin     uint64
	memoryMin   uint64
	tied        bool
}

func parse(args []string) (*options, error) {
	o := &options{weights: make(weights)}
	f := flag.NewFlagSet("battle-farm", flag.ContinueOnError)
	f.StringVar(&o.dir, "C", ".", "folder of the module, in a git checkout")
	f.StringVar(&o.branch, "branch", "", "branch to follow (default what is checked out)")
	f.BoolVar(&o.fetch, "fetch", false, "let git ask its remote for new commits; with -branch origin/main, say")
	f.StringVar(&o.state, "state", "", "folder for all that is kept (default one of the checkout's in your configuration folder)")
	f.StringVar(&o.http, "http", "127.0.0.1:7117", "address of the page, the API and metrics; a port of 0 is any")
	f.StringVar(&o.page, "url", "", "URL of the pages as others see them, for links in what the webhook posts (default none)")
	f.StringVar(&o.hook, "webhook", "", "URL to post JSON to when a finding is new, resolved or back")
	f.StringVar(&o.hookSecret, "webhook-secret", "", "file of a secret that posts are signed with: X-Battle-Signature is sha256= and the HMAC of the body")
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "address that workers connect to")
	f.StringVar(&o.nats, "nats", "", "URL of NATS with JetStream to keep everything in, instead of a server of the farm's own")
	f.StringVar(&o.join, "join", "", "URL of a farm's NATS: be a worker of that farm")
	f.StringVar(&o.creds, "creds", "", "file of NATS credentials, for -nats and -join")
	f.StringVar(&o.workerCreds, "worker-creds", "", "with -nats: file of NATS credentials for workers, of a user that may do less than -creds")
	f.BoolVar(&o.permissions, "worker-permissions", false, "print what that user must be allowed, for the configuration of your NATS, and end")
	f.StringVar(&o.ca, "tls-ca", "", "file of certificates that the other side's is signed by")
	f.StringVar(&o.cert, "tls-cert", "", "file of a certificate: the farm's own server then speaks TLS; with -nats and -join, the client's")
	f.StringVar(&o.key, "tls-key", "", "file of its key")
	f.IntVar(&o.replicas, "replicas", 1, "copies of each record, in a cluster")
	f.IntVar(&o.workers, "workers", runtime.NumCPU(), "workers on this machine, a core each")
	f.StringVar(&o.name, "name", "", "of a worker (default made of the machine's)")
	f.Var(&o.engines, "engine", "only these engines of this machine")
	f.Var(&o.targets, "target", "only these targets")
	f.Var(&o.weights, "weight", "`target=3`: share of the time, beside targets of 1")
	f.DurationVar(&o.slice, "slice", time.Minute, "how long an engine hunts in a target at a time")
	f.DurationVar(&o.poll, "poll", 5*time.Second, "time between looks at the checkout")
	f.IntVar(&o.bisect, "bisect", 2000, "commits that are gone back at most for the first bad one")
	f.StringVar(&o.battle, "battle", "", "the battle command (default beside this one, or on the path)")
	f.Uint64Var(&o.diskMin, "disk-min", 1<<30, "bytes of disk that must stay free: below, the farm holds")
	f.Uint64Var(&o.memoryMin, "memory-min", 512<<20, "bytes of memory, likewise")
	f.BoolVar(&o.tied, "tied", false, "end when standard input does: for what has started this one")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return o, o.check(f.Args())
}

// workersMax is more than any machine has cores for, and few enough to start.
const workersMax = 1024

// check says what is wrong with the command line, and completes it.
func (o *options) check(rest []string) (err error) {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %s", rest[0])
	case o.permissions:
		return nil
	case o.workerCreds != "" && o.nats == "":
		return errors.New("-worker-creds belongs to -nats: a farm's own server makes them, and a worker's are its -creds")
	case o.nats != "" && o.join != "":
		return errors.New("-nats is for a farm, -join for a worker: want one of them")
	case o.workers < 0 || o.workers > workersMax:
		return fmt.Errorf("-workers %d: want 0 to %d of them, a core for each", o.workers, workersMax)
	case o.slice < time.Second:
		return fmt.Errorf("-slice %v: want a second or more", o.slice)
	case o.poll <= 0:
		return fmt.Errorf("-poll %v: want a time above zero", o.poll)
	case o.bisect < 1:
		return fmt.Errorf("-bisect %d: want at least one", o.bisect)
	case (o.cert == "") != (o.key == ""):
		return errors.New("-tls-cert and -tls-key belong together")
	}
	if err := o.checkHook(); err != nil {
		return err
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if o.battle, err = findBattle(o.battle); err != nil {
		return err
	}
	if o.state == "" {
		if o.state, err = usualState(o.dir, o.join); err != nil {
			return err
		}
	}
	o.state, err = filepath.Abs(o.state)
	return err
}

// usualState is the folder of a checkout's farm, or of a worker of a farm.
func usualState(dir, join string) (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no folder for what is kept: say -state: %w", err)
	}
	name, of := filepath.Base(dir), dir
	if join != "" {
		name, of = "worker", join
	}
	sum := sha256.Sum256([]byte(of))
	return filepath.Join(config, "battle-farm", name+"-"+hex.EncodeToString(sum[:4])), nil
}

// findBattle finds the command that the farm drives.
func findBattle(named string) (string, error) {
	if named == "" {
		named = os.Getenv("BATTLE_COMMAND")
	}
	if named != "" {
		return filepath.Abs(named)
	}
	name := "battle"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		path := filepath.Join(filepath.Dir(own), name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New("battle is neither beside battle-farm nor on the path: in a checkout of Battletest, go install ./cmd/battle, or say -battle")
	}
	return filepath.Abs(path)
}

// command is the battle command, with a folder for traces on their way.
func (o *options) command() (driver.Command, error) {
	temp := filepath.Join(o.state, "temp")
	return driver.Command{Path: o.battle, Temp: temp, Tools: tools(o.dir)}, os.MkdirAll(temp, 0o755)
}

func (o *options) access(url string) broker.Access {
	return broker.Access{URL: url, Creds: o.creds, CA: o.ca, Cert: o.cert, Key: o.key, Log: say}
}

func (o *options) watch() *vitals.Watch {
	return &vitals.Watch{Dir: o.state, DiskMin: o.diskMin, MemoryMin: o.memoryMin}
}

// say tells a person what happens, on standard error, with the time.
func say(format string, args ...any) { log.Printf(format, args...) }

// list is a flag that may be there several times, or have several values.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	*l = append(*l, strings.Split(text, ",")...)
	return nil
}

// weights are the flags -weight.
type weights map[string]float64

func (w *weights) String() string { return "" }

func (w *weights) Set(text string) error {
	name, value, _ := strings.Cut(text, "=")
	weight, err := strconv.ParseFloat(value, 64)
	if err != nil || !(weight >= 0 && weight <= 1e6) {
		return errors.New("want target=3, with a weight from 0")
	}
	(*w)[name] = weight
	return nil
}
