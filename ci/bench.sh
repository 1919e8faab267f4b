#!/usr/bin/env bash
# All benchmarks, in the form that benchstat reads: ci/bench.sh > old.txt, a change,
# ci/bench.sh > new.txt, bin/benchstat old.txt new.txt. COUNT is how often each runs.
set -euo pipefail
cd "$(dirname "$0")/.."

go test -run '^$' -bench . -benchmem -count "${COUNT:-1}" ./...
if [ -f bench/go.mod ]; then
	go test -C bench -run '^$' -bench . -benchmem -count "${COUNT:-1}" ./...
fi
