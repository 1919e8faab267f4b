#!/usr/bin/env bash
# A farm of three machines, and then go-fuzz on two of them: each machine is a network namespace with
# an address of its own, and what they say to one another crosses a switch, as TLS. The cable of the
# farm's is pulled for a while: workers go on, and hand in what they found when it is back. Needs Linux
# with iproute2, util-linux and procps, root or namespaces of users, and git, curl and jq.
set -euo pipefail
cd "$(dirname "$0")/.."

for needed in ip unshare nsenter pkill git curl jq; do
	command -v "$needed" >/dev/null || { echo "NOT RUN: $needed is needed, and is not on the path (apt install iproute2 util-linux procps git curl jq)"; exit 0; }
done
# Within a namespace of its own nothing of this reaches the network of the machine that it runs on.
if [ "${1-}" != inside ]; then
	enter=(unshare --net --map-root-user)
	if ! "${enter[@]}" true 2>/dev/null; then
		enter=(sudo --non-interactive env "PATH=$PATH" "HOME=$HOME" unshare --net)
	fi
	if [ "$(id -u)" = 0 ]; then
		enter=(unshare --net)
	fi
	if ! "${enter[@]}" true 2>/dev/null; then
		echo "NOT RUN: namespaces are not allowed here (run it as root)"
		exit 0
	fi
	exec "${enter[@]}" "$0" inside
fi
. ci/lib/processes.sh

dir=$(mktemp -d)
trap 'end $$; rm -rf "$dir"' EXIT
export GOPROXY=off # the machines reach each other, and nothing else

# machine NAME ADDRESS plugs one more into the switch.
declare -A holds
machine() {
	unshare --net sleep infinity &
	holds[$1]=$!
	until [ "$(readlink "/proc/${holds[$1]}/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
	ip link add "to-$1" type veth peer name eth0 netns "${holds[$1]}"
	ip link set "to-$1" master switch up
	on "$1" ip address add "$2/24" dev eth0
	on "$1" ip link set eth0 up
	on "$1" ip link set lo up
}

# on NAME COMMAND… runs something there.
on() { nsenter --net="/proc/${holds[$1]}/ns/net" "${@:2}"; }

ip link add switch type bridge
ip link set switch up
machine farm 10.77.0.1
machine one 10.77.0.2
machine two 10.77.0.3
if on one ip route show default | grep -q .; then
	echo "FAILED: a machine reaches more than the others" >&2
	exit 1
fi

go build -o "$dir/" ./cmd/battle
go build -C farm -o "$dir/" ./cmd/battle-farm
(cd "$dir" && go run "$(go env GOROOT)/src/crypto/tls/generate_cert.go" -ca -host 10.77.0.1 >/dev/null 2>&1) # cert.pem, key.pem

copy=$dir/copy
mkdir "$copy"
tar -cf - --exclude ./.git --exclude ./bin --exclude ./findings . | tar -xf - -C "$copy"
rm -rf "$copy"/corpus/*/regressions/* # they tell of the bug
mkdir -p "$copy/bin"
cp bin/go-fuzz bin/go-fuzz-build "$copy/bin/" 2>/dev/null || true
git=(git -C "$copy" -c user.name=ci -c user.email=ci@example.test)
"${git[@]}" init -q
"${git[@]}" apply bugs/tip-bug.patch
"${git[@]}" add -A
"${git[@]}" commit -q -m "with a bug"

# until_true WHAT COMMAND… waits for something.
until_true() {
	if ! await 5 "$@"; then
		tail -n 30 "$dir"/*.log >&2
		exit 1
	fi
	echo "after $SECONDS s: $1"
}

# ask PATH FILTER… asks the farm.
ask() { on farm curl -sf "$url$1" | jq -e "${@:2}"; }
reports() { ask api/overview .reports; }

on farm "$dir/battle-farm" -C "$copy" -state "$dir/farm" -listen 10.77.0.1:4222 -tls-cert "$dir/cert.pem" -tls-key "$dir/key.pem" \
	-http 127.0.0.1:0 -target ring -slice 5s -workers 0 -disk-min 100000000 -memory-min 100000000 >"$dir/farm.said" 2>"$dir/farm.log" &
until_true "the farm says where it is" grep -q '^another worker: ' "$dir/farm.said"
url=$(grep -o 'http://[^ ]*/' "$dir/farm.said")

# join NAME CREDENTIALS has a machine take part. All that it has is the commands and two files.
join() {
	mkdir -p "$dir/$1"
	(cd "$dir/$1" && exec nsenter --net="/proc/${holds[$1]}/ns/net" "$dir/battle-farm" -join tls://10.77.0.1:4222 ${2:+-creds "$2"} -tls-ca "$dir/cert.pem" \
		-state "$dir/$1/state" -name "$1" -engine explore -disk-min 100000000 -memory-min 100000000) >"$dir/$1.said" 2>"$dir/$1.log" &
}
join one ""
until_true "who has no credentials is told so" grep -q "worker.creds" "$dir/one.log"
end "$!"
kill "$!" 2>/dev/null || true
join one "$dir/farm/keys/worker.creds"
join two "$dir/farm/keys/worker.creds"

until_true "both machines have a name at the farm" ask api/overview '[.workers[].worker] | contains(["one", "two"])'
until_true "the bug is found, minimised and explained" ask api/findings 'any(.[]; .target == "ring" and .culprit > 0 and .updates <= 12)'
until_true "machines hand in reports" ask api/overview '.reports >= 4'

on farm ip link set eth0 down
sleep 2
before=$(reports)
for name in one two; do
	until_true "machine $name can't hand in, and says so" grep -q "handing in.*trying again" "$dir/$name.log"
done
if [ "$(reports)" != "$before" ]; then
	echo "FAILED: reports came in while the cable was pulled" >&2
	exit 1
fi
on farm ip link set eth0 up
for name in one two; do
	until_true "machine $name is back, and has handed in" grep -q "handing in.*: done" "$dir/$name.log"
	until_true "its report is there" ask api/overview --argjson n "$((++before))" '.reports >= $n'
done
ask api/refused 'length == 0' >/dev/null || { echo "FAILED: something was refused" >&2; ask api/refused . >&2; exit 1; }

if ! [ -x bin/go-fuzz ] && ! command -v go-fuzz >/dev/null; then
	echo "NOT RUN: go-fuzz on two machines: it is not installed (make tools)"
	exit 0
fi
pkill -TERM battle-farm -P $$ || true
# hunt NAME FLAGS… lets go-fuzz take part on a machine.
hunt() {
	local status=0
	on "$1" "$dir/battle" -C "$copy" hunt ring -engine gofuzz -findings "$dir/$1.findings" -shared "$dir/$1.shared" "${@:2}" >"$dir/$1.log" 2>&1 || status=$?
	if [ "$status" -gt 1 ]; then
		tail -n 30 "$dir/$1.log" >&2
		return "$status"
	fi
}
hunt farm -budget 1h -coordinator 10.77.0.1:4000 &
coordinator=$!
until_true "go-fuzz coordinates" grep -q "now ring/gofuzz" "$dir/farm.log"
hunt two -budget 30s -worker 10.77.0.1:4000
pkill -INT -P "$coordinator"
wait "$coordinator"
grep -q "FOUND by gofuzz" "$dir/two.log" || { echo "FAILED: the worker found nothing" >&2; tail -n 30 "$dir/two.log" >&2; exit 1; }
kept=$(find "$dir/farm.shared" -name '*.trace' | wc -l)
if [ "$kept" = 0 ]; then
	echo "FAILED: the coordinator keeps nothing of what the worker had" >&2
	tail -n 30 "$dir/farm.log" >&2
	exit 1
fi
echo "after $SECONDS s: a worker on another machine has found the bug, and the coordinator keeps $kept traces"
