#!/usr/bin/env bash
# Formatting, go vet for every system that we build for, staticcheck, tidy modules.
set -euo pipefail
cd "$(dirname "$0")/.."

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	printf 'not formatted (run gofmt -w):\n%s\n' "$unformatted" >&2
	exit 1
fi
go vet ./...
for system in linux windows darwin; do
	[ "$system" = "$(go env GOOS)" ] && continue # what it compiles, the tests need as well
	echo "vet for $system"
	GOOS=$system CGO_ENABLED=0 go vet ./...
done
echo staticcheck
go tool -modfile=tools/go.mod staticcheck ./...
go mod tidy -diff || { echo 'go.mod is not tidy: run go mod tidy' >&2; exit 1; }
