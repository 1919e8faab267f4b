# Everything here is a Go command or a script of ci/: the machine needs Go, make and git, and
# the network once, for Go's modules.

BUDGET = 1m
KILLS = 200

.PHONY: help hunt test tools lint race fuzz-short bugs byhand rates canaries bench cover farm farm-kills farm-check farm-machines farm-scale farm-pictures ci

help:
	@echo 'make hunt        hunt in all targets with all engines, for BUDGET=$(BUDGET)'
	@echo 'make test        all tests, with the corpus replayed'
	@echo 'make tools       build go-fuzz, staticcheck and benchstat into bin/'
	@echo 'make lint        gofmt, vet and staticcheck'
	@echo 'make race        the tests under the race detector (needs a C compiler)'
	@echo 'make fuzz-short  a short hunt with every engine, as CI does it'
	@echo 'make bugs        plant each bug of bugs/, and write docs/bugs.md (takes hours)'
	@echo 'make byhand      the bugs of the ring by hand and with battle, and write docs/byhand.md (takes an hour)'
	@echo 'make rates       how many runs AFL++ and libFuzzer make by hand and with battle, and write docs/rates.md'
	@echo 'make canaries    plant three bugs that must be found'
	@echo 'make bench       benchmarks'
	@echo 'make cover       coverage of the tests, per function'
	@echo 'make farm        hunt for months, and show it on a page; FARM="-workers 1" and such'
	@echo 'make farm-kills  kill KILLS=$(KILLS) processes of a farm: nothing may be lost'
	@echo 'make farm-check  plant two bugs under a farm for ten minutes, and see that both are found'
	@echo 'make farm-machines   three machines, namespaces of a network: a cable is pulled (needs Linux)'
	@echo 'make farm-scale  measure what a second and a fourth worker bring (needs Linux)'
	@echo 'make farm-pictures   write docs/farm-*.png: the pages of a farm (needs Chromium)'
	@echo 'make ci          all that CI runs'

hunt:
	go run ./cmd/battle hunt -budget $(BUDGET)

test:
	go test ./...

tools:
	go build -C tools -o ../bin/ tool

lint:
	ci/lint.sh

race:
	ci/race.sh

fuzz-short: tools
	ci/fuzz-short.sh

bugs: tools
	go run ./cmd/battle bugs -markdown docs/bugs.md

byhand: tools
	ci/byhand.sh

rates:
	ci/rates.sh

canaries: tools
	ci/canaries.sh

bench:
	ci/bench.sh

cover:
	go test -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -func=cover.out

farm:
	go build -o bin/ ./cmd/battle
	go build -C farm -o ../bin/ ./cmd/battle-farm
	bin/battle farm $(FARM)

farm-kills:
	go test -C farm -count=1 -timeout=2h -run TestNothingIsLost -v ./cmd/battle-farm -kills $(KILLS)

farm-check:
	ci/farm-check.sh 10m

farm-machines:
	ci/farm-machines.sh

farm-scale:
	ci/farm-scale.sh 3m

farm-pictures:
	go test -C farm ./dash -count=1 -run TestPagesInABrowser -pictures ../../docs

ci:
	.ci/run
