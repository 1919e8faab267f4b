#!/usr/bin/env bash
# Vets, lints and tests the modules inside this one: examples, benchmarks and the farm. They use
# the library from outside, so go test ./... does not see them. SYSTEMS are others to vet for, as
# windows or darwin: where nothing was compiled before, that takes a minute each, so it is for
# nights. ci/skew.sh is for the one that needs the previous release.
set -euo pipefail
cd "$(dirname "$0")/.."

staticcheck=$(go tool -modfile=tools/go.mod -n staticcheck)
for file in $(find . -mindepth 2 -name go.mod -not -path './tools/*' -not -path './ci/skew/*' | sort); do
	module=$(dirname "$file")
	echo "$module"
	go vet -C "$module" ./...
	for system in ${SYSTEMS-}; do
		GOOS=$system CGO_ENABLED=0 go vet -C "$module" ./...
	done
	(cd "$module" && "$staticcheck" ./...)
	go test -C "$module" ./...
	go -C "$module" mod tidy -diff || { echo "$file is not tidy: run go -C $module mod tidy" >&2; exit 1; }
done
