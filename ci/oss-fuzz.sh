#!/usr/bin/env bash
# Builds as OSS-Fuzz and ClusterFuzzLite do it, with their variables set by hand, and runs
# each program that comes of it over its own seeds. It needs clang and unzip.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# build SANITIZER CXXFLAGS
build() {
	mkdir "$out/$1"
	OUT=$out/$1 SANITIZER=$1 FUZZING_ENGINE=libfuzzer FUZZING_LANGUAGE=go CC=clang CXX=clang++ CXXFLAGS=$2 \
		LIB_FUZZING_ENGINE=-fsanitize=fuzzer .clusterfuzzlite/build.sh >"$out/said"
}

complain() {
	cat "$out/said"
	printf '%s\n' "$*" >&2
	exit 1
}

echo "vet of libFuzzer's target"
go vet -tags libfuzzer ./explore/libfuzzer

targets=$(go run ./cmd/battle list ./fuzz | awk '/^[^ ]/ { print $1 }')
build address '-O1 -fsanitize=address'
[ -n "$targets" ] || complain 'battle list names no target'
for name in $targets; do
	program=$out/address/$name seeds=$out/seeds/$name
	for file in "$program" "$program.dict" "$program.options" "${program}_seed_corpus.zip"; do
		[ -s "$file" ] || complain "no $(basename "$file") was made"
	done
	grep -q LLVMFuzzerTestOneInput "$program" || complain "$name is no target of libFuzzer"
	mkdir -p "$seeds"
	unzip -q -d "$seeds" "${program}_seed_corpus.zip"
	count=$(find "$seeds" -type f | wc -l)
	"$program" -runs=0 -timeout=100 -artifact_prefix="$out/" -dict="$program.dict" "$seeds" >"$out/said" 2>&1 || complain "$name failed over its own seeds"
	grep -q "seed corpus: files: $count " "$out/said" || complain "$name did not run its $count seeds"
	grep -q "INITED cov: [1-9]" "$out/said" || complain "$name counts nothing"
	grep -q "Dictionary: [1-9]" "$out/said" || complain "$name has no dictionary"
	printf '%s: %d seeds, %s\n' "$name" "$count" "$(grep -o 'cov: [0-9]* ft: [0-9]*' "$out/said" | tail -1)"
done

# What is compared must reach libFuzzer: it solves a path of magic values in 0.1 to 2.5 million runs with the operands,
# and without them not in 3 million.
go run ./cmd/battle -C examples/puzzles build -engine libfuzzer -out "$out/puzzles" path >"$out/said" 2>&1 || complain 'path was not built'
mkdir "$out/path"
if (cd "$out" && puzzles/path -seed=1 -runs=3000000 path >said 2>&1) || ! grep -q 'all gates are open' "$out/said"; then
	complain 'path was not solved'
fi
echo "path: solved"

# Coverage, as infra/base-images/base-runner/coverage of google/oss-fuzz measures it.
build coverage '-fprofile-instr-generate -fcoverage-mapping'
for name in $targets; do
	program=$out/coverage/$name profile=$out/profile
	grep -q FUZZ_CORPUS_DIR "$program" || complain "$name runs no folder of tapes"
	function=$(sed -n "s/^ *\"$name\": \"\(.*\)\",*$/\1/p" "$out/coverage/fuzzer_function_names.json")
	FUZZ_CORPUS_DIR=$out/seeds/$name "$program" -test.run="^$function\$" -test.coverprofile "$profile" >"$out/said" 2>&1 ||
		complain "$name failed over its own seeds"
	while read -r path; do sed -i "$path" "$profile"; done <"$program.gocovpath"
	blocks=0
	while IFS=: read -r file block; do
		[ "$file" = mode ] && continue
		[ -f "$file" ] || complain "$name has $file in its profile, and there is no such file"
		case $block in *" 0") ;; *) blocks=$((blocks + 1)) ;; esac
	done <"$profile"
	[ "$blocks" -gt 0 ] || complain "$name covers nothing"
	printf '%s: %d blocks covered\n' "$name" "$blocks"
done
