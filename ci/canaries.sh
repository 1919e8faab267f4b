#!/usr/bin/env bash
# Plants bugs that the suite must find. If one goes unseen, what is green means nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

go run ./cmd/battle bugs -any -seeds 1 -budget 1m tip-bug snapshot-trailing-accepted tip-filled-with-zeros
