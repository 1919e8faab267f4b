#!/usr/bin/env bash
# Hunts the planted bugs of the ring twice with each engine: through the harness of
# bench/byhand, which is what one writes without battle, and with battle bugs. Writes
# docs/byhand.md. Fails if an engine finds fewer bugs with battle, or finds one by hand where
# none is planted.
#
#	ci/byhand.sh [BUG…]
#
# BUDGET is the CPU time of a seed in seconds, SEEDS how many each engine gets, JOBS how many
# bugs are at work at a time, ENGINES which ones, PAGE the page. OUT keeps what was measured: a
# run that was interrupted goes on from there, and if it was battle's half, the page has what
# there is. It reads CPU time from /proc, so it needs Linux.
set -euo pipefail
cd "$(dirname "$0")/.."

BUDGET=${BUDGET:-20} SEEDS=${SEEDS:-3} JOBS=${JOBS:-2} OUT=$(realpath -m "${OUT:-out/byhand}") PAGE=${PAGE:-docs/byhand.md}
ENGINES=${ENGINES:-native rapid gofuzz afl libfuzzer}
hang=10 # seconds until a run is taken to hang: what is fixed in Go's own fuzzer
root=$PWD

log() { printf '%5d s  %s\n' "$SECONDS" "$*" >&2; }
die() { printf 'ci/byhand.sh: %s\n' "$*" >&2 && exit 2; }
lacks() { ! command -v "$1" >/dev/null; }

# missing ENGINE says how to install what the engine needs and is not there.
missing() {
	case $1 in
	native | rapid) ;;
	gofuzz) [ -x bin/go-fuzz ] && [ -x bin/go-fuzz-build ] || echo 'make tools' ;;
	afl) if lacks afl-fuzz; then echo 'apt install afl++'; elif lacks "$(go env CC)"; then echo 'apt install gcc'; fi ;;
	libfuzzer) if lacks clang; then echo 'apt-get install clang'; fi ;;
	*) die "no engine $1: there are native, rapid, gofuzz, afl and libfuzzer" ;;
	esac
}

. ci/lib/processes.sh

# build ENGINE builds the harness, in the bench folder of a copy of the tree.
build() {
	case $1 in
	native) go test -c -fuzz=. -o byhand.native ./byhand ;;
	rapid) go test -c -o byhand.rapid ./byhand ;;
	gofuzz) # its last step builds in GOPATH mode, which takes none of these flags
		GOFLAGS=-mod=mod go get "$gofuzz_dep"
		GOFLAGS='' GODEBUG=gotypesalias=1 "$root/bin/go-fuzz-build" -tags gofuzz -func Fuzz -preserve "$std" \
			-o byhand.zip battle.test/bench/byhand
		;;
	afl)
		archive
		"$(go env CC)" -O2 -o byhand.afl byhand/afl/main.c byhand.a -lpthread
		;;
	libfuzzer)
		archive
		clang -fsanitize=fuzzer -o byhand.libfuzzer byhand.a
		;;
	esac
}

archive() {
	[ -f byhand.a ] ||
		CGO_ENABLED=1 go build -tags libfuzzer -buildmode=c-archive '-gcflags=battle.test/...=-d=libfuzzer' -o byhand.a ./byhand/libfuzzer
}

# engine ENGINE SEED hunts with one worker, until it is ended. It starts in an empty folder,
# with ../seeds beside it. Go's fuzzer and go-fuzz take no seed: they draw their own.
engine() {
	case $1 in
	native)
		cp -r ../seeds .
		../byhand.native -test.run='^$' -test.fuzz='^FuzzRing$' -test.parallel=1 -test.fuzzminimizetime=10x -test.fuzzcachedir=cache
		;;
	rapid)
		../byhand.rapid -test.run='^TestRingUnderRapid$' -test.timeout=0 -rapid.seed="$2" -rapid.steps=100 \
			-rapid.checks=1000000000 -rapid.shrinktime=0s -rapid.nofailfile
		;;
	gofuzz)
		mkdir work
		cp -r ../seeds work/corpus
		"$root/bin/go-fuzz" -bin ../byhand.zip -workdir work -procs 1 -timeout $hang
		;;
	afl)
		cp -r ../seeds .
		printf '\0' >seeds/empty # AFL gives up if all seeds fail; this one does not
		AFL_NO_UI=1 AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
			AFL_FORKSRV_INIT_TMOUT=60000 AFL_NO_CRASH_README=1 AFL_BENCH_UNTIL_CRASH=1 \
			afl-fuzz -m none -t ${hang}000 -s "$2" -i seeds -o work -- ../byhand.afl
		;;
	libfuzzer)
		mkdir work
		../byhand.libfuzzer -seed="$2" -timeout=$hang work ../seeds
		;;
	esac
}

# evidence ENGINE tells whether the engine has found a failure. That it has ended is none:
# Go 1.26 ends with a false one (golang/go#75804), and a harness may not start.
evidence() {
	case $1 in
	native) grep -qE 'panic: |hung or terminated unexpectedly' said ;;
	rapid) grep -qE 'panic: |\[rapid\] panic' said ;;
	gofuzz) compgen -G 'work/crashers/*' >/dev/null ;;
	afl) # a seed that fails is named, not kept
		compgen -G 'work/default/crashes/id*' >/dev/null || compgen -G 'work/default/hangs/id*' >/dev/null ||
			grep -qE 'results in a (crash|timeout)' said
		;;
	libfuzzer) compgen -G 'crash-*' >/dev/null || compgen -G 'timeout-*' >/dev/null ;;
	esac
}

# hunt ENGINE SEED prints what came of it as JSON. The wall's clock ends it, too, if ten
# budgets are over: the machine is then too busy to say anything.
hunt() {
	local pid spent=0 now found=false until=$((SECONDS + 10 * BUDGET))
	(
		TIMEFORMAT='%U %S'
		time engine "$@" >said 2>&1 </dev/null || true
	) 2>took &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		now=$(spent_by "$pid")
		spent=$((now > spent ? now : spent))
		if ((spent >= BUDGET * ticks)) || ((SECONDS >= until)) || evidence "$1"; then
			end "$pid"
		fi
	done
	wait "$pid" || true
	if evidence "$1"; then
		found=true
	elif ((spent < BUDGET * ticks && SECONDS < until)); then
		tail -5 said >&2
		die "$1 ended without a find, see above: a fault of the harness"
	fi
	# What AFL leaves behind is in no sum but ours, and what ends between two looks is not in ours.
	jq -nc --argjson found "$found" --argjson ticks "$spent" --argjson tick "$ticks" --arg took "$(tail -1 took)" '
		([$ticks / $tick, ($took | split(" ") | map(tonumber? // 0) | add)] | max) as $seconds
		| {$found, cpu_seconds: ($seconds * 1000 | round / 1000)}'
}

# by_hand BUG plants the bug in a copy of the tree, or none, and lets each engine hunt there.
by_hand() {
	local bug=$1 tree=$temp/$1 seeds=$SEEDS engine seed tries one
	mkdir "$tree"
	tar -cf - go.mod go.sum ringbuf bench | tar -xf - -C "$tree"
	if [ "$bug" = none ]; then
		seeds=1
	else
		git -C "$tree" apply "$root/bugs/$bug.patch"
	fi
	cd "$tree/bench"
	cp -r byhand/seeds seeds
	for engine in $picked; do
		if jq -es --arg bug "$bug" --arg engine "$engine" 'any(.bug == $bug and .engine == $engine)' "$kept" >/dev/null; then
			continue
		fi
		log "$bug, $engine: building"
		build "$engine" >build.said 2>&1 || { cat build.said >&2 && die "$bug: $engine does not build"; }
		tries='[]'
		for ((seed = 1; seed <= seeds; seed++)); do
			mkdir "$engine-$seed"
			one=$(cd "$engine-$seed" && TMPDIR=$PWD hunt "$engine" "$seed")
			tries=$(jq -c ". + [$one]" <<<"$tries")
			log "$bug, $engine, seed $seed: $(jq -r '(if .found then "found" else "not found" end) + " in \(.cpu_seconds) s"' <<<"$one")"
			rm -r "$engine-$seed"
			# As battle bugs has it: once most seeds have found nothing, the others are not tried.
			if jq -e --argjson seeds "$seeds" 'map(select(.found | not)) | length >= $seeds - ($seeds / 2 | floor)' <<<"$tries" >/dev/null; then
				break
			fi
		done
		jq -nc --arg bug "$bug" --arg engine "$engine" --argjson each "$tries" \
			'{$bug, $engine, found: ($each | map(select(.found)) | length), $each}' >>"$kept"
	done
	rm -r "$tree"
}

[ "$(uname)" = Linux ] || die 'it reads CPU time from /proc, so it needs Linux'
lacks jq && die 'jq is not installed: apt install jq'
picked=''
for engine in $ENGINES; do
	hint=$(missing "$engine")
	if [ -n "$hint" ]; then
		echo "skipped: $engine is not installed: $hint" >&2
	else
		picked+=" $engine"
	fi
done
bugs=("$@")
[ $# -gt 0 ] || mapfile -t bugs < <(grep -lE '^# targets:(.*[ ,])?ring([ ,]|$)' bugs/*.patch | xargs -n1 basename -s .patch)
ticks=$(getconf CLK_TCK)
std=$(go list std | paste -sd,)
gofuzz_dep=github.com/dvyukov/go-fuzz/go-fuzz-dep@$(go list -modfile=tools/go.mod -m -f '{{.Version}}' github.com/dvyukov/go-fuzz)

temp=$(mktemp -d)
trap 'end $$; rm -rf "$temp"' EXIT
mkdir -p "$OUT"
# Of the same code and flags, what was measured is not measured again.
code=$({ find go.mod go.sum ringbuf bench/go.mod bench/go.sum bench/byhand bugs ci/byhand.sh -type f | sort | xargs sha256sum; echo "$BUDGET $SEEDS"; } | sha256sum | head -c 12)
kept=$OUT/byhand-$code.jsonl
touch "$kept"

log "by hand: ${#bugs[@]} bugs and none, with$picked, $SEEDS seeds of at most $BUDGET s"
for bug in none "${bugs[@]}"; do
	while (($(jobs -rp | wc -l) >= JOBS)); do wait -n; done
	by_hand "$bug" &
done
while [ -n "$(jobs -rp)" ]; do wait -n; done
if jq -es 'any(.bug == "none" and .found > 0)' "$kept" >/dev/null; then
	die 'by hand a bug was found where none is planted'
fi

log "with battle: battle bugs, with$picked"
go build -o bin/ ./cmd/battle
status=0
bin/battle bugs "${bugs[@]}" $(printf -- ' -engine %s' $picked) -seeds "$SEEDS" -budget "${BUDGET}s" -cores "$JOBS" \
	-results "$OUT/battle.jsonl" -json >"$OUT/battle.json" || status=$?
((status <= 1)) || log "battle bugs ended with status $status: the page has what there is"

changed=$(git status --porcelain -- go.mod go.sum ringbuf bench bugs battle cmd explore fuzz oracle corpus ci/byhand.sh)
jq -rn --slurpfile hand "$kept" --slurpfile battle "$OUT/battle.json" -f ci/byhand.jq \
	--arg picked "$picked" --argjson seeds "$SEEDS" --arg budget "$BUDGET" --arg date "$(date -u +%F)" \
	--arg machine "$(go env GOVERSION), $(go env GOOS)/$(go env GOARCH), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) cores" \
	--arg commit "$(git rev-parse --short=12 HEAD)${changed:+ with changes}" >"$OUT/page.md"
cp "$OUT/page.md" "$PAGE"
log "wrote $PAGE"
((status <= 1)) || exit "$status"
if grep '^- .*: fewer$' "$OUT/page.md"; then
	exit 1
fi
