#!/usr/bin/env bash
# The race detector, where goroutines meet: the ring, the bus, the library's watchdog,
# and the targets with readers of their own.
set -euo pipefail
cd "$(dirname "$0")/.."

go test -race ./ringbuf ./statemachines/... ./battle ./fuzz
