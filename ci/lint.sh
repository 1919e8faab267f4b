#!/usr/bin/env bash
# Formatting, go vet, for the other systems too where that makes a difference, staticcheck, tidy modules.
set -euo pipefail
cd "$(dirname "$0")/.."

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	printf 'not formatted (run gofmt -w):\n%s\n' "$unformatted" >&2
	exit 1
fi
go vet ./...
# Packages with files for some systems only are vetted for the others, with the command, which puts all of
# them together.
differing=$(go list -f '{{if .IgnoredGoFiles}}{{.ImportPath}}{{end}}' ./...)
for system in linux windows darwin; do
	[ "$system" = "$(go env GOOS)" ] && continue # what it compiles, the tests need as well
	echo "vet for $system:" $differing
	# shellcheck disable=SC2086 # a word each
	GOOS=$system CGO_ENABLED=0 go vet $differing ./cmd/battle
done
echo staticcheck
go tool -modfile=tools/go.mod staticcheck ./...
go mod tidy -diff || { echo 'go.mod is not tidy: run go mod tidy' >&2; exit 1; }
