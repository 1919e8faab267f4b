#!/usr/bin/env bash
# Machines of the previous release and of this tree in one bus, and what each makes of what the other
# wrote: see ci/skew/doc.go. Then the same with ci/skew/canary.patch in this tree's machines, which
# every one of these tests must notice.
set -euo pipefail
cd "$(dirname "$0")/skew"

./unpack.sh
staticcheck=$(go tool -modfile=../../tools/go.mod -n staticcheck)
go vet ./...
"$staticcheck" ./...
go mod tidy -diff || { echo 'ci/skew/go.mod is not tidy: run go -C ci/skew mod tidy' >&2; exit 1; }
go test ./...

broken=$(mktemp -d)
trap 'rm -rf "$broken"' EXIT
root=$(cd ../.. && pwd) canary=$PWD/canary.patch
files=$(sed -n 's|^+++ b/||p' canary.patch)
# shellcheck disable=SC2086 # a word each
tar -cf - -C "$root" $files | tar -xf - -C "$broken"
(cd "$broken" && GIT_CEILING_DIRECTORIES=$(dirname "$broken") git apply "$canary")
for file in $files; do
	printf '"%s": "%s",\n' "$root/$file" "$broken/$file"
done | sed '1s/^/{"Replace": {/; $s/,$/}}/' >"$broken/overlay.json"

for test in TestReleasesLiveInOneBus TestPacketsSayTheSameToBothReleases TestStatesAreTheSameToBothReleases; do
	if go test -overlay "$broken/overlay.json" -run "^$test\$" . >"$broken/out" 2>&1 || ! grep -q "^--- FAIL: $test " "$broken/out"; then
		cat "$broken/out"
		echo "the canary lives: formats changed, and $test did not notice" >&2
		exit 1
	fi
done
echo 'canary: formats that change without a new version are noticed'
